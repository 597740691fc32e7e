/**
 * From troubles to incidents and their timelines. Keys are made from what an incident is about and when it began, and a
 * trouble finds the incident that it was told as before: so a repeat of the same work tells nothing twice.
 */
import type { StoredInterval, WatchedIncident } from '@linewatch/estate';
import { timeText } from '@linewatch/sla';
import type { Compared } from './gap.ts';
import { KnownIncidents } from './known.ts';
import type { Line } from './plan.ts';
import type { Place } from './vantages.ts';
import { type Trouble, type TroubleSettings, troublesOf } from './troubles.ts';

export type State = StoredInterval['state'];
export type Severity = WatchedIncident['severity'];

/** A line, as far as it is known. */
export interface Sight {
  readonly line: Line;
  /** By time, without gaps; the last one goes on. */
  readonly intervals: readonly StoredInterval[];
  /** Up to when it is known. */
  readonly seenMs: number;
}

/** What is around a line. */
export interface Surroundings {
  /** State now of a circuit's row; undefined: it is not known to the watcher, or it has ended. */
  stateOf(circuit: number): State | undefined;
  /** Lines that its academy has now, itself included. */
  siblings(line: Line): readonly Line[];
  /** The maintenance that covers it at a time. */
  maintenance(line: Line, atMs: number): { readonly id: number; readonly title: string } | undefined;
}

export interface BlindVantage extends Place {
  /** Its trust's row. */
  readonly trustRow: number;
  readonly fromMs: number;
  readonly targets: number;
}

const vantagePrefix = 'vantage/';
/** Of the lines of an incident's timeline that are evidence. */
const maxEvidence = 20;

const ranks: Readonly<Record<Severity, number>> = { info: 0, minor: 1, major: 2, critical: 3 };
export const worse = (a: Severity, b: Severity): Severity => (ranks[a] >= ranks[b] ? a : b);

/** Many circuits bear the name of their academy already. */
const nameOf = ({ academyName, circuit: { name } }: Line): string =>
  name.includes(academyName) ? name : `${academyName}: ${name}`;
const words = { outage: 'down', degradation: 'degraded', blind: 'cannot be seen' } as const;

export class Incidents {
  readonly known: KnownIncidents;
  readonly #settings: TroubleSettings;

  constructor(settings: TroubleSettings, known: readonly WatchedIncident[]) {
    this.#settings = settings;
    this.known = new KnownIncidents(known);
  }

