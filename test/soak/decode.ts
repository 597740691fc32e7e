/** `npm run soak -- decode`: hours of hostile input in minutes. Exits with 1, and leaves a file, when something does not hold. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { type SoakMessage, type SoakTask, Watch } from './watch.ts';

const usage =
  'usage: npm run soak -- decode [--mutations 1000000] [--generated 1000000] [--seconds 3600] [--seed N] [--call-ms 50]\n' +
  'LINEWATCH_CAPTURES names a folder of captures to be cut and mutated beside our own datagrams.';
/** Longer than any garbage collection on a busy machine. */
const hangMs = 10_000;

const { values } = parseArgs({
  options: {
    mutations: { type: 'string', default: '1000000' },
    generated: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '3600' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
    'call-ms': { type: 'string', default: '50' },
    help: { type: 'boolean', default: false },
  },
});
const numbers = [values.mutations, values.generated, values.seconds, values.seed, values['call-ms']].map(Number);
if (values.help || !numbers.every((n) => Number.isSafeInteger(n) && n >= 0)) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}
const [mutations = 0, generated = 0, seconds = 0, seed = 0, callLimitMs = 0] = numbers;

const task: SoakTask = {
  seed,
  mutations,
  generated,
  seconds,
  captures: process.env['LINEWATCH_CAPTURES'],
  callLimitMs,
  growthLimit: 32 * 1024 * 1024,
  shared: new SharedArrayBuffer(Watch.octets),
};
const watch = new Watch(task.shared);
const repeat = `npm run soak -- decode --mutations ${mutations} --generated ${generated} --seed ${seed}`;
console.log(`seed ${seed}; captures: ${task.captures ?? 'none (LINEWATCH_CAPTURES is not set)'}`);

function fail(message: string, datagram: Uint8Array | undefined, stack = ''): void {
  const file = path.join(tmpdir(), `linewatch-soak-${seed}-${process.pid}.txt`);
  const lines = [message, stack, `repeat: ${repeat}`, `captures: ${task.captures ?? 'none'}`];
  if (datagram) lines.push(`datagram (${datagram.length} octets, hexadecimal):`, Buffer.from(datagram).toString('hex'));
  writeFileSync(file, `${lines.join('\n')}\n`);
  console.error(`soak failed: ${message}\nwritten to ${file}; repeat: ${repeat}`);
  process.exit(1);
}

const worker = new Worker(new URL('worker.ts', import.meta.url), { workerData: task });
worker.on('error', (error) => fail(`the thread ended: ${String(error)}`, watch.datagram));
worker.on('message', (message: SoakMessage) => {
  switch (message.kind) {
    case 'progress':
      console.log(`${message.phase}: ${message.done} datagrams, ${(message.inUse / 1048576).toFixed(1)} MiB in use`);
      break;
    case 'result': {
      const { phase, result, cpuSeconds } = message;
      console.log(
        `${phase} done: ${result.datagrams} datagrams (${result.decoded} decoded, ${result.held} held, ` +
          `${result.rejected} rejected), ${result.rows} rows, ${Math.round(result.datagrams / cpuSeconds)} datagrams/CPU-s; ` +
          `slowest ${result.slowestMs.toFixed(1)} ms of CPU (${result.slowestOctets} octets)`,
      );
      break;
    }
    case 'failure':
      fail(message.message, message.datagram, message.stack);
      break;
    case 'done':
      console.log('nothing was found');
      process.exit(0);
  }
});

let mark = watch.mark;
let since = Date.now();
setInterval(() => {
  if (watch.mark !== mark) [mark, since] = [watch.mark, Date.now()];
  // Reading the captures comes before the first datagram.
  else if (Date.now() - since > hangMs && !mark.endsWith(' 0'))
    fail(`${mark}: did not end in ${hangMs} ms`, watch.datagram);
}, 500);
