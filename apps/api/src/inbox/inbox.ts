/** What is heard and not known yet, and how it becomes known. */
import type {
  ChangeResult,
  IgnoreBody,
  Inbox as InboxAnswer,
  InboxQuery,
  MapBody,
  MapResult,
  OnboardBody,
  ProposalBody,
  TryRuleBody,
  TryRuleResult,
} from '@linewatch/contract';
import { type Logger, sleep } from '@linewatch/service';
import type { Static } from 'typebox';
import { type Principal, type Scope, within } from '../access/principal.ts';
import { ShortCache } from '../cache.ts';
import type { EstateRecords } from '../estate/records.ts';
import type { Exporters } from '../exporters/exporters.ts';
import type { Live } from '../live/live.ts';
import type { Telemetry } from '../ports.ts';
import { ApiError } from '../problems.ts';
import { inboxOf, shownOf } from './answer.ts';
import type { Draft } from './draft.ts';
import { FirstSeenTimes } from './first-seen.ts';
import { ignoreChanges } from './ignore.ts';
import { type Known, canonical, exporterKey, knownOf } from './known.ts';
import { type May, draftMap, mainCollector } from './map.ts';
import { draftOnboard } from './onboard.ts';
import { type Picture, pictureOf } from './picture.ts';
import { proposalChanges, unknownProposals } from './proposals.ts';
import { tryRule } from './try.ts';

/** As often as the picture is made anew, however many ask for it. */
const pictureMs = 1000;
/** Longest that who changed something waits for the live view to follow. */
const followMs = 2000;

export interface InboxOptions {
  readonly live: Pick<Live, 'heard' | 'plan' | 'deviceName'>;
  readonly exporters: Pick<Exporters, 'list' | 'decide'>;
  /** Makes changes as far as the asker may. */
  readonly records: Pick<EstateRecords, 'register' | 'change'>;
  readonly store: Pick<Telemetry, 'firstSeen'>;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly logger: Logger;
  readonly clock: () => number;
}

type Approved = { readonly collector: string; readonly exporter: string };

