import { createHash } from 'node:crypto';
import { reloadDictionaries } from './dictionaries.ts';
import { StoreError } from './errors.ts';
import { type RowColumn, rowsBlock } from './rows-block.ts';
import type { CallOptions, Store } from './store.ts';

/** End of a mapping that has none, Unix s. */
export const openEndS = 4_294_967_295;

/** An interface is a circuit's for a time. */
export interface CircuitMapRow {
  readonly trust: number;
  readonly collector: number;
  /** 16 octets. */
  readonly exporter: Uint8Array;
  /** ifIndex. */
  readonly interface: number;
  /** Unix s, inclusive; 0 = as far back as there is data. */
  readonly validFromS: number;
  /** Unix s, exclusive; `openEndS` = no end. */
  readonly validToS: number;
  /** Numbers of the circuit and its academy, not 0. */
  readonly circuit: number;
  readonly academy: number;
  /** The interface's side that carries download: 0 into the interface, 1 out of it. */
  readonly downloadSide: 0 | 1;
  /** Bit/s, 0 = none. */
  readonly committedInBps: number;
  readonly committedOutBps: number;
}

export interface NamedId {
  readonly id: number;
  readonly name: string;
}

export interface EstateMap {
  readonly circuits: readonly CircuitMapRow[];
  readonly academyNames: readonly NamedId[];
  readonly circuitNames: readonly NamedId[];
}

/** Most rows of a map: it is written as one block. */
export const maxMapRows = 500_000;

interface Stamped extends CircuitMapRow {
  readonly version: number;
  readonly fingerprint: string;
}

const mapColumns: readonly RowColumn<Stamped>[] = [
  { name: 'version', type: 'u64', clickhouse: 'UInt64', value: (row) => row.version },
  { name: 'trust', type: 'u32', clickhouse: 'UInt32', value: (row) => row.trust },
  { name: 'collector', type: 'u32', clickhouse: 'UInt32', value: (row) => row.collector },
  { name: 'exporter', type: 'ip', clickhouse: 'IPv6', value: (row) => row.exporter },
  { name: 'interface', type: 'u32', clickhouse: 'UInt32', value: (row) => row.interface },
  { name: 'valid_from', type: 'u32', clickhouse: "DateTime('UTC')", value: (row) => row.validFromS },
  {
    name: 'valid_until',
    type: 'u32',
    clickhouse: "DateTime('UTC')",
    value: (row) => (row.validToS >= openEndS ? openEndS : row.validToS - 1),
  },
  { name: 'circuit', type: 'u32', clickhouse: 'UInt32', value: (row) => row.circuit },
  { name: 'academy', type: 'u32', clickhouse: 'UInt32', value: (row) => row.academy },
  { name: 'download_side', type: 'u8', clickhouse: 'UInt8', value: (row) => row.downloadSide },
  { name: 'committed_in_bps', type: 'u64', clickhouse: 'UInt64', value: (row) => row.committedInBps },
  { name: 'committed_out_bps', type: 'u64', clickhouse: 'UInt64', value: (row) => row.committedOutBps },
  { name: 'fingerprint', type: 'text', clickhouse: 'String', value: (row) => row.fingerprint },
];

interface NameRow extends NamedId {
  readonly version: number;
  readonly kind: 'academy' | 'circuit';
}

const nameColumns: readonly RowColumn<NameRow>[] = [
  { name: 'version', type: 'u64', clickhouse: 'UInt64', value: (row) => row.version },
  { name: 'kind', type: 'text', clickhouse: 'String', value: (row) => row.kind },
  { name: 'id', type: 'u32', clickhouse: 'UInt32', value: (row) => row.id },
  { name: 'name', type: 'text', clickhouse: 'String', value: (row) => row.name },
];

/** Circuit 0: there in every version, in none of the answers. It carries the fingerprint of what was published. */
const stamp = (version: number, fingerprint: string): Stamped => ({
  version,
  fingerprint,
  trust: 0,
  collector: 0,
  exporter: new Uint8Array(16),
  interface: 0,
  validFromS: 0,
  validToS: 1,
  circuit: 0,
  academy: 0,
  downloadSide: 0,
  committedInBps: 0,
  committedOutBps: 0,
});

function check({ circuits, academyNames, circuitNames }: EstateMap): void {
  const bad = (message: string): never => {
    throw new StoreError('input_invalid', `estate map: ${message}`);
  };
  if (circuits.length + academyNames.length + circuitNames.length > maxMapRows) bad(`over ${maxMapRows} rows`);
  circuits.forEach((row, i) => {
    const u32s = [row.trust, row.collector, row.interface, row.validFromS, row.validToS, row.circuit, row.academy];
    if (u32s.some((value) => !Number.isInteger(value) || value < 0 || value > openEndS))
      bad(`row ${i} has a number that is not a UInt32`);
    if (row.circuit === 0 || row.academy === 0) bad(`row ${i} has circuit or academy 0`);
    if (row.exporter.length !== 16) bad(`row ${i} has an exporter of ${row.exporter.length} octets`);
    if (row.validToS <= row.validFromS) bad(`row ${i} ends before it begins`);
  });
}

