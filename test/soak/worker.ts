/** Does the soak in a thread of its own: the main one sees to it that it goes on. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { readCorpus } from './corpus.ts';
import { type Phase, SoakFailure, type SoakOptions, soakGenerated, soakMutations, soakTruncations } from './soak.ts';
import { type SoakMessage, type SoakTask, Watch } from './watch.ts';

const task = workerData as SoakTask;
const watch = new Watch(task.shared);
const say = (message: SoakMessage): void => parentPort!.postMessage(message);

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is in use after a collection, octets. */
function inUse(): number {
  // Buffers are let go by the second.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What is kept may grow to its bounds, then no more: memory is compared from a third of the phase on. */
class MemoryWatch {
  readonly #most: number;
  #count = 0;
  #least = Infinity;

  constructor(expected: number) {
    this.#most = expected;
  }

  /** Octets in use, and by how many they grew since they were first compared. */
  see(done: number): { now: number; grown: number } | undefined {
    const share = Math.floor((12 * done) / this.#most);
    if (share <= this.#count) return undefined;
    this.#count = share;
    const now = inUse();
    if (share >= 4) this.#least = Math.min(this.#least, now);
    return { now, grown: share >= 4 ? now - this.#least : 0 };
  }
}

let memory: MemoryWatch | undefined;
const deadline = Date.now() + task.seconds * 1000;

const options: SoakOptions = {
  seed: task.seed,
  corpus: readCorpus(task.captures),
  callLimitMs: task.callLimitMs,
  before: (phase, ordinal, datagram) => watch.begin(phase, ordinal, datagram),
  enough: () => Date.now() > deadline,
  progress: (phase, done) => {
    const seen = memory?.see(done);
    if (seen === undefined) return;
    say({ kind: 'progress', phase, done, inUse: seen.now });
    if (seen.grown > task.growthLimit)
      throw new Error(`${phase}: memory in use grew by ${seen.grown} octets to ${seen.now} after ${done} datagrams`);
  },
};

const phases: [Phase, number, () => ReturnType<typeof soakTruncations>][] = [
  ['truncations', options.corpus.reduce((sum, d) => sum + d.length + 1, 0), () => soakTruncations(options)],
  ['mutations', task.mutations, () => soakMutations(options, task.mutations)],
  ['generated', task.generated, () => soakGenerated(options, task.generated)],
];

try {
  for (const [phase, expected, run] of phases) {
    if (expected === 0) continue;
    memory = new MemoryWatch(expected);
    const cpu = process.threadCpuUsage();
    const result = run();
    const { user, system } = process.threadCpuUsage(cpu);
    say({ kind: 'result', phase, result, cpuSeconds: (user + system) / 1e6 });
  }
  say({ kind: 'done' });
} catch (error) {
  const known = error instanceof SoakFailure ? error : undefined;
  say({
    kind: 'failure',
    message: error instanceof Error ? error.message : String(error),
    stack: (known?.cause instanceof Error ? known.cause : error instanceof Error ? error : undefined)?.stack ?? '',
    datagram: known?.datagram.slice(),
  });
}