  /** True when something of the line's incidents changed. `nowMs`: when the queue had what led to it. */
  line(sight: Sight, around: Surroundings, nowMs: number): boolean {
    const { line, intervals, seenMs } = sight;
    const [first] = intervals;
    if (!first) return false;
    const before = this.known.of(line.circuit.id).filter(({ kind }) => kind !== 'quality');
    const taken = new Set<string>();
    let changed = false;
    for (const trouble of troublesOf(intervals, seenMs, this.#settings)) {
      const known = before.find((each) => !taken.has(each.key) && isOf(each, trouble));
      const key = known?.key ?? `${trouble.kind}/${line.circuit.id}/${trouble.startedMs}`;
      // One that was taken back may be found again under the same beginning.
      taken.add(key);
      changed = this.#trouble(key, known ?? this.known.get(key), trouble, line, around, nowMs) || changed;
    }
    for (const each of before)
      if (!taken.has(each.key) && each.startedMs > first.fromMs) changed = this.#withdraw(each, nowMs) || changed;
    return changed;
  }

  /** Whether time alone may change something of the line's incidents. */
  isWaiting({ line, intervals }: Sight): boolean {
    const last = intervals.at(-1);
    if (last && last.state !== 'up' && last.state !== 'down') return true;
    return this.known.of(line.circuit.id).some(({ state }) => state !== 'resolved');
  }

  #trouble(
    key: string,
    known: WatchedIncident | undefined,
    trouble: Trouble,
    line: Line,
    around: Surroundings,
    nowMs: number,
  ): boolean {
    const { circuit } = line;
    const cause = trouble.bad.at(-1)!.cause;
    // What is remembered of a line has a beginning; the incident may be older.
    const startedMs = trouble.isCut && known ? Math.min(known.startedMs, trouble.startedMs) : trouble.startedMs;
    const state = trouble.endedMs === null ? 'open' : trouble.resolvedMs === null ? 'recovering' : 'resolved';
    const carrier = trouble.kind === 'outage' && trouble.endedMs === null ? backupOf(line, around) : undefined;
    const maintenance = around.maintenance(line, startedMs);
    const isAdmin = cause === 'admin';
    const now = severityOf(trouble, cause, line, around);
    // As grave as it ever was, while it goes on; what is around it afterwards says nothing of it.
    const severity = !known || isAdmin ? now : trouble.endedMs === null ? worse(known.severity, now) : known.severity;
    const incident: WatchedIncident = {
      key,
      trust: circuit.trust,
      kind: trouble.kind,
      state,
      severity,
      title: `${nameOf(line)} ${words[trouble.kind]}`,
      cause,
      circuit: circuit.id,
      academy: circuit.academy,
      provider: circuit.providerRow,
      parent: known?.parent ?? null,
      startedMs,
      endedMs: trouble.endedMs,
      detectedMs: known?.detectedMs ?? Math.max(nowMs, startedMs),
      resolvedMs: trouble.resolvedMs,
      flaps: Math.max(trouble.flaps.length, trouble.isCut ? (known?.flaps ?? 0) : 0),
      backupCarried: (known?.backupCarried ?? false) || carrier !== undefined,
      maintenance: maintenance !== undefined,
    };
    const changed = this.known.put(incident);
    if (changed) this.#tell(incident, known, trouble, nowMs);
    if (carrier) {
      const { id, name } = carrier.circuit;
      const text = `${name} carries meanwhile`;
      this.#entry(key, `failover/${id}`, Math.max(startedMs, incident.detectedMs), 'failover', text, { circuit: id });
    }
    if (maintenance)
      this.#entry(key, `maintenance/${maintenance.id}`, startedMs, 'maintenance', `Within "${maintenance.title}"`, {
        maintenance: maintenance.id,
      });
    return changed;
  }

  #tell(incident: WatchedIncident, known: WatchedIncident | undefined, trouble: Trouble, nowMs: number): void {
    const { key, startedMs, detectedMs, endedMs, resolvedMs, cause } = incident;
    const [first] = trouble.bad;
    const because = first!.evidence[0] ? `: ${first!.evidence[0].text}` : '';
    const what = { outage: 'Down', degradation: 'Degraded', blind: 'Not seen' }[trouble.kind];
    this.#entry(key, 'opened', detectedMs, 'opened', `${what}${because}`, { startedMs, cause });
    let told = 0;
    let before = first!.cause;
    for (const interval of trouble.bad) {
      if (interval.cause !== before) {
        before = interval.cause;
        this.#entry(key, `state/${interval.fromMs}/${before}`, interval.fromMs, 'state', `${what}: ${before}`, {
          state: interval.state,
          cause: before,
        });
      }
      for (const { atMs, source, text } of interval.evidence)
        if (told++ < maxEvidence)
          this.#entry(key, `evidence/${atMs}/${source}`, atMs, 'evidence', `${source}: ${text}`, { source });
    }
    if (known && known.startedMs !== startedMs)
      this.#entry(
        key,
        `began/${startedMs}`,
        nowMs,
        'state',
        `It began at ${timeText(startedMs)}, by evidence that came later; ${timeText(known.startedMs)} was said before`,
        { startedMs, saidMs: known.startedMs },
      );
    for (const atMs of trouble.flaps)
      this.#entry(key, `flapped/${atMs}`, atMs, 'flapped', 'Back, and gone again within the hold-down', {});
    if (known && known.endedMs !== null && endedMs !== null && known.endedMs !== endedMs)
      this.#entry(
        key,
        `ended/${endedMs}`,
        nowMs,
        'state',
        `It was over at ${timeText(endedMs)}, by evidence that came later`,
        {
          endedMs,
          saidMs: known.endedMs,
        },
      );
    if (known?.state === 'resolved' && resolvedMs === null)
      this.#entry(
        key,
        `reopened/${trouble.flaps.length}`,
        nowMs,
        'reopened',
        'By evidence that came later it is not over',
        {},
      );
    if (endedMs !== null) this.#entry(key, `recovering/${endedMs}`, endedMs, 'recovering', 'It is over', {});
    if (resolvedMs !== null && endedMs !== null)
      this.#entry(key, `resolved/${endedMs}`, resolvedMs, 'resolved', 'Over for as long as the hold-down', { endedMs });
  }

  /** A circuit that has ended has no trouble any more. */
  end(circuit: number, atMs: number): boolean {
    let changed = false;
    for (const incident of this.known.of(circuit)) {
      if (incident.state === 'resolved') continue;
      const endedMs = Math.max(incident.startedMs, incident.endedMs ?? atMs);
      changed = this.known.put({ ...incident, state: 'resolved', endedMs, resolvedMs: endedMs }) || changed;
      this.#entry(incident.key, `resolved/${endedMs}`, endedMs, 'resolved', 'Its circuit has ended', { endedMs });
    }
    return changed;
  }

  /** Flows and counters of a line differ, or agree again. */
  quality(line: Line, { value, atMs }: Compared, forMs: number, nowMs: number): void {
    const { circuit } = line;
    const open = this.known.of(circuit.id).find(({ kind, state }) => kind === 'quality' && state !== 'resolved');
    if (value === null) {
      if (!open) return;
      this.known.put({ ...open, state: 'resolved', endedMs: Math.max(atMs, open.startedMs), resolvedMs: atMs });
      this.#entry(open.key, `resolved/${atMs}`, atMs, 'resolved', 'Flows and counters agree again', {});
      return;
    }
    if (open) return;
    const startedMs = atMs - forMs;
    const key = `quality/${circuit.id}/${startedMs}`;
    this.known.put({
      key,
      trust: circuit.trust,
      kind: 'quality',
      state: 'open',
      severity: 'info',
      title: `${nameOf(line)}: flows and counters differ`,
      cause: 'flows-counters-gap',
      circuit: circuit.id,
      academy: circuit.academy,
      provider: circuit.providerRow,
      parent: null,
      startedMs,
      endedMs: null,
      detectedMs: nowMs,
      resolvedMs: null,
      flaps: 0,
      backupCarried: false,
      maintenance: false,
    });
    const text = `Flows differ from the interface's counters by ${Math.round(value * 100)} %`;
    this.#entry(key, 'opened', nowMs, 'opened', text, { gap: value });
  }

  /** Nothing is answered at a vantage point: all that is probed from there may be down, or nothing of it. */
  vantageBlind({ trust, collector, trustRow, fromMs, targets }: BlindVantage, nowMs: number): void {
    const key = `${vantagePrefix}${trust}/${collector}/${fromMs}`;
    const title = `Collector ${collector}: none of its probes is answered`;
    this.known.put({
      key,
      trust: trustRow,
      kind: 'blind',
      state: 'open',
      severity: 'major',
      title,
      cause: 'vantage',
      circuit: null,
      academy: null,
      provider: null,
      parent: null,
      startedMs: fromMs,
      endedMs: null,
      detectedMs: Math.max(nowMs, fromMs),
      resolvedMs: null,
      flaps: 0,
      backupCarried: false,
      maintenance: false,
    });
    const text = `None of ${targets} targets answers any more: it is taken for the collector's own trouble, and says nothing of their lines`;
    this.#entry(key, 'opened', Math.max(nowMs, fromMs), 'opened', text, { targets });
  }

  vantageSees({ trust, collector }: Place, toMs: number): void {
    for (const incident of [...this.known.all()]) {
      const { key, startedMs } = incident;
      if (incident.state === 'resolved' || !key.startsWith(`${vantagePrefix}${trust}/${collector}/`)) continue;
      const endedMs = Math.max(toMs, startedMs);
      this.known.put({ ...incident, state: 'resolved', endedMs, resolvedMs: endedMs });
      this.#entry(key, `resolved/${endedMs}`, endedMs, 'resolved', 'Probes are answered there again', { endedMs });
    }
  }

  /** When nothing was answered at a vantage point, by what is known of it: the latest of each last. */
  blindVantages(): { readonly place: Place; readonly fromMs: number; readonly toMs: number }[] {
    return [...this.known.all()]
      .filter(({ key }) => key.startsWith(vantagePrefix))
      .sort((a, b) => a.startedMs - b.startedMs)
      .map(({ key, startedMs, endedMs }) => {
        const [trust = '', collector = ''] = key.slice(vantagePrefix.length).split('/');
        return { place: { trust, collector }, fromMs: startedMs, toMs: endedMs ?? Infinity };
      });
  }

  /** Later evidence shows that there was nothing, or that it is part of another. */
  #withdraw(incident: WatchedIncident, nowMs: number): boolean {
    const { startedMs, key } = incident;
    const resolvedMs = incident.resolvedMs ?? nowMs;
    const changed = this.known.put({ ...incident, state: 'resolved', endedMs: startedMs, resolvedMs });
    if (changed)
      this.#entry(
        key,
        'withdrawn',
        nowMs,
        'state',
        'By evidence that came later there was none, or it is part of another',
        {},
      );
    return changed;
  }

  #entry(
    incident: string,
    key: string,
    atMs: number,
    kind: string,
    text: string,
    detail: Readonly<Record<string, unknown>>,
  ): void {
    this.known.entry({ incident, key, atMs, kind, text, detail });
  }
}

