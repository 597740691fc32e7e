/** The wizard: from a name to a graph, one step at a time. Each step is tried on the server before the next. */
import type {
  ChangeProblem,
  EstateRecord,
  Inbox,
  MapResult,
  Proposal,
  ProposalList,
  RecordList,
} from '@linewatch/contract';
import type { InboxApi } from '../../lib/inbox-api.ts';
import { type ApiError, toApiError } from '../../lib/request.ts';
import type { Clock } from '../../state/clock.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';
import { heardKey } from './arrange.ts';
import { circuitOf, newProvidersOf } from '../line.ts';
import {
  type Draft,
  type Step,
  type WizardLine,
  bodyOf,
  emptyDraft,
  linesOfProposal,
  linesOfTemplate,
  parseDraft,
  steps,
} from './draft.ts';

const storageKey = 'linewatch.onboard';
const inboxMs = 2500;

export class Wizard {
  draft = $state.raw<Draft>(emptyDraft());
  readonly academies = new Resource<RecordList>();
  readonly circuits = new Resource<RecordList>();
  readonly templates = new Resource<RecordList>();
  readonly providers = new Resource<RecordList>();
  readonly proposals = new Resource<ProposalList>();
  readonly inbox = new Resource<Inbox>();
  /** Of the last try: what would be made, or what is wrong. */
  tried = $state.raw<MapResult | null>(null);
  error = $state.raw<ApiError | null>(null);
  /** When each interface was first in the list, by the server's clock; 0 = it was there when the list was opened. */
  appearedMs = $state.raw<Readonly<Record<string, number>>>({});
  busy = $state(false);
  readonly #api: InboxApi;
  readonly #clock: Clock;
  #listened = false;

  constructor(api: InboxApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
    this.draft = parseDraft(kept()) ?? emptyDraft();
  }

  readonly known = $derived<readonly EstateRecord[]>(this.providers.data?.records ?? []);
  /** Suppliers that are made by the way. */
  readonly newProviders = $derived(newProvidersOf(this.draft.lines, this.known));
  readonly problems = $derived<readonly ChangeProblem[]>(this.tried?.applied === false ? this.tried.problems : []);
  /** Academies without a line: those that an import brought, most of all. */
  readonly waiting = $derived.by(() => {
    const circuits = this.circuits.data?.records ?? [];
    return (this.academies.data?.records ?? []).filter(
      ({ id }) => !circuits.some(({ values }) => (values as { academy?: string }).academy === id),
    );
  });
  readonly proposal = $derived<Proposal | null>(
    this.proposals.data?.proposals.find(({ id }) => this.draft.template === `proposal:${id}`) ?? null,
  );

