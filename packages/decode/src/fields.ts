/** Where a layout's fields lie in a record, as expressions of the generated code. Only numbers enter it. */
import { type Feed, reversePen } from './elements.ts';
import { type Field, hasVariable, smallestRecord, variableLength } from './template.ts';

/** A field to read: where it begins and its length, which is a variable's name when the record tells it. */
export interface Ref {
  readonly pen: number;
  readonly id: number;
  readonly at: string;
  readonly length: number | string;
}

export interface Placed {
  readonly refs: readonly Ref[];
  /** Octets of every record; 0 when they differ. */
  readonly stride: number;
  readonly smallest: number;
  /** Those that a statement was made for, or would have been but for a better one: the others feed no column. */
  readonly sought: Set<Ref>;
  /** Statements that find the fields of the record at `p`, and set `p` behind it or break. Empty when all is fixed. */
  readonly walk: string;
}

/** A number that may stand in generated code. */
export function literal(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError('not a number for generated code');
  return String(value);
}

export function place(fields: readonly Field[]): Placed {
  const refs: Ref[] = [];
  const variable = hasVariable(fields);
  const smallest = smallestRecord(fields);
  let base = 'p';
  let offset = 0;
  let walk = '';
  const at = (): string => (offset === 0 ? base : `${base}+${literal(offset)}`);
  fields.forEach((field, i) => {
    const n = literal(i);
    if (field.length === variableLength) {
      // RFC 7011 section 7: one octet of length, or 255 and two more.
      walk += `let o${n} = ${at()}; if (o${n} >= end) { f.broken = true; break; }
        let l${n} = v.getUint8(o${n}++);
        if (l${n} === 255) { if (o${n} + 2 > end) { f.broken = true; break; } l${n} = v.getUint16(o${n}); o${n} += 2; }
        const e${n} = o${n} + l${n}; if (e${n} > end) { f.broken = true; break; }\n`;
      refs.push({ pen: field.pen, id: field.id, at: `o${n}`, length: `l${n}` });
      base = `e${n}`;
      offset = 0;
      return;
    }
    if (field.length > 0) refs.push({ pen: field.pen, id: field.id, at: at(), length: field.length });
    offset += field.length;
  });
  if (variable) walk += `const z = ${at()}; if (z > end) { f.broken = true; break; }\n`;
  return { refs, sought: new Set(), stride: variable ? 0 : smallest, smallest, walk };
}

export function find(placed: Placed, ids: readonly number[], pen = 0): Ref[] {
  const found = placed.refs.filter((ref) => ref.pen === pen && ids.includes(ref.id));
  for (const ref of found) placed.sought.add(ref);
  return found;
}

export function feeding(placed: Placed, feed: Feed, version: number, pen: 0 | typeof reversePen = 0): Ref[] {
  return [
    ...find(placed, feed.ids, pen),
    ...find(placed, feed.then ?? [], pen),
    ...(version === 9 && pen === 0 ? find(placed, feed.v9 ?? [], 0) : []),
  ];
}

const position = (ref: Ref, offset: number): string => (offset === 0 ? ref.at : `${ref.at}+${literal(offset)}`);

/** Low 8, 16 or 32 bits. */
export function narrow(ref: Ref, bits: 8 | 16 | 32): string {
  const { length } = ref;
  if (typeof length === 'string')
    return bits === 32 ? `low32(v,${ref.at},${length})` : `(low32(v,${ref.at},${length})&${bits === 8 ? 255 : 65535})`;
  if (bits === 8 || length === 1) return `v.getUint8(${position(ref, length - 1)})`;
  if (bits === 16 || length === 2) return `v.getUint16(${position(ref, length - 2)})`;
  if (length === 3) return `(v.getUint16(${ref.at})<<8|v.getUint8(${position(ref, 2)}))`;
  return `v.getUint32(${position(ref, length - 4)})`;
}

export const low = (ref: Ref): string => narrow(ref, 32);

export function high(ref: Ref): string {
  const { length } = ref;
  if (typeof length === 'string') return `high32(v,${ref.at},${length})`;
  if (length <= 4) return '0';
  if (length >= 8) return `v.getUint32(${position(ref, length - 8)})`;
  return narrow({ ...ref, length: length - 4 }, 32);
}

/** The whole value as a double. */
export const wide = (ref: Ref): string => (high(ref) === '0' ? low(ref) : `(${high(ref)}*4294967296+${low(ref)})`);

/** The first that is not zero. */
export const first = (refs: readonly Ref[], read: (ref: Ref) => string): string =>
  refs.length === 1 ? read(refs[0]!) : `(${refs.map(read).join('||')})`;

export const addressWord = (ref: Ref, word: number): string => `v.getUint32(${position(ref, 4 * word)},true)`;
