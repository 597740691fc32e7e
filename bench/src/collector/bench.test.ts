import { expect, test } from 'vitest';
import { type Measured, report } from './bench.ts';
import { linewatch, linewatchKafka } from './ours.ts';
import { goflow2, goflow2Kafka } from './peers.ts';

const measured = (system: Measured['system'], received: number, cpuSeconds: number): Measured => ({
  system,
  version: 'v1',
  result: { best: { rate: received, sent: received, received, seconds: 1, cpuSeconds }, trials: [], bounded: false },
});

test('each collector is compared with ours, of the same run', () => {
  const text = report([measured(linewatch, 600_000, 0.5), measured(goflow2, 60_000, 1)]);
  expect(text.split('\n')[2]).toMatch(/^\| linewatch v1 \| +1\.20 M \| +600 k \| +1\.00 × \| +1\.00 × \|/);
  expect(text.split('\n')[3]).toMatch(/^\| goflow2 v1 +\| +60\.0 k \| +60\.0 k \| +20 × \| +10 × \|/);
});

test('one that writes to Kafka is compared with ours that does', () => {
  const text = report([
    measured(linewatch, 600_000, 0.5),
    measured(linewatchKafka, 400_000, 0.5),
    measured(goflow2Kafka, 40_000, 1),
  ]);
  expect(text.split('\n')[3]).toMatch(/^\| linewatch-kafka v1 +\| +800 k \| +400 k \| +1\.00 × \| +1\.00 × \|/);
  expect(text.split('\n')[4]).toMatch(/^\| goflow2-kafka v1 +\| +40\.0 k \| +40\.0 k \| +20 × \| +10 × \|/);
});

test('a collector that lost at every rate has no figures', () => {
  const none = { ...measured(goflow2, 0, 0), result: { best: undefined, trials: [], bounded: false } };
  expect(report([measured(linewatch, 1000, 1), none])).toMatch(/goflow2 v1 +\| +– \| +– \| +– \| +– \|/);
});
