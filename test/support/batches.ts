/** Batches as a collector makes them, put on a queue, and what ClickHouse then has to hold. */
import {
  createFlowColumns,
  createSumColumns,
  encodeFlowBatch,
  encodeSignalBatch,
  parseAddress,
  topics,
} from '@linewatch/record';
import type { NewMessage, Producer } from '@linewatch/queue';
import type { Store } from '@linewatch/store';

const exporter = parseAddress('192.0.2.1');
const epoch = Date.UTC(2026, 0, 1);

const put = (array: Uint32Array, row: number, value: number): void => {
  array[2 * row] = value % 2 ** 32;
  array[2 * row + 1] = Math.floor(value / 2 ** 32);
};

/** Rows of one octet each: sums of octets count them. */
export function flowMessage(sequence: number, rows: number, receivedMs: (row: number) => number): Uint8Array {
  const columns = createFlowColumns(rows);
  for (let row = 0; row < rows; row++) {
    put(columns.arrays.received_ms, row, receivedMs(row));
    put(columns.arrays.octets, row, 1);
    columns.bytes[4]!.set(exporter, row * 16);
  }
  return encodeFlowBatch({ trust: 'main', collector: 'hub', epoch, sequence }, columns, rows);
}

export function signalMessage(sequence: number, rows: number, timeMs: number): Uint8Array {
  const columns = createSumColumns(rows);
  for (let row = 0; row < rows; row++) {
    columns.arrays.time_s[row] = Math.floor(timeMs / 1000) + row;
    columns.arrays.width_s[row] = 1;
    columns.bytes[2]!.set(exporter, row * 16);
    put(columns.arrays.octets, row, 1);
  }
  const of = { timeMs, exporter, interface: 0 };
  const samples = [{ ...of, metric: 'test.value', value: sequence, text: '' }];
  const events = [{ ...of, kind: 'test.event', detail: '{}' }];
  return encodeSignalBatch({ trust: 'main', collector: 'hub', epoch, sequence }, { columns, rows }, samples, events);
}

export interface Totals {
  readonly flows: number;
  readonly sums: number;
  readonly signals: number;
}

/** Appends batches of both kinds, spread over partitions; some of them again, as after an unknown outcome. */
export class Feeder {
  readonly #producer: Producer;
  readonly #partitions: number;
  #sequence = 0;
  flows = 0;
  sums = 0;
  signals = 0;
  repeated = 0;

  constructor(producer: Producer, partitions: number) {
    this.#producer = producer;
    this.#partitions = partitions;
  }

  get totals(): Totals {
    return { flows: this.flows, sums: this.sums, signals: this.signals };
  }

  async feed(rows: number): Promise<void> {
    const sequence = this.#sequence++;
    const partition = sequence % this.#partitions;
    const now = Date.now();
    const messages = [
      [topics.flows, flowMessage(sequence, rows, () => now)],
      [topics.signals, signalMessage(sequence, rows, now)],
    ] as const;
    for (const [topic, value] of messages) {
      await this.#producer.append(topic, partition, [{ value }]);
      if (sequence % 5 !== 0) continue;
      const again: NewMessage = { value, uncertain: { sinceMs: now, untilMs: Date.now() } };
      await this.#producer.append(topic, partition, [again]);
      this.repeated++;
    }
    this.flows += rows;
    this.sums += rows;
    this.signals++;
  }
}

/** What each table holds, as `expectedOf` says it has to. */
export async function storedIn(store: Store): Promise<Record<string, number>> {
  const totals = {
    flows: 'SELECT toFloat64(count()) AS n FROM flows',
    hours: 'SELECT toFloat64(sum(rows)) AS n FROM flow_hours',
    minutes: 'SELECT toFloat64(sum(octets)) AS n FROM interface_1m',
    fives: 'SELECT toFloat64(sum(octets)) AS n FROM interface_5m',
    sums: 'SELECT toFloat64(sum(octets)) AS n FROM interface_1h',
    ledger: 'SELECT toFloat64(sum(rows)) AS n FROM sums_stored',
    samples: 'SELECT toFloat64(count()) AS n FROM samples',
    events: 'SELECT toFloat64(count()) AS n FROM events',
  };
  const entries = Object.entries(totals).map(async ([name, sql]) => {
    const [row] = await store.query<{ n: number }>(sql);
    return [name, row?.n ?? 0] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Sequences below `count` whose sample is not there exactly once, with where each copy stands. */
export function notOnce(
  store: Store,
  count: number,
): Promise<{ sequence: number; copies: number; places: string[] }[]> {
  return store.query(
    `SELECT toFloat64(n.number) AS sequence, toFloat64(countIf(s.metric != '')) AS copies,
      groupArrayIf(concat(toString(s.queue_partition), ':', toString(s.queue_offset)), s.metric != '') AS places
    FROM numbers({count:UInt64}) AS n LEFT JOIN samples AS s ON s.value = toFloat64(n.number)
    GROUP BY sequence HAVING copies != 1 ORDER BY sequence`,
    { count },
  );
}

export const expectedOf = ({ flows, sums, signals }: Totals): Record<string, number> => ({
  flows,
  hours: flows,
  minutes: sums,
  fives: sums,
  sums,
  ledger: sums,
  samples: signals,
  events: signals,
});
