/** Appends until the system refuses to write, then once more, smaller: `node full.child.ts DIRECTORY`. */
import { createLogger } from '@linewatch/service';
import { createLmdbQueue } from './index.ts';

const queue = createLmdbQueue({
  directory: process.argv[2]!,
  environments: [
    {
      name: 'flows',
      topics: [{ name: 'flows', partitions: 1 }],
      quotaBytes: 1e9,
      retainBytes: 1e9,
      retainMs: 3_600_000,
    },
  ],
  diskFloorBytes: 0,
  maxMessageBytes: 1_000_000,
  logger: createLogger('queue-test', 'silent'),
});
const producer = await queue.producer();
const append = (bytes: number): Promise<string> =>
  producer.append('flows', 0, [{ value: Buffer.alloc(bytes, 'x') }]).then(
    () => 'taken',
    (error: unknown) => (error as { code: string }).code,
  );

let taken = 0;
let code = await append(200_000);
while (code === 'taken') {
  taken += 1;
  code = await append(200_000);
}
const afterwards = await append(1000);
process.stdout.write(JSON.stringify({ taken, code, afterwards }));
await queue.close();
