/** What the soak would not see a difference without. */
import { Readable } from 'node:stream';
import {
  createFlowColumns,
  createSumColumns,
  encodeFlowBatch,
  encodeSignalBatch,
  flowColumns,
  parseAddress,
} from '@linewatch/record';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frame, readFrames } from './frames.ts';
import { trend } from './memory.ts';
import { grown, readCounters } from './observe.ts';
import { Tally } from './tally.ts';

const identity = { trust: 'main', collector: 'main', epoch: 1_795_000_000_123, sequence: 0 };
const exporters = ['127.0.0.41', '2001:db8::1'];

function flows(sequence: number, ordinals: readonly number[]): Uint8Array {
  const columns = createFlowColumns(ordinals.length);
  const column = (name: string): Uint8Array => columns.bytes[flowColumns.findIndex((c) => c.name === name)]!;
  ordinals.forEach((ordinal, row) => {
    column('exporter').set(parseAddress(exporters[row % 2]!), 16 * row);
    column('next_hop').set([0xff, 0xff, 0, 0, 0, ordinal], 16 * row + 10);
    columns.arrays.octets[2 * row] = 1000;
    columns.arrays.octets[2 * row + 1] = 1;
  });
  return encodeFlowBatch({ ...identity, sequence }, columns, ordinals.length);
}

function sums(sequence: number, octets: number): Uint8Array {
  const columns = createSumColumns(2);
  for (let row = 0; row < 2; row++) {
    columns.bytes[2]!.set(parseAddress(exporters[0]!), 16 * row);
    columns.arrays.side[row] = row;
    columns.arrays.octets[2 * row] = octets;
  }
  return encodeSignalBatch({ ...identity, sequence }, { columns, rows: 2 }, [], [], 1);
}

describe('the tally of what was accepted', () => {
  test('a batch that is on the queue twice counts once, and both its places are known', async () => {
    const tally = await Tally.open();
    tally.take({ topic: 'flows', partition: 0, offset: 0, value: flows(0, [1, 2, 3]) });
    tally.take({ topic: 'flows', partition: 0, offset: 1, value: flows(0, [1, 2, 3]) });
    tally.take({ topic: 'flows', partition: 1, offset: 0, value: flows(1, [4]) });
    expect(tally.rows).toBe(4n);
    expect(tally.repeats).toBe(1);
    expect([...tally.batches.values()]).toEqual([
      { rows: 3, places: ['0:0', '0:1'] },
      { rows: 1, places: ['1:0'] },
    ]);
    const each = 2n ** 32n + 1000n;
    expect(tally.exporters).toEqual(
      new Map([
        [exporters[0], { rows: 3n, octets: 3n * each, ordinals: 8n, squares: 26n }],
        [exporters[1], { rows: 1n, octets: each, ordinals: 2n, squares: 4n }],
      ]),
    );
  });

  test('a topic may be read again from any place, and what is missing between is told', async () => {
    const tally = await Tally.open();
    const at = (offset: number): void =>
      tally.take({ topic: 'flows', partition: 0, offset, value: flows(offset, [offset]) });
    [0, 1, 0, 1, 2].forEach(at);
    expect({ rows: tally.rows, repeats: tally.repeats, gaps: tally.gaps }).toEqual({ rows: 3n, repeats: 0, gaps: [] });
    at(5);
    expect(tally.gaps).toEqual(['flows 0: 3 to 4']);
  });

  test('sums are added by exporter and side, a repeated message once', async () => {
    const tally = await Tally.open();
    [sums(0, 10), sums(1, 20), sums(1, 20)].forEach((value, offset) =>
      tally.take({ topic: 'signals', partition: 0, offset, value }),
    );
    expect(tally.sums).toEqual(
      new Map([
        [`${exporters[0]} 0`, 30n],
        [`${exporters[0]} 1`, 30n],
      ]),
    );
  });
});

describe('frames', () => {
  const messages = fc.array(
    fc.record({ partition: fc.nat(63), offset: fc.nat(), value: fc.uint8Array({ maxLength: 300 }) }),
    { maxLength: 20 },
  );

  test('come back as they were, wherever the stream is cut', async () => {
    await fc.assert(
      fc.asyncProperty(messages, fc.integer({ min: 1, max: 50 }), async (sent, step) => {
        const all = Buffer.concat(sent.map(({ partition, offset, value }) => frame(partition, offset, value)));
        const parts = Array.from({ length: Math.ceil(all.length / step) }, (_, i) =>
          all.subarray(i * step, (i + 1) * step),
        );
        const got: unknown[] = [];
        await readFrames(Readable.from(parts), 'flows', ({ partition, offset, value }) =>
          got.push({ partition, offset, value: Uint8Array.from(value) }),
        );
        expect(got).toEqual(sent);
      }),
    );
  });

  test.each([
    ['ends in a message', frame(0, 0, Uint8Array.of(1, 2, 3)).subarray(0, 8)],
    ['begins no message', Buffer.from('0 0 -1\n')],
    ['no message begins here', Buffer.alloc(100)],
  ])('a stream that is not of them fails: %s', async (message, octets) => {
    await expect(readFrames(Readable.from([octets]), 'flows', () => undefined)).rejects.toThrow(message);
  });
});

describe('what is observed', () => {
  test('counters are added over their labels, and over restarts', () => {
    const page = [
      '# TYPE linewatch_writer_ranges_recovered_total counter',
      'linewatch_writer_ranges_recovered_total{topic="a"} 2',
      'linewatch_writer_ranges_recovered_total{topic="b"} 3',
      'linewatch_collector_flows_unqueued_total{reason="queue_full"} 7',
    ].join('\n');
    expect(readCounters(page)).toMatchObject({ recovered: 5, refused: 7, repeats: 0 });
    expect([grown(2, 5), grown(5, 1), grown(5, 5)]).toEqual([3, 1, 0]);
  });

  test('memory that grows has a slope, and one peak has none', () => {
    const at = (bytes: (i: number) => number) =>
      trend(Array.from({ length: 60 }, (_, i) => ({ timeMs: i * 5000, bytes: bytes(i) })));
    expect(at((i) => 1000 + 10 * i)).toMatchObject({ points: 60, bytesPerMinute: 120, mostBytes: 1590 });
    expect(at((i) => (i === 30 ? 1e9 : 1000))).toMatchObject({ bytesPerMinute: 0, mostBytes: 1e9, medianBytes: 1000 });
    expect(trend([])).toMatchObject({ points: 0, minutes: 0, bytesPerMinute: 0 });
  });
});
