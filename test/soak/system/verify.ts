/** Accepted and stored, compared: by batch, by exporter, by roll-up. What differs is said, and nothing else. */
import type { Store } from '@linewatch/store';
import type { Tally, Totals } from './tally.ts';

const address = "replaceOne(toString(exporter), '::ffff:', '')";
const ordinal = 'toUInt64(toUInt32(toIPv4(next_hop)))';
const rollups = ['interface_1m', 'interface_5m', 'interface_1h'] as const;
const maxSeconds = 120;
/** Of each kind of difference. */
const mostTold = 10;

const none: Totals = { rows: 0n, octets: 0n, ordinals: 0n, squares: 0n };

export async function countStored(store: Store): Promise<bigint> {
  const [row] = await store.query<{ rows: string }>('SELECT toString(count()) AS rows FROM flows');
  return BigInt(row!.rows);
}

/**
 * Every difference between the queue and ClickHouse, a line each. `refused` says that flows were refused by a full queue:
 * interface sums are made before that, and tell of them, so they are compared with the sums on the queue only.
 */
export async function differences(store: Store, tally: Tally, refused: boolean): Promise<string[]> {
  return [
    ...tally.gaps.slice(0, mostTold).map((gap) => `the reader did not see all of the queue: ${gap}`),
    ...(await byExporter(store, tally)),
    ...(await byBatch(store, tally)),
    ...(await byRollup(store, tally, refused)),
  ];
}

async function byExporter(store: Store, tally: Tally): Promise<string[]> {
  const rows = await store.query<Record<'exporter' | keyof Totals | 'different', string>>(
    `SELECT ${address} AS exporter, toString(count()) AS rows, toString(sum(f.octets)) AS octets, toString(uniqExact(o)) AS different,
       toString(sum(o)) AS ordinals, toString(sum(o * o)) AS squares
     FROM (SELECT *, ${ordinal} AS o FROM flows) AS f GROUP BY f.exporter`,
    {},
    { maxSeconds },
  );
  const stored = new Map(rows.map((row) => [row.exporter, row]));
  const out: string[] = [];
  for (const name of new Set([...stored.keys(), ...tally.exporters.keys()])) {
    const found = stored.get(name);
    const want = tally.exporters.get(name) ?? none;
    for (const what of ['rows', 'octets', 'ordinals', 'squares'] as const)
      if (BigInt(found?.[what] ?? 0) !== want[what])
        out.push(`${name}: ${what} accepted ${want[what]}, stored ${found?.[what] ?? 0}`);
    if (found && found.different !== found.rows)
      out.push(`${name}: ${BigInt(found.rows) - BigInt(found.different)} rows are stored twice`);
  }
  return out;
}

async function byBatch(store: Store, tally: Tally): Promise<string[]> {
  const rows = await store.query<{ place: string; rows: string }>(
    `SELECT concat(toString(queue_partition), ':', toString(queue_offset)) AS place, toString(count()) AS rows
     FROM flows GROUP BY queue_partition, queue_offset`,
    {},
    { maxSeconds },
  );
  const stored = new Map(rows.map(({ place, rows: count }) => [place, Number(count)]));
  const out: string[] = [];
  for (const [identity, batch] of tally.batches) {
    const found = batch.places.reduce((sum, place) => sum + (stored.get(place) ?? 0), 0);
    if (found !== batch.rows)
      out.push(`batch ${identity} at ${batch.places.join(', ')}: ${batch.rows} rows accepted, ${found} stored`);
  }
  return out.length > mostTold ? [...out.slice(0, mostTold), `… and ${out.length - mostTold} batches more`] : out;
}

async function byRollup(store: Store, tally: Tally, refused: boolean): Promise<string[]> {
  const out: string[] = [];
  for (const table of rollups) {
    const rows = await store.query<{ exporter: string; side: number; octets: string }>(
      `SELECT ${address} AS exporter, toUInt32(t.side) AS side, toString(sum(t.octets)) AS octets
       FROM ${table} AS t WHERE t.basis < 2 GROUP BY t.exporter, t.side`,
      {},
      { maxSeconds },
    );
    const stored = new Map(rows.map(({ exporter, side, octets }) => [`${exporter} ${side}`, BigInt(octets)]));
    for (const [exporter, { octets }] of tally.exporters)
      for (const side of [0, 1]) {
        const key = `${exporter} ${side}`;
        const summed = tally.sums.get(key) ?? 0n;
        const found = stored.get(key) ?? 0n;
        const name = `${table}, ${exporter} ${side === 0 ? 'in' : 'out'}`;
        if (found !== summed) out.push(`${name}: octets of sums accepted ${summed}, stored ${found}`);
        if (!refused && found !== octets) out.push(`${name}: octets of flows accepted ${octets}, stored ${found}`);
        if (refused && found < octets) out.push(`${name}: octets of flows accepted ${octets}, stored only ${found}`);
      }
  }
  return out;
}
