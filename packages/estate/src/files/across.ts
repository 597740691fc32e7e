/** What only several records together can get wrong: references, and what may be there once. */
import type { EstateRecord, Kind } from '@linewatch/contract';
import { didYouMean } from '@linewatch/service';
import { describeInterface } from '../model.ts';
import { overlapping } from '../overlap.ts';
import { momentMs } from '../units.ts';
import type { Document, Values } from './document.ts';
import { getAt, isObject, nodeOf, walk } from './fields.ts';

export interface Known {
  readonly kind: Kind;
  readonly id: string;
  readonly values: Values;
  /** Undefined: not of the file. */
  readonly document: Document | undefined;
}

export interface AcrossOptions {
  readonly labelKey: (label: string) => number;
  /** Each path of a document is reported once. */
  readonly report: (document: Document, path: string, message: string) => void;
  /** What may be referred to, beside the file's. */
  readonly referable: readonly EstateRecord[];
}

/** `others` go on beside the file's. */
export function acrossRecords(
  documents: readonly Known[],
  others: readonly EstateRecord[],
  { labelKey, report, referable }: AcrossOptions,
): void {
  const all: Known[] = [
    ...others.map(({ kind, id, values }) => ({
      kind,
      id,
      values: isObject(values) ? values : {},
      document: undefined,
    })),
    ...documents,
  ];
  const tell = (known: Known, path: string, message: string): void => {
    if (known.document) report(known.document, path, message);
  };
  references(documents, referable, tell);
  once(all, tell);
  collectors(all, tell, labelKey);
  overlaps(all, tell);
}

type Tell = (known: Known, path: string, message: string) => void;

/** Looking for a name near a wrong one costs a comparison with each: this often only. */
const maxHints = 10;

function references(documents: readonly Known[], referable: readonly EstateRecord[], tell: Tell): void {
  const ids = new Map<Kind, Set<string>>();
  for (const { kind, id } of [...referable, ...documents]) {
    const of = ids.get(kind) ?? new Set();
    ids.set(kind, of.add(id));
  }
  const where = referable.length > 0 ? 'this file or the estate' : 'this file';
  let hints = 0;
  for (const known of documents) {
    walk(nodeOf(known.kind), known.values, '', (leaf, value, path) => {
      if (leaf.ref === undefined || typeof value !== 'string' || ids.get(leaf.ref)?.has(value)) return;
      const hint = hints++ < maxHints ? didYouMean(value, [...(ids.get(leaf.ref) ?? [])]) : '';
      tell(known, path, `"${value.slice(0, 80)}" is not the id of any ${leaf.ref} in ${where}${hint}`);
    });
  }
}

/** What no two records may have, beside their ids. */
function once(all: readonly Known[], tell: Tell): void {
  const seen = new Map<string, Known>();
  const check = (known: Known, path: string, value: unknown, what: string): void => {
    if (typeof value !== 'string' && typeof value !== 'number') return;
    const key = `${what} ${value}`;
    const other = seen.get(key);
    if (!other) seen.set(key, known);
    else if (other.document)
      tell(known, path, `"${value}" is already ${what} of an ${known.kind} ${other.document.where}`);
    else tell(known, path, `"${value}" is already ${what} of the ${known.kind} "${other.id}" of the estate`);
  };
  for (const known of all) {
    if (known.kind === 'exporter') {
      const { address, collector } = known.values;
      if (typeof address === 'string' && typeof collector === 'string')
        check(known, 'address', `${address}${collector === 'main' ? '' : ` at ${collector}`}`, 'the address');
      continue;
    }
    if (known.kind !== 'academy') continue;
    const { networks, urn } = known.values;
    if (Array.isArray(networks))
      networks.forEach((network, i) => {
        check(known, `networks.${writtenAt(known, network, i)}`, network, 'a network');
      });
    check(known, 'urn', urn, 'the URN');
  }
}

/** Networks are kept in an order of their own: where this one stands in the file. */
function writtenAt({ document }: Known, network: unknown, i: number): number {
  const written = document?.values['networks'];
  const at = Array.isArray(written) ? written.indexOf(network) : -1;
  return at >= 0 ? at : i;
}

function collectors(all: readonly Known[], tell: Tell, labelKey: (label: string) => number): void {
  const labels = new Map<number, string>();
  for (const known of all) {
    const { collector } = known.values;
    if (typeof collector !== 'string') continue;
    const other = labels.get(labelKey(collector)) ?? collector;
    labels.set(labelKey(collector), other);
    if (other !== collector)
      tell(
        known,
        'collector',
        `"${collector}" has the same number in telemetry as "${other}": one needs another label`,
      );
  }
}

const moment = (value: unknown): number | null => {
  const read = typeof value === 'string' ? momentMs(value) : undefined;
  return read && 'value' in read ? read.value : null;
};

/** At any time an interface is one circuit. */
function overlaps(all: readonly Known[], tell: Tell): void {
  const stays = all.flatMap((known) => {
    if (known.kind !== 'circuit') return [];
    const { exporter, collector = 'main', interface: selector, from, to } = known.values;
    const key = (['index', 'name', 'alias'] as const).find((each) => getAt(selector, each) !== undefined);
    if (typeof exporter !== 'string' || typeof collector !== 'string' || key === undefined) return [];
    const value = String(getAt(selector, key));
    const shown = `${exporter} ${describeInterface(key === 'index' ? { kind: key, value: Number(value) } : { kind: key, value })}`;
    return [{ known, shown, where: `${collector} ${shown}`, fromMs: moment(from), toMs: moment(to) }];
  });
  for (const pair of overlapping(stays)) {
    const [mine, other] = pair.later.known.document ? [pair.later, pair.earlier] : [pair.earlier, pair.later];
    const { document, id } = other.known;
    const also = document
      ? `the circuit "${id}" ${document.where}`
      : `the circuit "${id}", which is in the estate and not in this file,`;
    tell(
      mine.known,
      'interface',
      `${mine.shown} is also ${also} at the same time: give them "from" and "to", or another interface`,
    );
  }
}
