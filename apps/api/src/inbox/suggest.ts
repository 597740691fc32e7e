/** Whose an interface or a device may be, and why: in words that let a person judge. */
import type { Suggestion, SuggestionReason } from '@linewatch/contract';
import { parseAddress } from '@linewatch/record';
import { type Target, decide } from './decide.ts';
import { type Known, type KnownAcademy, exporterKey, referenceKey } from './known.ts';
import type { Candidate } from './rule.ts';
import { quoted } from './text.ts';

const most = 3;

/** A device alone, or with one of its interfaces. */
export type About = Pick<Candidate, 'collector' | 'exporter' | 'sysName' | 'beside'> &
  Partial<Pick<Candidate, 'name' | 'alias'>>;

/** The academies whose networks hold addresses, asked once for each address. */
export class Places {
  readonly #academies: readonly KnownAcademy[];
  readonly #known = new Map<string, readonly KnownAcademy[]>();

  constructor(known: Known) {
    this.#academies = [...known.academies.values()].filter(({ networks }) => networks !== undefined);
  }

  of(address: string): readonly KnownAcademy[] {
    let found = this.#known.get(address);
    if (!found) {
      const bytes = parseAddress(address);
      found = this.#academies.filter(({ networks }) => networks!.has(bytes));
      this.#known.set(address, found);
    }
    return found;
  }
}

/** The one academy of all these circuits. A device that carries several academies' lines is nobody's own. */
export function onlyAcademy(known: Known, circuits: readonly string[]): string | undefined {
  const [first, ...more] = new Set(circuits.map((id) => known.circuits.get(id)?.values.academy));
  return more.length === 0 ? first : undefined;
}

/** Parts of a description that may be a supplier's reference: words, and neighbours that a blank parts. */
function referencesIn(text: string): string[] {
  const words = text.slice(0, 255).split(/[\s,;:|()[\]{}"']+/, 24);
  const pairs = words.flatMap((word, i) => [
    `${word}${words[i + 1] ?? ''}`,
    `${word}${words[i + 1] ?? ''}${words[i + 2] ?? ''}`,
  ]);
  return [...words, ...pairs].flatMap((each) => referenceKey(each) ?? []);
}

export interface Suggested {
  readonly suggestions: Suggestion[];
  /** What the first rule that fits would do; undefined: none fits. */
  readonly target: (Target & { readonly rule: string }) | undefined;
}

export function suggest(known: Known, places: Places, about: About, candidate?: Candidate): Suggested {
  const suggestions = new Map<string, Suggestion>();
  const add = (
    reason: SuggestionReason,
    academy: string | undefined,
    text: string,
    more: { circuit?: string; rule?: string; problem?: string } = {},
  ): void => {
    const own = academy === undefined ? undefined : known.academies.get(academy);
    if (academy !== undefined && !own) return;
    // A line that waits for an interface is the likeliest to be this one.
    const open = academy === undefined ? [] : (known.open.get(academy) ?? []);
    const circuit = more.circuit ?? (open.length === 1 && !more.problem ? open[0]!.id : undefined);
    const key = `${academy}/${circuit}`;
    if (suggestions.has(key) || suggestions.has(`${academy}/undefined`)) return;
    suggestions.set(key, {
      reason,
      text,
      academy: own?.id ?? null,
      academyName: own?.name ?? '',
      circuit: circuit ?? null,
      circuitName: circuit === undefined ? '' : known.nameOf('circuit', circuit),
      rule: more.rule ?? null,
      problem: more.problem ?? '',
    });
  };

  let target: Suggested['target'];
  const first = candidate && known.rules.first(candidate);
  if (first) {
    const { rule, fit } = first;
    target = { ...decide(known, rule, fit), rule: rule.id };
    if (target.outcome === 'ignored') return { suggestions: [], target };
    if (target.outcome === 'problem')
      add('rule', target.academy ?? undefined, target.text, { rule: rule.id, problem: target.text });
    else
      add('rule', target.academy, target.text, {
        rule: rule.id,
        ...(target.outcome === 'circuit' && { circuit: target.circuit.id }),
      });
  }

  for (const text of [about.alias ?? '', about.name ?? ''])
    for (const key of referencesIn(text)) {
      const circuit = known.references.get(key);
      if (circuit)
        add('reference', circuit.values.academy, `Its description has the reference ${circuit.values.reference}.`, {
          circuit: circuit.id,
        });
    }

  const exporter = known.exporters.get(exporterKey(about.collector, about.exporter));
  if (exporter?.academy !== undefined)
    add('exporter', exporter.academy, `The exporter ${known.nameOf('exporter', exporter.id)} is there.`);

  for (const { id, name } of places.of(about.exporter).slice(0, most))
    add('network', id, `${about.exporter} is in a network of ${name}.`);

  const only = about.beside.length > 0 ? onlyAcademy(known, about.beside) : undefined;
  if (only !== undefined) add('device', only, `The same device carries ${known.nameOf('circuit', about.beside[0]!)}.`);

  for (const [what, text] of [
    ['description', about.alias ?? ''],
    ['device name', about.sysName],
    ['interface name', about.name ?? ''],
  ] as const)
    for (const id of text === '' ? [] : known.names.find(text))
      add('name', id, `Its ${what} ${quoted(text)} resembles ${known.academies.get(id)!.name}.`);

  return { suggestions: [...suggestions.values()].slice(0, most), target };
}