/** Whether a trouble is what an incident was told of. */
const isOf = (incident: WatchedIncident, { kind, startedMs, resolvedMs }: Trouble): boolean =>
  incident.kind === kind &&
  incident.startedMs <= (resolvedMs ?? Infinity) &&
  startedMs <= (incident.endedMs === incident.startedMs ? incident.startedMs : (incident.resolvedMs ?? Infinity));

const isUp = (state: State | undefined): boolean => state === 'up' || state === 'degraded';

/** A backup line of its academy that is up while it, a primary one, is not. */
const backupOf = (line: Line, around: Surroundings): Line | undefined =>
  line.circuit.role === 'primary'
    ? around
        .siblings(line)
        .find(
          ({ circuit }) => circuit.role === 'backup' && circuit !== line.circuit && isUp(around.stateOf(circuit.id)),
        )
    : undefined;

function severityOf({ kind }: Trouble, cause: string, line: Line, around: Surroundings): Severity {
  if (kind !== 'outage') return 'minor';
  if (cause === 'admin') return 'info';
  if (line.circuit.role === 'backup') return 'minor';
  const others = around.siblings(line).filter(({ circuit }) => circuit.id !== line.circuit.id);
  return others.some(({ circuit }) => isUp(around.stateOf(circuit.id))) ? 'major' : 'critical';
}
