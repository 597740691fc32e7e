/** Changes of the estate in the making: ids that are free, exporters made by the way, and whose mistake a problem is. */
import type { Change, ChangeProblem, ChangeResult, Kind, NewAcademy, NewProvider } from '@linewatch/contract';
import { type Known, canonical, exporterKey } from './known.ts';
import type { Candidate } from './rule.ts';
import { freeId, nameOf } from './text.ts';

/** Of what was asked for: which of its parts, or none of them. */
export type Part = number;
export const whole: Part = -1;

/** Index of an interface as a circuit names it. */
export interface Selector {
  readonly index?: number;
  readonly name?: string;
  readonly alias?: string;
}

export class Draft {
  readonly known: Known;
  readonly problems: ChangeProblem[] = [];
  readonly #changes: { readonly change: Change; readonly part: Part }[] = [];
  readonly #taken = new Set<string>();
  readonly #exporters = new Map<string, { readonly values: Record<string, unknown>; academy: string | undefined }>();

  constructor(known: Known) {
    this.known = known;
  }

  get changes(): Change[] {
    return this.#changes.map(({ change }) => change);
  }

  isTaken(kind: Kind, id: string): boolean {
    return this.known.has(kind, id) || this.#taken.has(`${kind}/${id}`);
  }

  /** Whether this draft makes it. */
  makes(kind: Kind, id: string): boolean {
    return this.#taken.has(`${kind}/${id}`);
  }

  add(part: Part, change: Change): void {
    if (change.op === 'create') this.#taken.add(`${change.kind}/${change.id}`);
    this.#changes.push({ change, part });
  }

  wrong(part: Part, kind: Kind, id: string, code: ChangeProblem['code'], path: string, message: string): void {
    this.problems.push({ index: part, kind, id, path, code, message });
  }

  /** Those that are there are left as they are. */
  providers(providers: readonly NewProvider[] = []): void {
    for (const { id, name } of providers)
      if (!this.isTaken('provider', id)) this.add(whole, { kind: 'provider', id, op: 'create', values: { id, name } });
  }

  /** Returns its id. */
  academy(part: Part, academy: NewAcademy, defaults: Record<string, unknown> = {}): string {
    const id = academy.id ?? freeId(academy.name, 'academy', (each) => this.isTaken('academy', each));
    this.add(part, { kind: 'academy', id, op: 'create', values: { ...defaults, ...academy, id } });
    return id;
  }

  /** The exporter that an interface is of. Of several academies, it is none's. */
  exporter(part: Part, collector: string, address: string, sysName: string, academy: string): void {
    const key = exporterKey(collector, canonical(address));
    if (this.known.exporters.has(key)) return;
    const begun = this.#exporters.get(key);
    if (begun) {
      if (begun.academy !== academy) delete begun.values['academy'];
      return;
    }
    const ended = this.known.endedExporters.get(key);
    const values: Record<string, unknown> = {};
    this.#exporters.set(key, { values, academy });
    if (ended !== undefined) {
      this.add(part, { kind: 'exporter', id: ended, op: 'restore' });
      return;
    }
    const name = nameOf(sysName);
    const at = address.replace(/[^0-9a-f]+/gi, '-');
    const id = freeId(name, at, (each) => this.isTaken('exporter', each));
    Object.assign(values, { id, address, collector, ...(name !== '' && { name }), academy });
    this.add(part, { kind: 'exporter', id, op: 'create', values });
  }

  /** As the records took it, with problems by the parts of what was asked for. */
  told(result: ChangeResult): ChangeResult {
    const problems = result.problems.map((each) => ({ ...each, index: this.#changes[each.index]?.part ?? whole }));
    return { ...result, problems };
  }

  /** Nothing was tried, as there are problems already. */
  refused(): ChangeResult {
    return { applied: false, version: this.known.version, batch: null, records: [], problems: this.problems };
  }
}

/** What is heard, by exporter and interface. */
export class Heard {
  readonly #byKey = new Map<string, Map<number, Candidate>>();

  constructor(candidates: Iterable<Candidate>) {
    for (const candidate of candidates) {
      const key = exporterKey(candidate.collector, candidate.exporter);
      let own = this.#byKey.get(key);
      if (!own) this.#byKey.set(key, (own = new Map<number, Candidate>()));
      own.set(candidate.index, candidate);
    }
  }

  at(collector: string, address: string, selector: Selector): Candidate | undefined {
    const own = this.#byKey.get(exporterKey(collector, canonical(address)));
    if (!own || selector.index !== undefined) return own?.get(selector.index ?? 0);
    for (const each of own.values())
      if (selector.name === undefined ? each.alias === selector.alias : each.name === selector.name) return each;
    return undefined;
  }

  /** What the device calls itself; empty when it was not said. */
  sysName(collector: string, address: string): string {
    const [first] = this.#byKey.get(exporterKey(collector, canonical(address)))?.values() ?? [];
    return first?.sysName ?? '';
  }

  /**
   * How a circuit is to name an interface. By default by ifName, which outlives that the device numbers anew, where it is told
   * and no other interface of the device has it.
   */
  selector(candidate: Candidate, by: 'index' | 'name' | 'alias' | undefined): Selector {
    const own = [...(this.#byKey.get(exporterKey(candidate.collector, candidate.exporter))?.values() ?? [])];
    const { index, name, alias } = candidate;
    const isGood = (text: string, of: (each: Candidate) => string): boolean =>
      text !== '' && nameOf(text) === text && own.filter((each) => of(each) === text).length === 1;
    if (by === 'alias' && isGood(alias, (each) => each.alias)) return { alias };
    if (by !== 'index' && by !== 'alias' && isGood(name, (each) => each.name)) return { name };
    return { index };
  }
}