  start(): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const again = async (): Promise<void> => {
      if (this.draft.step === 'router') await this.loadInbox();
      if (!stopped) timer = setTimeout(() => void again(), inboxMs);
    };
    void again();
    void this.loadEstate();
    return () => {
      stopped = true;
      clearTimeout(timer);
      for (const each of [this.academies, this.circuits, this.templates, this.providers, this.proposals, this.inbox])
        each.reset();
    };
  }

  async loadEstate(): Promise<void> {
    await Promise.all([
      this.academies.load((signal) => this.#api.records('academy', signal)),
      this.circuits.load((signal) => this.#api.records('circuit', signal)),
      this.templates.load((signal) => this.#api.records('template', signal)),
      this.providers.load((signal) => this.#api.records('provider', signal)),
      this.proposals.load((signal) => this.#api.proposals(signal)),
    ]);
  }

  async loadInbox(): Promise<void> {
    await this.inbox.load((signal) => this.#api.inbox({ inside: false }, signal));
    const list = this.inbox.data;
    if (!list || this.inbox.error) return;
    this.#clock.set(list.nowMs);
    const first = !this.#listened;
    this.#listened = true;
    const before = this.appearedMs;
    this.appearedMs = Object.fromEntries(
      list.interfaces.map((each) => [heardKey(each), before[heardKey(each)] ?? (first ? 0 : list.nowMs)]),
    );
  }

  /** What changes is kept at once; what was found wrong before no longer stands. */
  set(change: Partial<Draft>): void {
    this.draft = { ...this.draft, ...change };
    this.tried = null;
    this.error = null;
    keep(this.draft);
  }

  setLine(key: number, change: Partial<WizardLine>): void {
    this.set({ lines: this.draft.lines.map((line) => (line.key === key ? { ...line, ...change } : line)) });
  }

  chooseTemplate(template: string): void {
    if (template === this.draft.template) return;
    const record = this.templates.data?.records.find(({ id }) => template === `template:${id}`);
    const proposal = this.proposals.data?.proposals.find(({ id }) => template === `proposal:${id}`);
    this.set({ template, lines: record ? linesOfTemplate(record) : proposal ? linesOfProposal(proposal) : [] });
  }

  /** Back, or to a step that was done. */
  goTo(step: Step): void {
    this.set({ step });
  }

  back(): void {
    this.goTo(steps[Math.max(0, steps.indexOf(this.draft.step) - 1)] ?? 'school');
  }

  /** On to the next step, where the server has nothing against this one. */
  async next(): Promise<void> {
    const { step } = this.draft;
    if (!(await this.#send(step, true))) return;
    const tried = this.tried;
    this.set({ step: steps[steps.indexOf(step) + 1] ?? step });
    if (this.draft.step === 'check') this.tried = tried;
    if (this.draft.step === 'router') await this.loadInbox();
  }

  /** The list of what would be made, where it is not there: after a reload. */
  async check(): Promise<void> {
    await this.#send('check', true);
  }

  async make(): Promise<void> {
    if (!(await this.#makeTemplate()) || !(await this.#send('check', false))) return;
    const made = this.tried;
    const academy = this.draft.existing || made?.records.find(({ kind }) => kind === 'academy')?.id;
    this.set({ step: 'done', made: academy ?? '' });
    this.tried = made;
    await this.loadEstate();
  }

  again(): void {
    this.set(emptyDraft());
    void this.loadEstate();
  }

  /** Which step a problem belongs to. */
  stepOf({ kind, path }: ChangeProblem): Step {
    if (kind === 'academy') return 'school';
    return /^(exporter|interface|collector)/.test(path) || kind === 'exporter' ? 'router' : 'lines';
  }

  problemOf(index: number | null, ...paths: string[]): string {
    return this.problems
      .filter((each) => (index === null ? each.kind === 'academy' : each.kind !== 'academy' && each.index === index))
      .filter(({ path }) => paths.includes(path))
      .map(({ message }) => message)
      .join(' ');
  }

  /** A built-in template becomes one of the estate, with its standards profile and the suppliers that were chosen. */
  async #makeTemplate(): Promise<boolean> {
    const proposal = this.proposal;
    if (!proposal || proposal.exists) return true;
    const made = this.newProviders;
    const supplierOf = (mobile: boolean): string | undefined =>
      this.draft.lines
        .filter(({ kind }) => (kind === 'mobile') === mobile)
        .map((line) => circuitOf(line, made, this.known).provider)
        .find((id) => id !== undefined);
    const fixed = supplierOf(false) ?? supplierOf(true);
    const mobile = supplierOf(true) ?? fixed;
    if (fixed === undefined) return true;
    return this.#try(async (signal) => {
      if (made.length > 0) {
        const changes = made.map((values) => ({
          kind: 'provider' as const,
          id: values.id,
          op: 'create' as const,
          values,
        }));
        const result = await this.#api.change({ changes, title: 'suppliers of a new academy' }, signal);
        if (!result.applied) return { ...result, approvals: [] };
        await this.loadEstate();
      }
      const result = await this.#api.propose({ proposals: [proposal.id], fixed, ...(mobile && { mobile }) }, signal);
      if (result.applied) {
        const template = `template:${proposal.id}`;
        // Of the same lines: what was typed stays.
        this.set({ template, lines: this.draft.lines.map((line) => ({ ...line })) });
      }
      return { ...result, approvals: [] };
    });
  }

  async #send(upTo: Step, dryRun: boolean): Promise<boolean> {
    return this.#try((signal) =>
      this.#api.onboard(bodyOf(this.draft, this.newProviders, this.known, upTo, dryRun), signal),
    );
  }

  async #try(work: (signal: AbortSignal) => Promise<MapResult>): Promise<boolean> {
    this.busy = true;
    this.error = null;
    try {
      this.tried = await work(new AbortController().signal);
    } catch (reason) {
      this.tried = null;
      this.error = toApiError(reason);
    }
    this.busy = false;
    return this.tried?.applied ?? false;
  }
}

/** A browser may forbid storage; then a reload begins anew. */
function kept(): string | null {
  try {
    return sessionStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

function keep(draft: Draft): void {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(draft));
  } catch {
    // It holds for this page only.
  }
}