const namesOf = (map: EstateMap, version: number): NameRow[] => [
  { version, kind: 'circuit', id: 0, name: '' },
  ...map.academyNames.map(({ id, name }) => ({ version, kind: 'academy' as const, id, name })),
  ...map.circuitNames.map(({ id, name }) => ({ version, kind: 'circuit' as const, id, name })),
];

/** The same rows in one order, so that the same estate is seen to be the same. */
function ordered(map: EstateMap): EstateMap {
  const keyOf = (row: CircuitMapRow): string =>
    [
      row.trust,
      row.collector,
      Buffer.from(row.exporter).toString('hex'),
      row.interface,
      row.validFromS,
      row.circuit,
    ].join('/');
  const byKey = map.circuits
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const byId = (a: NamedId, b: NamedId): number => a.id - b.id;
  return {
    circuits: byKey.map(({ row }) => row),
    academyNames: [...map.academyNames].sort(byId),
    circuitNames: [...map.circuitNames].sort(byId),
  };
}

function fingerprintOf(map: EstateMap): string {
  const hash = createHash('sha256');
  const plain = map.circuits.map((row) => ({ ...row, version: 0, fingerprint: '' }));
  for (const chunk of [...rowsBlock(mapColumns, plain), ...rowsBlock(nameColumns, namesOf(map, 0))]) hash.update(chunk);
  return hash.digest('hex');
}

export interface PublishedMap {
  readonly version: number;
  /** False when what is there was the same already. */
  readonly changed: boolean;
}

/** Every row must be found through the dictionary, with its own version (or hidden by one that begins later). */
async function verify(store: Store, version: number, options?: CallOptions): Promise<boolean> {
  const [row] = await store.query<{ missing: number; stale: number }>(
    `SELECT toFloat64(countIf(v = 0)) AS missing, toFloat64(countIf(v != 0 AND v != {version:UInt64})) AS stale
     FROM (SELECT dictGetOrDefault('circuit_of_interface', 'version', (trust, collector, exporter, interface), valid_from, 0::UInt64) AS v
           FROM circuit_map WHERE version = {version:UInt64} AND circuit != 0)`,
    { version },
    options,
  );
  return row?.missing === 0 && row.stale === 0;
}

async function dropOlder(store: Store, table: string, keepFrom: number, options?: CallOptions): Promise<void> {
  const parts = await store.query<{ version: string }>(
    `SELECT DISTINCT partition AS version FROM system.parts
     WHERE database = currentDatabase() AND table = {table:String} AND active AND toUInt64OrZero(partition) < {keepFrom:UInt64}`,
    { table, keepFrom },
    options,
  );
  for (const { version } of parts)
    if (/^\d+$/.test(version)) await store.command(`ALTER TABLE ${table} DROP PARTITION ${version}`, {}, options);
}

/**
 * Makes this the estate's map: a new version, in the dictionaries when it resolves; older ones are dropped, save the one
 * before. Does nothing when the newest version is the same. One owner publishes at a time.
 * @throws StoreError
 */
export async function publishEstateMap(store: Store, given: EstateMap, options?: CallOptions): Promise<PublishedMap> {
  check(given);
  const map = ordered(given);
  const fingerprint = fingerprintOf(map);
  const [newest] = await store.query<{ version: number; fingerprint: string }>(
    `SELECT toFloat64(version) AS version, fingerprint FROM circuit_map AS m WHERE circuit = 0 ORDER BY m.version DESC LIMIT 1`,
    {},
    options,
  );
  if (newest?.fingerprint === fingerprint && (await verify(store, newest.version, options)))
    return { version: newest.version, changed: false };
  const version = Math.max(Date.now(), (newest?.version ?? 0) + 1);
  await store.insertBlock('estate_names', rowsBlock(nameColumns, namesOf(map, version)), `names-${version}`, options);
  const rows = [stamp(version, fingerprint), ...map.circuits.map((row) => ({ ...row, version, fingerprint: '' }))];
  await store.insertBlock('circuit_map', rowsBlock(mapColumns, rows), `map-${version}`, options);
  await reloadDictionaries(store, options);
  if (!(await verify(store, version, options)))
    throw new StoreError('store_rejected', `the dictionary does not show version ${version} of the estate map`);
  for (const table of ['circuit_map', 'estate_names'])
    await dropOlder(store, table, newest?.version ?? version, options);
  store.logger.info({ version, rows: map.circuits.length }, 'estate map published');
  return { version, changed: true };
}
