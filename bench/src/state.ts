/** `state`: evidence in memory to circuits' states, one process on one core. */
import { CircuitState, type Evidence, Watch, defaultStateSettings } from '@linewatch/sla';
import { describeMachine } from './machine.ts';
import { readOptions } from './options.ts';
import { percentile, short, table } from './report.ts';

const startMs = Date.UTC(2026, 2, 2);
const collectors = ['main', 'far'] as const;
/** Of each circuit in a minute: a poll (link, admin, reach), a probe each 10 s from two vantage points, and traffic. */
const perMinute = 3 + 2 * 6 + 2;

type Say = (circuit: number, evidence: Evidence) => void;

const word = (atMs: number, said: Pick<Evidence, 'kind' | 'note'> & Partial<Evidence>): Evidence => ({
  atMs,
  name: '',
  collector: 'main',
  says: 'up',
  holdMs: 150_000,
  ...said,
});

/** What is told within 10 s; circuits are polled spread over the minute. One in 2,000 goes down in each, for a minute. */
function tell(circuits: number, tenth: number, say: Say): void {
  for (let circuit = 0; circuit < circuits; circuit++) {
    const atMs = startMs + tenth * 10_000 + Math.floor((circuit / circuits) * 10_000);
    const phase = (tenth + circuit) % 6;
    const isDown = (circuit * 7919 + Math.floor((tenth - phase) / 6)) % 2000 === 0;
    const says = isDown ? 'down' : 'up';
    for (const collector of collectors)
      say(circuit, word(atMs, { kind: 'probe', name: 'icmp://192.0.2.1', collector, says, note: 'probe' }));
    if (phase === 0) {
      say(circuit, word(atMs, { kind: 'link', says, sinceMs: startMs - 86_400_000, note: 'poll: ifOperStatus' }));
      say(circuit, word(atMs, { kind: 'admin', note: 'poll: ifAdminStatus' }));
      say(circuit, word(atMs, { kind: 'reach', note: 'poll answered' }));
    }
    if (phase % 3 === 0 && !isDown)
      say(circuit, word(atMs, { kind: 'traffic', holdMs: 900_000, note: 'traffic came in' }));
  }
}

interface Measured {
  readonly perSecond: number;
  readonly changes: number;
  readonly snapshotBytes: number;
}

function measure(circuits: number, minutes: number): Measured {
  const watch = new Watch(defaultStateSettings.blindMs);
  const states = Array.from({ length: circuits }, () => new CircuitState(watch, startMs, defaultStateSettings));
  let [said, changes, spentMs] = [0, 0, 0];
  for (let tenth = 0; tenth < minutes * 6; tenth++) {
    // Evidence is made before, so that only what is done with it is measured.
    const batch: (readonly [number, Evidence])[] = [];
    tell(circuits, tenth, (circuit, evidence) => batch.push([circuit, evidence]));
    const begunMs = performance.now();
    let next = 0;
    for (let second = 1; second <= 10; second++) {
      const nowMs = startMs + tenth * 10_000 + second * 1000;
      for (; next < batch.length && batch[next]![1].atMs < nowMs; next++) states[batch[next]![0]]!.add(batch[next]![1]);
      for (const collector of collectors) watch.beat(collector, nowMs);
      for (const state of states) if (state.advance(nowMs)) changes += state.take()!.intervals.length;
    }
    if (next !== batch.length) throw new Error(`${batch.length - next} of ${batch.length} evidences were left over`);
    // The first minutes make the circuits and warm the code.
    if (tenth < 12) continue;
    spentMs += performance.now() - begunMs;
    said += batch.length;
  }
  const sizes = states.map((state) => state.snapshot().length);
  return { perSecond: said / (spentMs / 1000), changes, snapshotBytes: percentile(sizes, 0.99) };
}

export function stateBench(args: readonly string[]): Promise<void> {
  const { circuits, minutes, rounds } = readOptions(args, { circuits: 5000, minutes: 20, rounds: 3 });
  if (!(minutes > 2 && circuits >= 1 && rounds >= 1))
    throw new RangeError('at least one circuit and round, and over two minutes');
  console.log(
    `${describeMachine()}; ${circuits} circuits, ${perMinute} evidences of each a minute, ${minutes} minutes, a look at all each second\n`,
  );
  const measured = Array.from({ length: rounds }, () => measure(circuits, minutes));
  const rows = measured.map(({ perSecond, changes, snapshotBytes }, i) => [
    String(i + 1),
    short(perSecond),
    String(changes),
    short(snapshotBytes),
  ]);
  console.log(table(['round', 'evidences / s', 'intervals told', 'snapshot p99, octets'], rows));
  return Promise.resolve();
}
