/** What a helpdesk says of an incident: taken once, by its signature, and only of incidents that the subscription was told of. */
import { createSigningSecret, verifySigned } from '@linewatch/alerting';
import { type HookAnswer, type Incident, type IncidentAction, InboundHook } from '@linewatch/contract';
import type { Actor, Alerting, Incidents, StoredSubscription } from '@linewatch/estate';
import type { ApiMetrics } from '../metrics.ts';
import { Turnstile } from '../cache.ts';
import { asked } from '../estate/records.ts';
import { ApiError } from '../problems.ts';
import { createRateLimit } from '../rate.ts';
import { askedOfWatch } from '../watch/asked.ts';
import { askedOfAlerting } from './asked.ts';
import { misfits } from './rules.ts';

/** Of a message, octets: as Standard Webhooks recommends. */
export const maxHookBytes = 20_000;
/** Signed messages of one subscription. */
const perSubscriptionASecond = 5;
/** Each holds two connections to the database: many at once could leave none for each other. */
const maxAtOnce = 2;
const maxWaiting = 50;

export interface HooksOptions {
  readonly alerting: Pick<Alerting, 'storedByRow' | 'takeInbound' | 'incidentOfGroup' | 'isTold'>;
  readonly incidents: Pick<Incidents, 'get' | 'act'>;
  /** Row and label of the trust that is shown; row undefined: it was not imported yet. */
  readonly trust: () => Promise<{ readonly row: number | undefined; readonly label: string }>;
  readonly counter: ApiMetrics['hooks'];
  readonly clock: () => number;
}

export interface InboundMessage {
  readonly row: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** As it came; undefined: there was none. */
  readonly body: Uint8Array | undefined;
  /** Where it came from. */
  readonly address: string;
}

/** Ends what we write into tickets: a helpdesk that sends it back has heard it from us, and would for ever. */
const ownMark = /\bLinewatch msg_[a-z0-9]{26}\b/;

/** Nobody knows it. */
const nobodys = createSigningSecret();

const headerOf = (headers: InboundMessage['headers'], name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
};

export class Hooks {
  readonly #options: HooksOptions;
  readonly #waitFor = createRateLimit(perSubscriptionASecond);
  readonly #turns = new Turnstile(maxAtOnce, maxWaiting);

  constructor(options: HooksOptions) {
    this.#options = options;
  }

  /** @throws ApiError `signature_refused`, `rate_limited`, `request_invalid`, `incident_unknown`, `change_refused`, `record_changed` */
  async take(message: InboundMessage): Promise<HookAnswer> {
    const { counter } = this.#options;
    try {
      const answer = await this.#take(message);
      counter.inc({ outcome: answer.taken ? 'taken' : 'repeated' });
      return answer;
    } catch (error) {
      const code = error instanceof ApiError ? error.code : 'internal';
      const ours = code === 'internal' || code === 'estate_unavailable';
      counter.inc({ outcome: code === 'signature_refused' ? 'refused' : ours ? 'failed' : 'invalid' });
      throw error;
    }
  }

  async #take({ row, headers, body = new Uint8Array(0), address }: InboundMessage): Promise<HookAnswer> {
    const { alerting, clock } = this.#options;
    const [stored, trust] = await asked(Promise.all([alerting.storedByRow(row), this.#options.trust()]));
    const nowMs = clock();
    const own = stored?.enabled === true && stored.trust === trust.row ? stored : undefined;
    const live = (own?.secrets['inbound'] ?? []).filter(({ untilMs }) => untilMs === null || untilMs > nowMs);
    const id = headerOf(headers, 'webhook-id') ?? '';
    const signed = {
      id,
      timestamp: headerOf(headers, 'webhook-timestamp'),
      signature: headerOf(headers, 'webhook-signature'),
      body: Buffer.from(body).toString(),
    };
    // Where there is no secret, it takes as long to find out.
    const holds = verifySigned(signed, live.length > 0 ? live.map(({ value }) => value) : [nobodys], nowMs) === 'ok';
    if (!own || live.length === 0 || !holds)
      throw new ApiError('signature_refused', 'The signature does not hold, or its time is not now.');
    const retryAfterS = this.#waitFor(String(row), nowMs);
    if (retryAfterS > 0)
      throw new ApiError('rate_limited', `More than ${perSubscriptionASecond} messages a second.`, { retryAfterS });
    const hook = read(body);
    const action = actionOf(hook);
    const { id: incident, acknowledged } = await this.#incident(own, trust.label, hook);
    const actor: Actor = { account: null, name: `hook:${own.slug}`, via: 'command', address };
    if (ownMark.test(hook.data.text ?? '')) return { taken: false };
    // Each acknowledgement is told: one that changes nothing would be answered with another.
    if (
      action.action === 'acknowledge' &&
      hook.data.text === undefined &&
      acknowledged?.by === actor.name &&
      acknowledged.untilMs === (action.untilMs ?? null)
    )
      return { taken: false };
    const act = () =>
      askedOfWatch(this.#options.incidents.act(actor, trust.label, incident, action), 'incident_unknown');
    const taking = this.#turns.run(() => askedOfAlerting(alerting.takeInbound(row, id, act), 'not_found'));
    if (!taking) throw new ApiError('busy', 'Too many messages at once.', { retryAfterS: 5 });
    const taken = await taking;
    return { taken };
  }

  /** The one that it is about. @throws ApiError `request_invalid`, `incident_unknown` */
  async #incident(stored: StoredSubscription, trust: string, { data }: InboundHook): Promise<Incident> {
    const { alerting, incidents } = this.#options;
    if (data.group === undefined && data.incident === undefined)
      throw new ApiError('request_invalid', 'body.data names neither an incident nor a group');
    const unknown = (): ApiError => new ApiError('incident_unknown', 'There is no such incident of yours.');
    // A group is the subscription's own, whatever else is named.
    const ofGroup =
      data.group === undefined ? undefined : await asked(alerting.incidentOfGroup(stored.row, data.group));
    if (data.group !== undefined && (ofGroup === undefined || (data.incident ?? ofGroup) !== ofGroup)) throw unknown();
    const id = ofGroup ?? data.incident!;
    if (ofGroup === undefined && !(await asked(alerting.isTold(stored.row, id)))) throw unknown();
    const found = await asked(incidents.get(trust, id, undefined));
    if (!found) throw unknown();
    return found.incident;
  }
}

/** @throws ApiError `request_malformed`, `request_invalid` */
function read(body: Uint8Array): InboundHook {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new ApiError('request_malformed', 'The body is not JSON.', { cause });
  }
  const problems = misfits(InboundHook, value, 'body');
  if (problems.length > 0) throw new ApiError('request_invalid', problems.join('; '));
  return value as InboundHook;
}

/** What is done for it. @throws ApiError `request_invalid` */
function actionOf({ type, data: { by, text, untilMs, reference, url } }: InboundHook): IncidentAction {
  const said = text === undefined ? undefined : `${by === undefined ? '' : `${by}: `}${text}`.slice(0, 4000);
  if (type === 'incident.acknowledge') {
    const note = said ?? (by === undefined ? undefined : `By ${by}`);
    return { action: 'acknowledge', ...(untilMs !== undefined && { untilMs }), ...(note && { note }) };
  }
  if (type === 'incident.note') {
    if (!said) throw new ApiError('request_invalid', 'body.data.text is missing');
    return { action: 'note', text: said };
  }
  if (reference === undefined) throw new ApiError('request_invalid', 'body.data.reference is missing');
  return { action: 'ticket', reference, ...(url !== undefined && { url }) };
}
