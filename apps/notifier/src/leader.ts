/**
 * The one that tells. In turns: changes of incidents and what the conditions found become alerts, the machine says what is to be
 * told of them, and that is kept in one commit with how far was read. What fails is tried again unchanged.
 */
import {
  type Alert,
  Alerting,
  type Changes,
  type Machine,
  type Telling,
  defaultInhibitions,
} from '@linewatch/alerting';
import type { AlertMemory, AlertingSetup, Estate, IncidentChange, NewDelivery, ToldIncident } from '@linewatch/estate';
import { type Logger, sleep } from '@linewatch/service';
import { merged } from './conditions/merge.ts';
import { Enriching } from './enriching.ts';
import { type KeepingOptions, keep, persist } from './keeping.ts';
import { messageId } from './message-id.ts';
import type { NotifierMetrics } from './metrics.ts';
import { notificationOf } from './notification.ts';
import { routeOf, safeguardingRoute, silencesAt, streamsOf } from './routes.ts';
import type { RuleBook } from './rule-book.ts';
import { safeguardingNotification } from './safeguarding.ts';
import type { Subjects } from './subjects.ts';

export interface LeaderOptions {
  readonly estate: Pick<Estate, 'notifying' | 'facts' | 'maintenance'>;
  readonly epoch: number;
  readonly memory: AlertMemory;
  /** Those that are not resolved. */
  readonly incidents: readonly ToldIncident[];
  readonly setup: AlertingSetup;
  readonly safeguardingRows: ReadonlyMap<number, number>;
  readonly subjects: () => Subjects;
  readonly rules: RuleBook;
  readonly publicUrl: string | undefined;
  readonly metrics: NotifierMetrics;
  readonly logger: Logger;
  readonly now: () => number;
  readonly onProblem: (text: string) => void;
  /** There is something to be sent to these subscriptions. */
  readonly onDeliveries: (subscriptions: ReadonlySet<number>) => void;
  readonly signal: AbortSignal;
}

/** Changes of a turn, and deliveries that a turn is meant to make at most. */
const mostChanges = 500;
const mostDeliveries = 2000;
const leastChanges = 20;
const mostSleepMs = 60_000;
/** Ids of groups that are kept ready. */
const readyIds = 64;

export class Leader {
  readonly #options: LeaderOptions;
  readonly #keeping: KeepingOptions;
  readonly #machine: Machine;
  readonly #enriching: Enriching;
  readonly #incidents: Map<number, ToldIncident>;
  /** Keys of the alerts of an incident that goes on. */
  readonly #keys: Map<number, Set<string>>;
  readonly #ids: number[] = [];
  #setup: AlertingSetup;
  #safeguardingRows: ReadonlyMap<number, number>;
  #silencesMs = 0;
  #taken: number;
  /** Everything is to be looked at by rules that changed, or of an estate that did. */
  #isStale = false;
  #mayHaveChanges = true;
  #found: { readonly alerts: readonly Alert[]; readonly unknown: ReadonlySet<string> } | undefined;
  #woken = new AbortController();

