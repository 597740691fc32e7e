/** Silences as each asker may see and make them: when they take place, and what that fires they cover. */
import type { AlertNow, Matcher, Silence, SilenceBody, SilenceList, SilenceQuery } from '@linewatch/contract';
import type { Alerting, KeptSilence } from '@linewatch/estate';
import { MaintenanceError, type Span, checkRrule, expand } from '@linewatch/sla';
import type { Principal, Scope } from '../access/principal.ts';
import { within } from '../access/principal.ts';
import { asked } from '../estate/records.ts';
import { ApiError } from '../problems.ts';
import { askedOfAlerting } from './asked.ts';
import { fitsOf, matcherProblem } from './matching.ts';
import { occurrencesOf } from './occurrences.ts';

const dayMs = 86_400_000;
const maxSpanMs = 400 * dayMs;
const maxOccurrences = 200;
/** Shown without a time that was asked for. */
const [behindMs, aheadMs] = [7 * dayMs, 28 * dayMs];

export interface SilencesOptions {
  readonly alerting: Pick<Alerting, 'silences' | 'silence' | 'changeSilence' | 'endSilence' | 'now'>;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly clock: () => number;
}

export class Silences {
  readonly #options: SilencesOptions;

  constructor(options: SilencesOptions) {
    this.#options = options;
  }

  /** @throws ApiError `request_invalid` */
  async list(principal: Principal, query: SilenceQuery): Promise<SilenceList> {
    const { alerting, trust, clock } = this.#options;
    const nowMs = clock();
    const fromMs = query.from ?? Math.min(nowMs, query.to ?? nowMs) - behindMs;
    const span = { fromMs, toMs: query.to ?? Math.max(nowMs, fromMs) + aheadMs };
    if (span.fromMs >= span.toMs) throw new ApiError('request_invalid', 'query.from is not before query.to');
    if (span.toMs - span.fromMs > maxSpanMs)
      throw new ApiError('request_invalid', 'at most 400 days are given at once');
    const scope = principal.scope('alerts.read');
    const found = await asked(alerting.silences(trust, fromMs));
    const firing = await this.#firing(scope);
    return {
      nowMs,
      silences: found
        .filter(({ matchers }) => concerns(scope, matchers))
        .map((each) => told(each, span, nowMs, firing)),
    };
  }

  /** @throws ApiError `request_invalid`, `forbidden`, `change_refused` */
  async make(principal: Principal, body: SilenceBody): Promise<Silence> {
    const { alerting, trust, clock } = this.#options;
    this.#check(principal, body, clock());
    return this.#told(
      principal,
      await askedOfAlerting(alerting.silence(principal.actor, trust, body), 'silence_unknown'),
    );
  }

  /** @throws ApiError `request_invalid`, `forbidden`, `silence_unknown`, `record_changed`, `change_refused` */
  async change(principal: Principal, id: number, body: SilenceBody): Promise<Silence> {
    const { alerting, trust, clock } = this.#options;
    const own = await this.#own(principal, id);
    this.#check(principal, body, clock());
    // Between this look and the change somebody may make it another's.
    const pinned = { ...body, revision: body.revision ?? own.revision };
    const changed = alerting.changeSilence(principal.actor, trust, id, pinned);
    return this.#told(principal, await askedOfAlerting(changed, 'silence_unknown'));
  }

  /** @throws ApiError `forbidden`, `silence_unknown`, `change_refused` */
  async end(principal: Principal, id: number): Promise<Silence> {
    const { alerting, trust } = this.#options;
    await this.#own(principal, id);
    const ended = alerting.endSilence(principal.actor, trust, id);
    return this.#told(principal, await askedOfAlerting(ended, 'silence_unknown'));
  }

  /** One that the asker may change. */
  async #own(principal: Principal, id: number): Promise<KeptSilence> {
    const { alerting, trust } = this.#options;
    const found = (await asked(alerting.silences(trust, 0))).find((each) => each.id === id);
    if (!found || !concerns(principal.scope('alerts.read'), found.matchers))
      throw new ApiError('silence_unknown', `There is no silence ${id}.`);
    mayWith(principal, found.matchers);
    return found;
  }

  #check(principal: Principal, body: SilenceBody, nowMs: number): void {
    mayWith(principal, body.matchers);
    const problems = body.matchers.flatMap((each, i) => matcherProblem(each, `body.matchers.${i}`) ?? []);
    try {
      expand({ ...body, cancelledMs: null }, { fromMs: body.startMs, toMs: body.endMs });
      if (body.rrule !== null) checkRrule(body.rrule, body);
      else if (body.endMs <= nowMs) problems.push('body.endMs is past: it would silence nothing');
    } catch (error) {
      if (!(error instanceof MaintenanceError)) throw error;
      problems.push(`body: ${error.message.replace('the maintenance', 'the silence')}`);
    }
    if (problems.length > 0) throw new ApiError('request_invalid', problems.join('; '));
  }

  async #firing(scope: Scope): Promise<readonly AlertNow[]> {
    const { alerting, trust } = this.#options;
    return asked(alerting.now(trust, { safeguarding: false, seen: scope === 'all' ? undefined : scope }));
  }

  async #told(principal: Principal, silence: KeptSilence): Promise<Silence> {
    const nowMs = this.#options.clock();
    const span = { fromMs: nowMs - behindMs, toMs: nowMs + aheadMs };
    return told(silence, span, nowMs, await this.#firing(principal.scope('alerts.read')));
  }
}

/** Whether it can only be about academies of the scope: it names one of them. */
const concerns = (scope: Scope, matchers: readonly Matcher[]): boolean =>
  scope === 'all' || matchers.some(({ name, op, value }) => name === 'academy' && op === '=' && within(scope, value));

/** @throws ApiError `forbidden`, in the same words for what is not there and what is another's */
function mayWith(principal: Principal, matchers: readonly Matcher[]): void {
  if (!concerns(principal.scope('alerts.silence'), matchers))
    throw new ApiError(
      'forbidden',
      'This takes the permission "alerts.silence" for the whole trust, or for the academy that the silence names (academy = its id).',
    );
}

function told(silence: KeptSilence, span: Span, nowMs: number, firing: readonly AlertNow[]): Silence {
  const active = occurrencesOf(silence, { fromMs: nowMs, toMs: nowMs + 1 }).length > 0;
  const fits = fitsOf(silence.matchers);
  const goesOn = active || occurrencesOf(silence, { fromMs: nowMs, toMs: nowMs + maxSpanMs }).length > 0;
  return {
    ...silence,
    matchers: [...silence.matchers],
    occurrences: occurrencesOf(silence, span).slice(0, maxOccurrences),
    state: active ? 'active' : goesOn ? 'pending' : 'expired',
    silenced: active ? firing.filter(({ labels }) => fits(labels)).length : 0,
  };
}