export class Inbox {
  readonly #options: InboxOptions;
  readonly #cache: ShortCache<Picture>;
  readonly #first: FirstSeenTimes;
  #known: Known | undefined;
  /** Grows with what is changed here, so that who changed it sees it. */
  #changes = 0;
  #toldOf = '';

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#cache = new ShortCache(1, pictureMs, options.clock);
    this.#first = new FirstSeenTimes(options);
  }

  picture(): Promise<Picture> {
    return this.#cache.get(String(this.#changes), async () => {
      const { live, exporters, trust, clock } = this.#options;
      const known = await this.known();
      const nowMs = clock();
      const planVersion = live.plan?.version ?? -1;
      const candidates = live.heard(nowMs).map((each) => ({ ...each, sysName: live.deviceName(each.source) }));
      return pictureOf({ nowMs, trust, known, planVersion, candidates, exporters: exporters.list('all').exporters });
    });
  }

  /** As the estate is now; read again when its version is another. */
  async known(): Promise<Known> {
    const { records: estate, logger } = this.#options;
    const { version, records } = await estate.register();
    if (this.#known?.version === version) return this.#known;
    this.#known = knownOf(version, records);
    const broken = JSON.stringify(this.#known.broken);
    if (broken !== this.#toldOf && this.#known.broken.length > 0)
      logger.warn({ rules: this.#known.broken.slice(0, 20) }, 'mapping rules that cannot be used');
    this.#toldOf = broken;
    return this.#known;
  }

  async list(scope: Scope, query: Static<typeof InboxQuery>): Promise<InboxAnswer> {
    return inboxOf(await this.picture(), scope, shownOf(query), this.#first);
  }

  async try(body: TryRuleBody, scope: Scope): Promise<TryRuleResult> {
    return tryRule(body, (await this.#now()).picture, scope);
  }

  async map(principal: Principal, body: MapBody): Promise<MapResult> {
    const { known, picture } = await this.#now();
    const write = principal.scope('estate.write');
    const decide = principal.scope('exporters.write');
    const may: May = {
      academy: (id) => within(write, id) && within(decide, id),
      all: write === 'all' && decide === 'all',
      device: (collector, address) =>
        picture.isWithin(write, collector, address) && picture.isWithin(decide, collector, address),
    };
    const draft = draftMap(known, picture.heard, body, may);
    const wanted = body.items
      .filter(({ approve }) => approve)
      .map(({ collector, exporter }) => ({ collector: collector ?? mainCollector, exporter: canonical(exporter) }));
    return this.#apply(principal, draft, { ...body, title: body.title ?? 'mapping from the inbox' }, wanted, picture);
  }

  async onboard(principal: Principal, body: OnboardBody): Promise<MapResult> {
    const { known, picture } = await this.#now();
    const wanted = (body.circuits ?? []).flatMap(({ approve, exporter, collector }) =>
      approve && exporter !== undefined
        ? [{ collector: collector ?? mainCollector, exporter: canonical(exporter) }]
        : [],
    );
    if (body.circuits?.some(({ exporter }) => exporter !== undefined) && !principal.mayAll('exporters.write'))
      throw new ApiError('forbidden', 'This takes the permission "exporters.write".');
    const draft = draftOnboard(known, picture.heard, body);
    const title = body.title ?? `on-boarding of ${body.academy.name}`.slice(0, 200);
    return this.#apply(principal, draft, { ...body, title }, wanted, picture);
  }

  async ignore(principal: Principal, body: IgnoreBody): Promise<ChangeResult> {
    const { known, picture } = await this.#now();
    const changes = ignoreChanges(known, picture.heard, body);
    const title = body.note ?? 'not ours, from the inbox';
    if (changes.length === 0) return { applied: true, version: known.version, batch: null, records: [], problems: [] };
    const result = await this.#options.records.change(principal, { changes, title });
    if (result.applied) await this.#followed(result.version);
    return result;
  }

  async propose(principal: Principal, body: ProposalBody): Promise<ChangeResult> {
    const unknown = unknownProposals(body);
    if (unknown.length > 0)
      throw new ApiError('request_invalid', `body.proposals: there is no proposal "${unknown[0]}".`);
    const known = await this.known();
    const changes = proposalChanges(known, body);
    if (changes.length === 0) return { applied: true, version: known.version, batch: null, records: [], problems: [] };
    return this.#options.records.change(principal, {
      changes,
      title: 'proposed templates',
      dryRun: body.dryRun ?? false,
    });
  }

  /** For whoever changes the estate by what it says of the inbox. */
  async changed(version: number): Promise<void> {
    await this.#followed(version);
  }

  /** A change is drafted against the estate as it is, not as it was up to a second ago. */
  async #now(): Promise<{ known: Known; picture: Picture }> {
    const known = await this.known();
    let picture = await this.picture();
    if (picture.known.version !== known.version || picture.planVersion < known.version) {
      await this.#followed(known.version);
      picture = await this.picture();
    }
    return { known: picture.known, picture };
  }

  async #apply(
    principal: Principal,
    draft: Draft,
    { dryRun = false, title }: { readonly dryRun?: boolean; readonly title: string },
    approvals: readonly Approved[],
    picture: Picture,
  ): Promise<MapResult> {
    if (draft.problems.length > 0) return { ...draft.refused(), approvals: [] };
    const { records } = this.#options;
    const { changes, known } = draft;
    const nothing = { applied: true, version: known.version, batch: null, records: [], problems: [] };
    const result =
      changes.length === 0 ? nothing : draft.told(await records.change(principal, { changes, title, dryRun }));
    if (dryRun || !result.applied) return { ...result, approvals: [] };
    const approved = await this.#approve(approvals, picture);
    await this.#followed(result.version);
    return { ...result, approvals: approved };
  }

  /** After the change: an approval that fails is said, and can be given again by itself. */
  async #approve(wanted: readonly Approved[], { awaiting }: Picture): Promise<MapResult['approvals']> {
    const done: MapResult['approvals'] = [];
    const each = new Map(wanted.map((one) => [exporterKey(one.collector, one.exporter), one]));
    for (const [key, { collector, exporter }] of each) {
      if (!awaiting.has(key)) continue;
      try {
        await this.#options.exporters.decide(collector, exporter, 'approved', 'all');
        done.push({ collector, exporter, approved: true, message: '' });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        done.push({ collector, exporter, approved: false, message: error.message });
      }
    }
    return done;
  }

  async #followed(version: number): Promise<void> {
    const untilMs = Date.now() + followMs;
    while ((this.#options.live.plan?.version ?? 0) < version && Date.now() < untilMs) await sleep(20);
    this.#changes++;
  }
}
