/** The search palette: what is typed, what fits, and which of it is chosen. */
import type { Kind, SearchResult } from '@linewatch/contract';
import type { AccessApi } from '../lib/access-api.ts';
import { navigationFor } from '../lib/navigation.ts';
import { academyHref, recordHref } from '../lib/route.ts';
import type { Overview } from '../state/overview.svelte.ts';
import { Resource } from '../state/resource.svelte.ts';
import type { Session } from '../state/session.svelte.ts';
import { type Entry, academyEntries, actionEntries, pageEntries } from './entries.ts';
import { rank } from './rank.ts';
import { keepRecent, recentOf } from './recent.ts';

export interface Group {
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** How long typing rests before the server is asked. */
const restMs = 150;

/** As the navigation calls them; the schemas' own words are fetched with the pages that need them. */
const kindWords: Readonly<Record<Kind, string>> = {
  cluster: 'Cluster',
  calendar: 'Calendar',
  profile: 'Standards profile',
  provider: 'Supplier',
  contract: 'Contract',
  academy: 'Academy',
  site: 'Site',
  contact: 'Contact',
  credential: 'SNMP credential',
  exporter: 'Exporter',
  equipment: 'Equipment',
  circuit: 'Circuit',
  template: 'Template',
  rule: 'Mapping rule',
};

export class Palette {
  typed = $state('');
  /** Index over all groups. */
  chosen = $state(0);
  readonly found = new Resource<{ readonly results: readonly SearchResult[] }>();
  readonly #api: Pick<AccessApi, 'search'>;
  readonly #overview: Pick<Overview, 'academies'>;
  readonly #session: Session;
  readonly #recent: readonly Entry[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Pick<AccessApi, 'search'>, overview: Pick<Overview, 'academies'>, session: Session) {
    this.#api = api;
    this.#overview = overview;
    this.#session = session;
    this.#recent = recentOf(session.whose);
  }

  readonly groups = $derived.by<readonly Group[]>(() => {
    const may: Session['may'] = (access) => this.#session.may(access);
    const pages = pageEntries(navigationFor(may));
    const actions = actionEntries(may);
    const { typed } = this;
    if (typed.trim() === '')
      return groupsOf([
        ['Opened last', this.#recent],
        ['Do', actions.slice(0, 4)],
        ['Pages', pages],
      ]);
    const academies = rank(academyEntries(this.#overview.academies), typed, 8);
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never shown
    const known = new Set(academies.map(({ href }) => href));
    const records = (this.found.data?.results ?? []).map((each) => this.#entryOf(each));
    return groupsOf([
      ['Pages and things to do', rank([...pages, ...actions], typed, 5)],
      ['Academies', academies],
      ['In the estate', records.filter(({ href }) => !known.has(href))],
    ]);
  });
  readonly entries = $derived(this.groups.flatMap(({ entries }) => entries));
  /** The server is being asked, or is about to be. */
  readonly searching = $derived(this.found.loading);

  type(text: string): void {
    this.typed = text;
    this.chosen = 0;
    clearTimeout(this.#timer);
    const words = text.trim().slice(0, 100);
    if (words === '' || !this.#session.may('estate.read')) {
      this.found.reset();
      return;
    }
    this.#timer = setTimeout(() => void this.found.load((signal) => this.#api.search(words, signal)), restMs);
  }

  /** One on, or back; past the end it begins anew. */
  move(by: 1 | -1): void {
    const count = this.entries.length;
    if (count > 0) this.chosen = (this.chosen + by + count) % count;
  }

  keep(entry: Entry): void {
    keepRecent(this.#session.whose, entry);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.found.reset();
  }

  #entryOf({ kind, id, name, detail }: SearchResult): Entry {
    const telemetry = kind === 'academy' && this.#session.may('telemetry.read');
    return {
      href: telemetry ? academyHref(id) : recordHref(kind, id),
      title: name,
      detail: [kindWords[kind], detail].filter(Boolean).join(', '),
    };
  }
}

const groupsOf = (groups: readonly (readonly [string, readonly Entry[]])[]): Group[] =>
  groups.filter(([, entries]) => entries.length > 0).map(([title, entries]) => ({ title, entries }));
