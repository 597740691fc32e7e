/** How one field of a record stands in its table: what is selected, what is written, and both ways between the two. */
import type { Kind } from '@linewatch/contract';
import { deviceAddress, network } from '../address.ts';
import { moneyPence, moneyText, momentMs, momentText, rateBps, rateText } from '../units.ts';
import type { Converted } from '../converted.ts';
import { type Values, put, valueAt } from './merge.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface Field {
  /** Expressions over the table, which is `t`, and the joins. */
  readonly select: Readonly<Record<string, string>>;
  /** Properties of the JSON that is written from, with their types; its alias is `i`. */
  readonly input: Readonly<Record<string, string>>;
  /** Column → expression over `i` and the joins. */
  readonly assign: Readonly<Record<string, string>>;
  /** Joins of `t`, and of `i`. $1 is the trust's row. */
  readonly selectJoin?: string;
  readonly inputJoin?: string;
  /** Statements for a table of its own, after the rows were written; as those, with the parameters $1 and $2. */
  readonly after?: readonly string[];
  /** A statement before the rows are removed: $1 the trust's row, $2 their slugs. */
  readonly beforeRemove?: string;
  read(row: Row, values: Record<string, unknown>): void;
  write(values: Values): Readonly<Record<string, unknown>>;
}

export const quoted = (name: string): string => `"${name}"`;
const snake = (path: string): string =>
  path.replaceAll('.', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The value of text that was checked before. */
function sure<T>(result: Converted<T>): T {
  if ('problem' in result) throw new Error(`unchecked value: ${result.problem}`);
  return result.value;
}

interface Codec {
  /** Behind the column's name. */
  readonly suffix?: string;
  readonly type: string;
  readonly select?: (column: string) => string;
  readonly fromRow?: (value: unknown) => unknown;
  readonly toRow?: (value: unknown) => unknown;
}

const rate: Codec = {
  suffix: '_bps',
  type: 'bigint',
  select: (column) => `${column}::float8`,
  fromRow: (value) => rateText(value as number),
  toRow: (value) => sure(rateBps(value as string)),
};
const money: Codec = {
  suffix: '_pence',
  type: 'bigint',
  select: (column) => `${column}::float8`,
  fromRow: (value) => moneyText(value as number),
  toRow: (value) => sure(moneyPence(value as string)),
};

/** PostgreSQL writes a few IPv6 addresses with dots. */
export const addressText = (value: string): string =>
  value.includes(':') && value.includes('.') ? sure(deviceAddress(value)) : value;
export const networkText = (value: string): string =>
  value.includes(':') && value.includes('.') ? sure(network(value)) : value;

const codecs = {
  text: { type: 'text' },
  integer: { type: 'integer' },
  number: { type: 'float8' },
  boolean: { type: 'boolean' },
  day: { type: 'date', select: (column) => `${column}::text` },
  list: { type: 'text[]' },
  json: { type: 'jsonb' },
  network: {
    type: 'cidr',
    select: (column) => `text(${column})`,
    fromRow: (value) => networkText(value as string),
  },
  address: {
    type: 'inet',
    select: (column) => `host(${column})`,
    fromRow: (value) => addressText(value as string),
  },
  rate,
  money,
} satisfies Record<string, Codec>;

export type CodecName = keyof typeof codecs;

/** A field in a column of its own. */
export function column(path: string, name: CodecName, as?: string): Field {
  const codec: Codec = codecs[name];
  const at = as ?? `${snake(path)}${codec.suffix ?? ''}`;
  const expression = `t.${quoted(at)}`;
  return {
    select: { [at]: codec.select ? codec.select(expression) : expression },
    input: { [at]: codec.type },
    assign: { [at]: `i.${quoted(at)}` },
    read(row, values) {
      const value = row[at];
      if (value !== null && value !== undefined) put(values, path, codec.fromRow ? codec.fromRow(value) : value);
    },
    write(values) {
      const value = valueAt(values, path);
      return value === undefined ? {} : { [at]: codec.toRow ? codec.toRow(value) : value };
    },
  };
}

/** The id of a record of another kind, as its row. */
export function reference(path: string, kind: Kind): Field {
  const at = `${snake(path)}_id`;
  const there = quoted(`to_${at}`);
  const join = (from: string): string => `LEFT JOIN ${kind} ${there} ON ${there}.trust_id = $1 AND ${from}`;
  return {
    select: { [at]: `${there}.slug` },
    input: { [at]: 'text' },
    assign: { [at]: `${there}.id` },
    selectJoin: join(`${there}.id = t.${quoted(at)}`),
    inputJoin: join(`${there}.slug = i.${quoted(at)}`),
    read: (row, values) => put(values, path, row[at]),
    write(values) {
      const value = valueAt(values, path);
      return value === undefined ? {} : { [at]: value };
    },
  };
}

/** The circuit that a circuit depends on, which may be made by the same statement: so it is set again when all are there. */
export const parentField: Field = {
  ...reference('parent', 'circuit'),
  after: [
    `UPDATE circuit t SET parent_id = p.id FROM input i JOIN circuit p ON p.trust_id = $1 AND p.slug = i.parent_id
     WHERE t.trust_id = $1 AND t.slug = i.slug AND t.parent_id IS DISTINCT FROM p.id`,
  ],
};

const msOf = (value: unknown): number | null => (typeof value === 'string' ? sure(momentMs(value)) : null);
export const epochMs = (expression: string): string => `floor(extract(epoch FROM ${expression}) * 1000)::float8`;

/** `interface: {index | name | alias}` in two columns. */
export const interfaceField: Field = {
  select: { interface_kind: 't.interface_kind', interface_value: 't.interface_value' },
  input: { interface_kind: 'text', interface_value: 'text' },
  assign: { interface_kind: 'i.interface_kind', interface_value: 'i.interface_value' },
  read({ interface_kind: kind, interface_value: value }, values) {
    if (kind !== null) values.interface = { [kind as string]: kind === 'index' ? Number(value) : value };
  },
  write({ interface: selector }) {
    const [entry] = Object.entries((selector ?? {}) as Values);
    return entry ? { interface_kind: entry[0], interface_value: String(entry[1]) } : {};
  },
};

/** The exporter that a circuit is on, by its address and the label of its collector. */
export const exporterField: Field = {
  select: { exporter: 'host(e.address)', collector: 'e.collector' },
  input: { exporter: 'inet', collector: 'text' },
  assign: { exporter_id: 'e.id' },
  selectJoin: 'LEFT JOIN exporter e ON e.id = t.exporter_id',
  inputJoin: 'LEFT JOIN exporter e ON e.trust_id = $1 AND e.collector = i.collector AND e.address = i.exporter',
  read({ exporter, collector }, values) {
    if (exporter === null) return;
    values.exporter = addressText(exporter as string);
    if (collector !== 'main') values.collector = collector;
  },
  write: ({ exporter, collector = 'main' }) => (exporter === undefined ? {} : { exporter, collector }),
};

/** One that was ended before it began has an empty range, and remembers what it was to be. */
const range = 'tstzrange(to_timestamp(i.from_ms / 1000.0), to_timestamp(i.to_ms / 1000.0))';
export const validField: Field = {
  select: {
    from_ms: epochMs('lower(coalesce(t.withdrawn, t.valid))'),
    to_ms: epochMs('upper(coalesce(t.withdrawn, t.valid))'),
  },
  input: { from_ms: 'float8', to_ms: 'float8' },
  assign: {
    valid: `CASE WHEN i.ended_ms IS NULL THEN ${range} ELSE 'empty'::tstzrange END`,
    withdrawn: `CASE WHEN i.ended_ms IS NOT NULL THEN ${range} END`,
  },
  read({ from_ms: from, to_ms: to }, values) {
    if (from !== null) values.from = momentText(from as number);
    if (to !== null) values.to = momentText(to as number);
  },
  write: ({ from, to }) => ({ from_ms: msOf(from), to_ms: msOf(to) }),
};

export const downloadField: Field = {
  select: { download_side: 't.download_side' },
  input: { download_side: 'text' },
  assign: { download_side: 'i.download_side' },
  read({ download_side: side }, values) {
    if (side === 'out') values.download = side;
  },
  write: ({ download = 'in' }) => ({ download_side: download }),
};
