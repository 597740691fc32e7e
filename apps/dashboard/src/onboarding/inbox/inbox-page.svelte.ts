/** The inbox: fetched every few seconds, so that what just began to send is there at once. */
import type {
  ChangeResult,
  EstateRecord,
  Inbox,
  InboxIgnored,
  InboxInterface,
  MapBody,
  MapResult,
  Suggestion,
} from '@linewatch/contract';
import { maxMapped } from '@linewatch/contract';
import type { InboxApi } from '../../lib/inbox-api.ts';
import { type ApiError, toApiError } from '../../lib/request.ts';
import type { Clock } from '../../state/clock.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';

const againMs = 4000;

type Item = MapBody['items'][number];
type Place = Pick<InboxInterface, 'collector' | 'exporter' | 'index'>;

export const keyOf = ({ collector, exporter, index }: Place): string => `${collector} ${exporter} ${index}`;

/** The suggestion that can be taken as it is; what lacks a circuit needs a supplier first. */
export const acceptable = ({ suggestions }: Pick<InboxInterface, 'suggestions'>): Suggestion | null =>
  suggestions.find(({ problem, circuit, rule }) => problem === '' && (circuit !== null || rule !== null)) ?? null;

export class InboxPage {
  readonly list = new Resource<Inbox>();
  readonly rules = new Resource<{ records: EstateRecord[] }>();
  readonly academies = new Resource<{ records: EstateRecord[] }>();
  readonly providers = new Resource<{ records: EstateRecord[] }>();
  /** Interfaces of devices that carry a circuit, too. */
  inside = $state(false);
  /** Keys of interfaces. */
  chosen = $state.raw<readonly string[]>([]);
  busy = $state(false);
  outcome = $state.raw<{ readonly result: ChangeResult | MapResult | ApiError; readonly done: string } | null>(null);
  readonly #api: InboxApi;
  readonly #clock: Clock;

  constructor(api: InboxApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  start(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const again = async (): Promise<void> => {
      if (!document.hidden) await this.load();
      if (!stopped) timer = setTimeout(() => void again(), againMs);
    };
    void again();
    void this.loadEstate();
    return () => {
      stopped = true;
      clearTimeout(timer);
      for (const each of [this.list, this.rules, this.academies, this.providers]) each.reset();
    };
  }

  async load(): Promise<void> {
    await this.list.load((signal) => this.#api.inbox({ inside: this.inside }, signal));
    if (this.list.data) this.#clock.set(this.list.data.nowMs);
  }

  async loadEstate(): Promise<void> {
    await Promise.all([
      this.rules.load((signal) => this.#api.records('rule', signal)),
      this.academies.load((signal) => this.#api.records('academy', signal)),
      this.providers.load((signal) => this.#api.records('provider', signal)),
    ]);
  }

  choose(keys: readonly string[], on: boolean): void {
    const others = this.chosen.filter((key) => !keys.includes(key));
    this.chosen = on ? [...others, ...keys] : others;
  }

  /** Takes the suggestions of these interfaces, all or none. */
  async accept(interfaces: readonly InboxInterface[]): Promise<void> {
    const items = interfaces.flatMap((each): Item[] => {
      const suggestion = acceptable(each);
      return suggestion ? [itemOf(each, suggestion, this.#rule(suggestion.rule))] : [];
    });
    await this.#do(
      () => this.#api.map({ items: items.slice(0, maxMapped) }, new AbortController().signal),
      items.length === 1 ? `${nameOf(interfaces[0])} is mapped.` : `${items.length} interfaces are mapped.`,
    );
  }

  /** Maps by hand. The answer is also given back, for the form to show what is wrong where. */
  async map(body: MapBody, what: string): Promise<MapResult | ApiError> {
    const result = await this.#do(() => this.#api.map(body, new AbortController().signal), `${what} is mapped.`, false);
    if (!(result instanceof Error) && result.applied) await this.loadEstate();
    return result;
  }

  async ignore(items: readonly (Omit<Place, 'index'> & { readonly index?: number })[], what: string): Promise<void> {
    await this.#do(
      () =>
        this.#api.ignore(
          {
            items: items.slice(0, maxMapped).map((item) => ({
              exporter: item.exporter,
              collector: item.collector,
              ...(item.index !== undefined && { interface: item.index }),
            })),
          },
          new AbortController().signal,
        ),
      `${what} will not be shown again, unless you say so.`,
    );
    await this.loadEstate();
  }

  /** The end of the rule that hides something. */
  async unignore({ rule, name }: Pick<InboxIgnored, 'rule' | 'name'>): Promise<void> {
    await this.removeRule(rule, `“${name}” is shown again.`);
  }

  async removeRule(rule: string, done: string): Promise<void> {
    const body = {
      changes: [{ kind: 'rule' as const, id: rule, op: 'remove' as const }],
      title: 'mapping rule removed',
    };
    await this.#do(() => this.#api.change(body, new AbortController().signal), done);
    await this.loadEstate();
  }

  #rule(id: string | null): EstateRecord | undefined {
    return id === null ? undefined : this.rules.data?.records.find((record) => record.id === id);
  }

  async #do<R extends ChangeResult>(work: () => Promise<R>, done: string, tellProblems = true): Promise<R | ApiError> {
    this.busy = true;
    let result: R | ApiError;
    try {
      result = await work();
    } catch (reason) {
      result = toApiError(reason);
    }
    const fine = !(result instanceof Error) && result.applied;
    if (fine || tellProblems) this.outcome = { result, done };
    if (fine) this.chosen = [];
    await this.load();
    this.busy = false;
    return result;
  }
}

const nameOf = (of: InboxInterface | undefined): string =>
  of ? `${of.name || `ifIndex ${of.index}`} of ${of.sysName || of.exporter}` : '';

/** What mapping it as suggested sends; a new circuit is as the rule says. */
function itemOf(of: InboxInterface, { academy, circuit }: Suggestion, rule: EstateRecord | undefined): Item {
  const { provider, role, kind, contract } = (rule?.values ?? {}) as Record<string, string | undefined>;
  return {
    exporter: of.exporter,
    collector: of.collector,
    interface: of.index,
    ...(of.awaiting && { approve: true }),
    ...(circuit !== null
      ? { circuit }
      : {
          ...(academy !== null && { academy }),
          newCircuit: {
            ...(provider !== undefined && { provider }),
            ...(role !== undefined && { role: role as 'primary' | 'backup' }),
            ...(kind !== undefined && { kind: kind as NonNullable<Item['newCircuit']>['kind'] & string }),
            ...(contract !== undefined && { contract }),
          },
        }),
  };
}
