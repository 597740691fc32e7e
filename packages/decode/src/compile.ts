/**
 * Turns a layout into a function that copies records' fields straight into the sink's columns. The function's text comes
 * from the statements below and from numbers (offsets, lengths) only: nothing from the wire is ever text in it.
 */
import { type FlowColumns, flowColumns } from '@linewatch/record';
import { paddingElement } from './elements.ts';
import { type Placed, type Ref, literal, place } from './fields.ts';
import type { Frame } from './frame.ts';
import type { Keeping, KeptField } from './kept.ts';
import { elementKey, elementOf } from './registry/registry.ts';
import { Body, constantCode, counterCode, eventCode, meaningCode, samplingCode, sectionCode } from './statements.ts';
import type { Field } from './template.ts';
import { timeCode } from './times.ts';
import { copyAddress, high32, ipOctets, low32, ntpMs, recordRate } from './values.ts';

/**
 * Reads up to `count` records from `at`, none past `end`, into rows from `row`. Returns the row after the last written;
 * `frame` tells how many records were read and where the next begins.
 */
type Run = (view: DataView, at: number, end: number, count: number, row: number, frame: Frame) => number;

export interface Pass {
  readonly run: Run;
  /** Columns written, by position in the table. */
  readonly writes: readonly number[];
}

export interface Program {
  /** Octets of a record; 0 = variable. */
  readonly stride: number;
  readonly smallest: number;
  readonly forward: Pass;
  /** The other half of a biflow (RFC 5103), or the responder's side of a session: rows only where it has counters. */
  readonly reverse: Pass | undefined;
  /** Records name their sampler. */
  readonly namesSampler: boolean;
  /** No time field at all: the export time stands in. */
  readonly timeless: boolean;
  /** Records say what became of a connection, and how old it is. */
  readonly events: boolean;
  /** Keys of elements that feed no column. */
  readonly columnless: readonly string[];
  /** What the forward pass keeps by name. */
  readonly kept: readonly KeptField[];
}

export interface Compilable {
  readonly version: 5 | 9 | 10;
  readonly fields: readonly Field[];
}

const prologue = `
  const base=f.exportedMs,up=f.uptimeMs,shift=f.shiftMs,fr=f.rate,fs=f.stated,dom=f.domain,ver=f.version;
  const rxH=Math.floor(f.receivedMs/4294967296),rxL=f.receivedMs-rxH*4294967296;
  const exH=Math.floor(base/4294967296),exL=base-exH*4294967296;
  const a0=f.address[0],a1=f.address[1],a2=f.address[2],a3=f.address[3];
  let absurd=0,lastSampler=-1,samplerRate=-1,i=0;
`;

/** Names that generated code may use beside its columns. */
const helpers = { copyAddress, high32, ipOctets, low32, ntpMs, recordRate };

function passOf(columns: FlowColumns, placed: Placed, body: Body): Pass {
  const names = [...body.columns];
  const loop =
    placed.stride > 0
      ? `for(;i<n;i++,p+=${literal(placed.stride)}){`
      : `let next=p;for(;i<n&&end-p>=${literal(placed.smallest)};i++,p=next){\n${placed.walk}next=z;\n`;
  const text = `'use strict';
const {${Object.keys(helpers).join(',')}}=helpers;
const {${names.map((name) => `${name}:c_${name}`).join(',')}}=arrays;
return function run(v,p,end,n,r,f){${prologue}${loop}
const d=r<<1,q=r<<2;
${body.code}r++;
}
f.records=i;f.next=p;f.timesAbsurd+=absurd;
return r;
}`;
  // The text holds nothing but the statements above and numbers that `literal` let through.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const build = new Function('helpers', 'arrays', text) as (h: typeof helpers, a: FlowColumns['arrays']) => Run;
  return {
    run: build(helpers, columns.arrays),
    writes: names.map((name) => flowColumns.findIndex((c) => c.name === name)),
  };
}

/** Fields that feed no column; those of no length are none. */
const columnlessOf = (placed: Placed): Ref[] =>
  placed.refs.filter((ref) => !placed.sought.has(ref) && !(ref.id === paddingElement && ref.pen === 0));

/** Hands the values to keep to `f.keep`; to follow what skips a record. */
function keepCode(body: Body, placed: Placed, columnless: readonly Ref[], keeping: Keeping): KeptField[] {
  const fields: KeptField[] = [];
  const counts = new Map<string, number>();
  const chosen = placed.refs.flatMap((ref) => {
    const name = keeping.nameOf(ref.pen, ref.id, columnless.includes(ref));
    if (name === undefined) return [];
    counts.set(name, (counts.get(name) ?? 0) + 1);
    return [{ ref, name }];
  });
  for (const { ref, name } of chosen) {
    const length = typeof ref.length === 'string' ? ref.length : literal(ref.length);
    body.code += `f.keep(r,${literal(fields.length)},v,${ref.at},${length});\n`;
    fields.push({ name, type: elementOf(ref.pen, ref.id)?.type, repeated: counts.get(name)! > 1 });
  }
  return fields;
}

export function compile(columns: FlowColumns, layout: Compilable, keeping?: Keeping): Program {
  const placed = place(layout.fields);
  const forward = new Body();
  const reverse = new Body();
  const hasCounters = counterCode(forward, placed, 'forward');
  sectionCode(forward, placed, hasCounters);
  const hasReverse = counterCode(reverse, placed, 'reverse');
  let namesSampler = false;
  let timeless = false;
  let events = false;
  for (const [body, half] of [
    [forward, 'forward'],
    [reverse, 'reverse'],
  ] as const) {
    constantCode(body);
    namesSampler = samplingCode(body, placed);
    const times = timeCode(placed, layout.version, half === 'reverse');
    timeless = times.timeless;
    body.code += times.code;
    for (const column of ['start_ms', 'end_ms'] as const) body.columns.add(column);
    meaningCode(body, placed, layout.version, half);
    events = eventCode(body, placed, layout.version);
  }
  const columnless = columnlessOf(placed);
  const kept = keeping ? keepCode(forward, placed, columnless, keeping) : [];
  return {
    stride: placed.stride,
    smallest: placed.smallest,
    forward: passOf(columns, placed, forward),
    reverse: hasReverse ? passOf(columns, placed, reverse) : undefined,
    namesSampler,
    timeless,
    events,
    columnless: [...new Set(columnless.map((ref) => elementKey(ref.pen, ref.id)))],
    kept,
  };
}