  constructor(options: LeaderOptions) {
    const { estate, epoch, memory, metrics, logger, onProblem, signal, now } = options;
    this.#options = options;
    this.#keeping = { notifying: estate.notifying, epoch, metrics, logger, onProblem, signal };
    this.#machine = new Alerting(memory, () => this.#ids.shift());
    this.#incidents = new Map(options.incidents.map((each) => [each.id, each]));
    this.#keys = new Map(
      [...Map.groupBy(memory.alerts, ({ incident }) => incident)].flatMap(([incident, alerts]) =>
        incident === null ? [] : [[incident, new Set(alerts.map(({ key }) => key))] as const],
      ),
    );
    this.#setup = options.setup;
    this.#safeguardingRows = options.safeguardingRows;
    this.#taken = memory.taken;
    this.#enriching = new Enriching({
      estate,
      logger,
      subjects: options.subjects,
      incident: (id) => this.#incidents.get(id),
      now,
    });
  }

  get machine(): Pick<Machine, 'alerts' | 'groups'> {
    return this.#machine;
  }

  /** Incidents may have changed. */
  wake(): void {
    this.#mayHaveChanges = true;
    this.#woken.abort();
  }

  follow(setup: AlertingSetup, safeguardingRows: ReadonlyMap<number, number>): void {
    const before = this.#setup;
    this.#setup = setup;
    this.#safeguardingRows = safeguardingRows;
    this.#silencesMs = 0;
    if (JSON.stringify(before.rules) !== JSON.stringify(setup.rules)) this.#isStale = true;
    this.#woken.abort();
  }

  /** Subjects have changed: labels and thresholds may be others. */
  review(): void {
    this.#isStale = true;
    this.#woken.abort();
  }

  /** All that hold now, of what is no incident. */
  conditions(alerts: readonly Alert[], unknown: ReadonlySet<string>): void {
    this.#found = { alerts, unknown };
    this.#woken.abort();
  }

  /** Until the signal aborts. @throws EstateError `leadership_lost` */
  async run(): Promise<void> {
    const { signal, now } = this.#options;
    while (!signal.aborted) {
      this.#woken = new AbortController();
      await this.#turn();
      if (this.#mayHaveChanges || this.#isStale || this.#found) continue;
      const dueMs = Math.min(this.#machine.nextDueMs ?? Infinity, this.#silencesMs);
      const pauseMs = Math.min(mostSleepMs, dueMs - now());
      if (pauseMs > 0) await sleep(pauseMs, AbortSignal.any([this.#woken.signal, signal]));
    }
  }

  async #turn(): Promise<void> {
    const { now } = this.#options;
    const nowMs = now();
    this.#configure(nowMs);
    const taken = await this.#take();
    if (this.#isStale) this.#review(nowMs);
    this.#merge(nowMs);
    this.#machine.tick(now());
    while (this.#machine.starved) {
      await this.#reserve();
      this.#machine.tick(now());
    }
    await this.#keep(this.#machine.changes(), taken);
  }

  #configure(nowMs: number): void {
    if (nowMs < this.#silencesMs) return;
    const { active, nextMs } = silencesAt(this.#setup.silences, nowMs);
    this.#silencesMs = nextMs;
    const problems = this.#machine.configure({
      routes: [
        ...this.#setup.subscriptions.map(routeOf),
        ...[...this.#safeguardingRows].map(([trust, row]) => safeguardingRoute(row, trust)),
      ],
      silences: active,
      inhibitions: defaultInhibitions,
    });
    for (const problem of problems) this.#options.logger.warn({ problem }, 'a matcher does not match anything');
  }

  /** Reads what incidents tell; returns up to where. */
  async #take(): Promise<number | null> {
    if (!this.#mayHaveChanges) return null;
    const { estate, metrics } = this.#options;
    this.#mayHaveChanges = false;
    const limit = Math.max(
      leastChanges,
      Math.min(mostChanges, Math.floor(mostDeliveries / Math.max(1, streamsOf(this.#setup)))),
    );
    const changes = await persist(
      'reading incidents',
      () => estate.notifying.changes(this.#taken, limit),
      this.#keeping,
    );
    if (changes.length >= limit) this.#mayHaveChanges = true;
    for (const change of changes) this.#put(change);
    metrics.changes(changes.length);
    const last = changes.at(-1)?.id;
    if (last === undefined) return null;
    return (this.#taken = last);
  }

  #put({ incident, atMs, kind, by, note }: IncidentChange): void {
    if (incident.state === 'resolved') this.#incidents.delete(incident.id);
    else this.#incidents.set(incident.id, incident);
    // One that began and ended before anybody could be told: those who take each change learn of both.
    if (kind === 'opened' && isOverAtOnce(incident))
      for (const alert of this.#alertsOf({ ...incident, state: 'open', endedMs: null }, atMs))
        this.#machine.put(alert, 'changed', atMs);
    const said = kind === 'note' && note !== null ? { note: { by: by ?? '', text: note } } : 'changed';
    for (const alert of this.#alertsOf(incident, atMs)) this.#machine.put(alert, said, atMs);
  }

  /** By the rules that are on; those that no rule finds any more have ended. */
  #alertsOf(incident: ToldIncident, atMs: number): readonly Alert[] {
    const { rules } = this.#options;
    const keys = this.#keys.get(incident.id) ?? new Set();
    const before = [...keys].flatMap((key) => this.#machine.alert(key) ?? []);
    const found = rules.alertsOf(incident, atMs, (id) => this.#incidents.get(id));
    const now = new Set(found.map(({ key }) => key));
    if (now.size > 0 || incident.state !== 'resolved') this.#keys.set(incident.id, new Set([...keys, ...now]));
    if (incident.state === 'resolved') this.#keys.delete(incident.id);
    return [
      ...found,
      ...before
        .filter(({ key, endedMs }) => endedMs === null && !now.has(key))
        .map((alert) => ({ ...alert, endedMs: Math.max(alert.startedMs, incident.endedMs ?? atMs) })),
    ];
  }

  #review(nowMs: number): void {
    this.#isStale = false;
    for (const incident of this.#incidents.values())
      for (const alert of this.#alertsOf(incident, nowMs)) this.#machine.put(alert, 'changed', nowMs);
  }

  #merge(nowMs: number): void {
    if (!this.#found) return;
    const { alerts, unknown } = this.#found;
    this.#found = undefined;
    const firing = [...this.#machine.alerts()].filter((alert) => alert.incident === null && alert.endedMs === null);
    for (const alert of merged(firing, alerts, unknown, nowMs)) this.#machine.put(alert, 'changed', nowMs);
  }

  async #reserve(): Promise<void> {
    const { estate } = this.#options;
    const count = Math.max(readyIds, this.#setup.subscriptions.length * 32);
    const ids = await persist('reserving groups', () => estate.notifying.reserve(count), this.#keeping);
    this.#ids.push(...ids);
  }

  async #keep({ alerts, groups, tellings }: Changes, taken: number | null): Promise<void> {
    if (taken === null && alerts.length === 0 && groups.length === 0 && tellings.length === 0) return;
    const deliveries = tellings.length === 0 ? [] : await this.#deliveriesOf(tellings);
    await keep({ taken, alerts, groups, deliveries }, this.#keeping);
    for (const { event } of deliveries) this.#options.metrics.telling(event);
    if (deliveries.length > 0) this.#options.onDeliveries(new Set(deliveries.map(({ subscription }) => subscription)));
  }

  async #deliveriesOf(tellings: readonly Telling[]): Promise<readonly NewDelivery[]> {
    const { now, publicUrl, metrics, logger } = this.#options;
    const subjects = this.#options.subjects();
    const findings = await persist('reading evidence', () => this.#enriching.of(tellings), this.#keeping);
    const slugs = new Map(this.#setup.subscriptions.map(({ row, slug }) => [row, slug]));
    const safeguarding = new Set(this.#safeguardingRows.values());
    return tellings.flatMap((telling): NewDelivery[] => {
      const { group, event, sequence, alerts } = telling;
      const [first] = alerts;
      if (!first) return [];
      const isSafeguarding = safeguarding.has(group.subscription);
      const notification = isSafeguarding
        ? safeguardingNotification(telling, subjects, publicUrl)
        : notificationOf(telling, { subjects, findings, subscription: slugs.get(group.subscription) ?? '', publicUrl });
      const { academy } = notification.group.labels;
      if (isSafeguarding && subjects.safeguardingLeads(first.trust, academy ?? '').length === 0) {
        metrics.unaddressed();
        logger.warn({ academy: academy ?? null }, 'nobody is told: no safeguarding lead has an e-mail address');
        return [];
      }
      const message = messageId(notification.trust.id, group.id, group.openedMs, sequence);
      return [
        {
          ...{ message, subscription: group.subscription, group: group.id, sequence, event },
          ...{ notification, incident: isSafeguarding ? null : incidentOf(alerts) },
          ...{ safeguarding: isSafeguarding, nextMs: now() },
        },
      ];
    });
  }
}

/** The one that its ticket is of: that of the alert that carries the others, else of the gravest. */
/** Found when it was over already; one that was withdrawn or is part of another never was. */
const isOverAtOnce = ({ state, startedMs, endedMs, mergedInto }: ToldIncident): boolean =>
  state === 'resolved' && mergedInto === null && endedMs !== null && endedMs > startedMs;

const incidentOf = (alerts: readonly Alert[]): number | null => {
  const parents = new Set(alerts.map(({ parent }) => parent));
  const main = alerts.find(({ incident }) => incident !== null && parents.has(`i${incident}`));
  return (main ?? alerts.find(({ incident }) => incident !== null))?.incident ?? null;
};
