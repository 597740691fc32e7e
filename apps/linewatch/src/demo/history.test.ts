import { type NewMessage, type Producer, QueueError } from '@linewatch/queue';
import {
  type ColumnBatch,
  decodeFlowBatch,
  decodeSignalBatch,
  flowColumns,
  formatAddress,
  sumColumns,
  topics,
} from '@linewatch/record';
import { expect, test } from 'vitest';
import { demoAcademies } from './academies.ts';
import { type HistoryOptions, writeHistory } from './history.ts';
import { createModel, minuteMs, momentAt, newRates } from './model.ts';

const nowMs = Date.parse('2026-11-18T10:07:30Z');
const academies = 9;

/** A producer that keeps what it is given, and is full at first when told so. */
function memory(fullFor = 0) {
  const kept: { topic: string; partition: number; value: Uint8Array }[] = [];
  let full = fullFor;
  const producer: Producer = {
    append(topic, partition, messages: readonly NewMessage[]) {
      if (full-- > 0) return Promise.reject(new QueueError('queue_full', 'full'));
      for (const { value } of messages) kept.push({ topic, partition, value });
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
  return { producer, kept };
}

const write = async (options: Partial<HistoryOptions> & { days: number }, fullFor = 0) => {
  const { producer, kept } = memory(fullFor);
  const result = await writeHistory({ producer, nowMs, academies, partitions: { flows: 2, signals: 3 }, ...options });
  return {
    result,
    kept,
    sums: kept.filter(({ topic }) => topic === topics.signals).map(({ value }) => decodeSignalBatch(value)),
    flows: kept.filter(({ topic }) => topic === topics.flows).map(({ value }) => decodeFlowBatch(value)),
  };
};

/** Values of a column, row by row, whatever its width. */
function column(batch: ColumnBatch, table: readonly { name: string }[], name: string): (row: number) => number {
  const bytes = batch.columns[table.findIndex((c) => c.name === name)];
  if (!bytes) return () => 0;
  const width = ['octets', 'received_ms', 'start_ms', 'end_ms'].includes(name)
    ? 8
    : ({ side: 1, width_s: 1, basis: 1, version: 1 }[name] ?? 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const constant = bytes.length === width;
  return (row) => {
    const at = constant ? 0 : row * width;
    return width === 8
      ? Number(view.getBigUint64(at, true))
      : width === 4
        ? view.getUint32(at, true)
        : view.getUint8(at);
  };
}

const exporterOf = (batch: ColumnBatch, table: readonly { name: string }[], row: number): string => {
  const bytes = batch.columns[table.findIndex((c) => c.name === 'exporter')]!;
  return formatAddress(bytes, bytes.length === 16 ? 0 : row * 16);
};

test('the sums add up to what the model says, academy by academy', async () => {
  const { sums } = await write({ days: 2, rawDays: 1 });
  const got = new Map<string, number>();
  for (const batch of sums) {
    const [octets, rate, side] = ['octets', 'sampling_rate', 'side'].map((name) => column(batch, sumColumns, name));
    for (let row = 0; row < batch.rows; row++) {
      const key = `${exporterOf(batch, sumColumns, row)} ${side!(row)}`;
      got.set(key, (got.get(key) ?? 0) + octets!(row) * rate!(row));
    }
  }
  const model = createModel(nowMs);
  const rates = newRates();
  const end = nowMs / minuteMs;
  for (const academy of demoAcademies(academies)) {
    const expected = [0, 0];
    for (let minute = Math.floor(end) - 2880; minute < end; minute++) {
      model.rates(academy, momentAt(minute), rates);
      const octetsPerBps = (60 * Math.min(1, end - minute)) / 8;
      expected[0]! += (rates.primaryIn + rates.backupIn) * octetsPerBps;
      expected[1]! += (rates.primaryOut + rates.backupOut) * octetsPerBps;
    }
    for (const side of [0, 1]) {
      const want = expected[side]!;
      // A row is a whole number of octets, of a hundred where one packet in a hundred was sampled.
      expect(Math.abs(got.get(`${academy.exporter} ${side}`)! - want)).toBeLessThan(2880 * 2 * academy.samplingRate);
    }
  }
});

test('thinned flows carry all octets of the main line, no further back than raw flows are kept', async () => {
  const { flows, sums } = await write({ days: 3, rawDays: 1, academies: 1 });
  const first = demoAcademies(1)[0]!;
  let carried = 0;
  let earliest = Infinity;
  for (const batch of flows) {
    const [octets, received, end] = ['octets', 'received_ms', 'end_ms'].map((name) => column(batch, flowColumns, name));
    for (let row = 0; row < batch.rows; row++) {
      carried += octets!(row);
      earliest = Math.min(earliest, received!(row));
      expect(received!(row)).toBeGreaterThan(end!(row));
      expect(received!(row)).toBeLessThanOrEqual(nowMs);
    }
  }
  expect(earliest).toBeGreaterThanOrEqual(nowMs - 86_400_000);
  let summed = 0;
  for (const batch of sums) {
    const [octets, time, ifIndex] = ['octets', 'time_s', 'interface'].map((name) => column(batch, sumColumns, name));
    for (let row = 0; row < batch.rows; row++)
      if (time!(row) * 1000 >= nowMs - 86_400_000 && ifIndex!(row) === first.circuits[0].ifIndex)
        summed += octets!(row);
  }
  expect(carried).toBe(summed);
});

test('batches are named once and for all, and say whose they are', async () => {
  const { sums, flows } = await write({ days: 1, trust: 'north', collector: 'hub' });
  const all = [...sums, ...flows];
  expect(new Set(all.map(({ epoch, sequence }) => `${epoch} ${sequence}`)).size).toBe(all.length);
  for (const { trust, collector } of all) expect({ trust, collector }).toEqual({ trust: 'north', collector: 'hub' });
});

test('interfaces have names where the protocol can tell them', async () => {
  const { sums } = await write({ days: 1 });
  const named = new Set(sums.flatMap(({ samples }) => samples).map(({ exporter }) => formatAddress(exporter)));
  for (const { exporter, protocol } of demoAcademies(academies)) expect(named.has(exporter)).toBe(protocol !== 'v5');
});

test('days are written from the oldest, so that a joined insert touches few partitions', async () => {
  const { sums } = await write({ days: 4, partitions: { flows: 1, signals: 1 } });
  const days = sums.map((batch) => Math.floor(column(batch, sumColumns, 'time_s')(0) / 86_400));
  expect(days).toEqual(days.toSorted((a, b) => a - b));
});

test('a full queue is waited for, and nothing is left out', async () => {
  const plain = await write({ days: 1, academies: 2 });
  const waited = await write({ days: 1, academies: 2 }, 2);
  expect(waited.result.waits).toBe(2);
  expect(waited.kept).toHaveLength(plain.kept.length);
});

test('a collector that recovers leaves these flows alone: nothing says that sums cover them', async () => {
  const { sums } = await write({ days: 1, academies: 1 });
  for (const batch of sums) expect(batch.coversFlowBatches).toBeUndefined();
});

test('no days, no history', async () => {
  expect((await write({ days: 0 })).kept).toEqual([]);
});
