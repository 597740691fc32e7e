/** From what is and what a file says to what must change, with everything that is wrong with it. Pure. */
import {
  type Change,
  type EstateRecord,
  type FileProblem,
  type Kind,
  type KindCounts,
  type Sensitivity,
  kindNames,
} from '@linewatch/contract';
import { canonical, withoutDefaults } from '../records/canonical.ts';
import { checkFields } from '../records/checks.ts';
import { isObject } from '../records/merge.ts';
import { type Known, acrossRecords } from './across.ts';
import { momentMs } from '../units.ts';
import { type Document, type ReadFile, type Values, inOrder, maxProblems, problemAt } from './document.ts';
import { fieldsOf, getAt, setAt } from './fields.ts';
import { difference } from './difference.ts';

export interface PlanOptions {
  /** End what the file lacks, of the kinds that it is about. */
  readonly prune?: boolean;
  /** End also what an earlier file made and this one lacks, of every kind. */
  readonly managed?: boolean;
  /** The number that telemetry carries for a collector's label. */
  readonly labelKey: (label: string) => number;
}

export interface Plan {
  readonly changes: readonly Change[];
  /** Of each change, the document that asks for it; undefined: it ends what the file lacks. */
  readonly sources: readonly (Document | undefined)[];
  readonly counts: Readonly<Partial<Record<Kind, KindCounts>>>;
  readonly problems: readonly FileProblem[];
}

const keyOf = (kind: Kind, id: string): string => `${kind} ${id}`;

/** What a record is to be: the file's fields over those that it does not speak of. */
function target(
  document: Document,
  current: EstateRecord | undefined,
  leftOut: readonly Sensitivity[] | undefined,
): Values {
  const before = isObject(current?.values) ? current.values : {};
  let values: Record<string, unknown>;
  if (document.covers === 'all') {
    values = { ...document.values };
  } else {
    values = structuredClone(before);
    for (const name of document.covers) setAt(values, name, getAt(document.values, name));
  }
  for (const { name, sensitive } of fieldsOf(document.kind)) {
    if (sensitive !== undefined && leftOut?.includes(sensitive) && getAt(values, name) === undefined)
      setAt(values, name, getAt(before, name));
    // No export has secrets: those that are left out stay, with what they are in.
    if (sensitive !== 'secrets') continue;
    const parent = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '';
    const held = getAt(before, name);
    const kept = getAt(values, name);
    if (
      held !== undefined &&
      (kept === undefined || kept === '***') &&
      (!parent || getAt(values, parent) !== undefined)
    )
      setAt(values, name, held);
  }
  return values;
}

const placeOf = (address: unknown, collector: unknown = 'main'): string => `${String(collector)} ${String(address)}`;

/** A circuit whose time is over has ended by what its record says, not by being withdrawn. */
function isPast(to: unknown, endedMs: number): boolean {
  const moment = typeof to === 'string' ? momentMs(to) : undefined;
  return moment !== undefined && 'value' in moment && moment.value <= endedMs;
}

interface Counter {
  added: number;
  changed: number;
  unchanged: number;
  ended: number;
  readonly absent: string[];
}

const counter = (): Counter => ({ added: 0, changed: 0, unchanged: 0, ended: 0, absent: [] });

export function plan(current: readonly EstateRecord[], file: ReadFile, options: PlanOptions): Plan {
  const { prune = false } = options;
  const existing = new Map(current.map((record) => [keyOf(record.kind, record.id), record]));
  const problems: FileProblem[] = [...file.problems];
  const told = new Set(problems.map(({ row, path }) => `${row ?? ''} ${path}`));
  const report = (document: Document, path: string, message: string): void => {
    if (problems.length >= maxProblems) return;
    const place = document.place(path);
    const at = `${place.row ?? ''} ${place.path}`;
    if (told.has(at)) return;
    told.add(at);
    problems.push(problemAt(place, message));
  };

  const counters = new Map(file.kinds.map((kind) => [kind, counter()]));
  const changes: { change: Change; source: Document | undefined }[] = [];
  const named = new Map<string, Document>();
  const planned: Known[] = [];
  for (const document of file.documents) {
    const key = keyOf(document.kind, document.id);
    const before = existing.get(key);
    const tell = (path: string, message: string): void => {
      report(document, path, message);
    };
    const checked = canonical(document.kind, target(document, before, file.leftOut), tell);
    checkFields(document.kind, checked, tell);
    const values = withoutDefaults(document.kind, checked);
    const first = named.get(key);
    if (document.id !== '' && first) {
      report(document, 'id', `"${document.id}" is already the id of the ${document.kind} ${first.where}`);
      continue;
    }
    named.set(key, document);
    planned.push({ kind: document.kind, id: document.id, values, document });
    const count = counters.get(document.kind) ?? counter();
    const { kind, id } = document;
    if (!before) {
      count.added++;
      changes.push({ change: { kind, id, op: 'create', values: { ...values } }, source: document });
      continue;
    }
    const old = isObject(before.values) ? before.values : {};
    const patch = difference(old, values);
    const restore = before.ended !== null && !(kind === 'circuit' && isPast(old['to'], before.ended));
    if (restore) changes.push({ change: { kind, id, op: 'restore' }, source: document });
    // What is managed is told of though nothing changes, so that it is marked.
    if (patch || options.managed)
      changes.push({
        change: { kind, id, op: 'update', values: patch ?? {}, ...(!restore && { revision: before.revision }) },
        source: document,
      });
    if (patch || restore) count.changed++;
    else count.unchanged++;
  }

  const sending = new Set(
    [...planned, ...current.filter(({ ended }) => ended === null)].flatMap(({ kind, values }) =>
      kind === 'circuit' && isObject(values) ? [placeOf(values['exporter'], values['collector'])] : [],
    ),
  );
  const goesOn: EstateRecord[] = [];
  const ending: { change: Change; source: undefined }[] = [];
  for (const record of current) {
    if (record.ended !== null || named.has(keyOf(record.kind, record.id))) continue;
    const count = counters.get(record.kind);
    // A circuit makes its exporter, though no file names it.
    if (record.kind === 'exporter' && isObject(record.values)) {
      const { address, collector } = record.values;
      if (sending.has(placeOf(address, collector))) {
        goesOn.push(record);
        continue;
      }
    }
    if ((prune && file.whole && count) || (options.managed && record.managed)) {
      if (count) count.ended++;
      ending.push({ change: { kind: record.kind, id: record.id, op: 'end' }, source: undefined });
    } else {
      if (count && file.whole) count.absent.push(record.id);
      goesOn.push(record);
    }
  }
  const rank = (kind: Kind): number => kindNames.indexOf(kind);
  // What refers to others ends before them.
  ending.sort((a, b) => rank(b.change.kind) - rank(a.change.kind));

  const leaving = new Set(ending.map(({ change: { kind, id } }) => keyOf(kind, id)));
  acrossRecords(planned, goesOn, {
    labelKey: options.labelKey,
    report,
    referable: current.filter(({ kind, id }) => !leaving.has(keyOf(kind, id))),
  });
  const all = [...changes.toSorted((a, b) => rank(a.change.kind) - rank(b.change.kind)), ...ending];
  return {
    changes: all.map(({ change }) => change),
    sources: all.map(({ source }) => source),
    counts: Object.fromEntries(counters),
    problems: inOrder(problems),
  };
}
