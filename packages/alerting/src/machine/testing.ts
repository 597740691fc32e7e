/** For tests: a machine that is put to, and begun again from what it gave out as a database would keep it. */
import type { Labels, Severity } from '@linewatch/contract';
import { Alerting } from './alerting.ts';
import type { Alert, Group, PutReason, Route, Setup, Telling } from './model.ts';

/** Wednesday, 4 March 2026, 10:00 in London. */
export const startMs = Date.UTC(2026, 2, 4, 10);
export const minuteMs = 60_000;

export function route(
  row: number,
  more: Partial<Omit<Route, 'group'>> & { group?: Partial<Route['group']> } = {},
): Route {
  return {
    ...{ row, trust: 1, slug: `route-${row}`, enabled: true, stream: false, sendResolved: true },
    match: { atLeast: 'info', rules: [], matchers: [] },
    ...{ reopenMinutes: 30, escalateMinutes: 0, hours: null },
    ...more,
    group: { by: ['problem'], waitSeconds: 30, intervalSeconds: 300, repeatHours: 0, ...more.group },
  };
}

export function alert(incident: number, more: Partial<Omit<Alert, 'labels'>> & { labels?: Labels } = {}): Alert {
  const { kind = 'circuit-down', severity = 'major', circuit = incident, academy = incident, provider = 1 } = more;
  return {
    key: `${kind}/i${incident}`,
    ...{ trust: 1, rule: kind, kind, severity, title: `Problem ${incident}`, text: '', startedMs: startMs },
    ...{ endedMs: null, incident, circuit, academy, provider, parent: null, acknowledged: null },
    ...{ quietUntilMs: null, safeguarding: false },
    ...more,
    labels: labelsOf(incident, kind, severity, more.labels),
  };
}

const labelsOf = (incident: number, kind: string, severity: Severity, more: Labels = {}): Labels => ({
  ...{ problem: `i${incident}`, incident: String(incident), rule: kind, severity, trust: 'north' },
  ...{ circuit: `line-${incident}`, academy: `academy-${incident}`, provider: 'fibre', ...more },
});

/** As JSON keeps it. */
const kept = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

export class Bench {
  readonly told: Telling[] = [];
  readonly #alerts = new Map<string, Alert>();
  readonly #groups = new Map<number, Group>();
  #machine: Alerting;
  #setup: Setup = { routes: [], silences: [], inhibitions: [] };
  #nextId = 1;
  nowMs = startMs;
  /** Ids that are in reserve. */
  ids = Infinity;

  constructor(setup: Partial<Setup>) {
    this.#machine = this.#made();
    this.configure(setup);
  }

  #made(): Alerting {
    const memory = { alerts: [...this.#alerts.values()].reverse(), groups: [...this.#groups.values()].reverse() };
    return new Alerting(memory, () => (this.ids-- > 0 ? this.#nextId++ : undefined));
  }

  get machine(): Alerting {
    return this.#machine;
  }

  configure(setup: Partial<Setup>): readonly string[] {
    this.#setup = { ...this.#setup, ...setup };
    return this.#machine.configure(this.#setup);
  }

  restart(): void {
    this.#machine = this.#made();
    this.#machine.configure(this.#setup);
  }

  put(alert: Alert, reason: PutReason = 'changed'): this {
    this.#machine.put(alert, reason, this.nowMs);
    return this;
  }

  /** Ticks now; what came of it. */
  tick(reserve = 1000): readonly Telling[] {
    this.#machine.tick(this.nowMs);
    while (this.#machine.starved) {
      this.ids = reserve;
      this.#machine.tick(this.nowMs);
    }
    const { alerts, groups, tellings } = kept(this.#machine.changes());
    for (const each of alerts) this.#alerts.set(each.key, each);
    for (const group of groups) this.#groups.set(group.id, group);
    this.told.push(...tellings);
    return tellings;
  }

  /** Time passes; the machine is ticked whenever it asks to be. */
  pass(ms: number): readonly Telling[] {
    const toMs = this.nowMs + ms;
    const told: Telling[] = [];
    for (let dueMs = this.#machine.nextDueMs; dueMs !== null && dueMs <= toMs; dueMs = this.#machine.nextDueMs) {
      this.nowMs = Math.max(this.nowMs, dueMs);
      told.push(...this.tick());
    }
    this.nowMs = toMs;
    told.push(...this.tick());
    return told;
  }

  groups(): readonly Group[] {
    return [...this.#groups.values()];
  }
}

/** `route/group event [titles that fire] -[titles that ended]`. */
const wordOf = ({ group, event, alerts, note }: Telling): string => {
  const titles = (some: readonly Alert[]): string => some.map(({ incident, key }) => incident ?? key).join(' ');
  const ended = alerts.filter(({ endedMs }) => endedMs !== null);
  const firing = alerts.filter(({ endedMs }) => endedMs === null);
  return [
    `${group.subscription}/${group.id} ${event} ${titles(firing)}`.trim(),
    ...(ended.length > 0 ? [`-${titles(ended)}`] : []),
    ...(note ? [`"${note.text}"`] : []),
  ].join(' ');
};
export const words = (told: readonly Telling[]): readonly string[] => told.map(wordOf);
