/**
 * Several lines at once are one incident with members: those that hang on another line, those of one supplier (and exchange),
 * of one academy, of one device, and those that one collector no longer sees. A line joins one of them, and stays.
 */
import type { WatchedIncident } from '@linewatch/estate';
import { type Severity, type Surroundings, worse } from './incidents.ts';
import type { KnownIncidents } from './known.ts';
import { type Line, type Plan, isValid } from './plan.ts';

export interface GroupSettings {
  /** Lines that go down within so long may have gone down together, ms. */
  readonly togetherMs: number;
  readonly providerCircuits: number;
  readonly providerAcademies: number;
}

interface Member {
  readonly incident: WatchedIncident;
  readonly line: Line;
}

type GroupKind = 'site' | 'device' | 'provider' | 'blind';

/** What several lines may have in common. */
interface Candidate {
  readonly kind: GroupKind;
  /** Names it, whenever it happens. */
  readonly subject: string;
  readonly members: readonly Member[];
  readonly severity: Severity;
  /** For people, of so many lines. */
  readonly title: (lines: readonly Line[]) => string;
  /** Whether so many are enough for a new one. */
  readonly isMet: (members: readonly Member[]) => boolean;
  /** Only those that began together. */
  readonly isTogether: boolean;
}

const lines = (count: number): string => `${count} line${count === 1 ? '' : 's'}`;
const academiesOf = (all: readonly Line[]): number => new Set(all.map(({ circuit }) => circuit.academy)).size;

function grouped<K>(members: readonly Member[], by: (member: Member) => K | undefined): Map<K, Member[]> {
  const groups = new Map<K, Member[]>();
  for (const member of members) {
    const key = by(member);
    if (key === undefined) continue;
    const found = groups.get(key);
    if (found) found.push(member);
    else groups.set(key, [member]);
  }
  return groups;
}

/** The most that began within some time of each other, of members by their beginnings. */
function largestTogether(members: readonly Member[], withinMs: number): readonly Member[] {
  let best: readonly Member[] = [];
  let from = 0;
  for (let to = 0; to < members.length; to++) {
    while (members[to]!.incident.startedMs - members[from]!.incident.startedMs > withinMs) from++;
    if (to - from + 1 > best.length) best = members.slice(from, to + 1);
  }
  return best;
}

export class Groups {
  readonly #settings: GroupSettings;

  constructor(settings: GroupSettings) {
    this.#settings = settings;
  }

  /** Looks at all that is not resolved. */
  update(known: KnownIncidents, plan: Plan, around: Surroundings, nowMs: number): void {
    const open: Member[] = [];
    for (const incident of known.all()) {
      const line = incident.circuit === null ? undefined : plan.lines.get(incident.circuit);
      if (line && incident.state !== 'resolved') open.push({ incident, line });
    }
    open.sort((a, b) => a.incident.startedMs - b.incident.startedMs || (a.incident.key < b.incident.key ? -1 : 1));
    const outages = open.filter(({ incident }) => incident.kind === 'outage' && incident.cause !== 'admin');
    this.#hubs(outages, known);
    for (const candidate of this.#providers(outages)) this.#gather(candidate, known, nowMs);
    for (const candidate of this.#sites(outages, around)) this.#gather(candidate, known, nowMs);
    for (const candidate of this.#devices(outages, nowMs)) this.#gather(candidate, known, nowMs);
    for (const candidate of this.#blind(open)) this.#gather(candidate, known, nowMs);
    this.#follow(known, plan, nowMs);
  }

  /** A line that hangs on another one that is down. */
  #hubs(outages: readonly Member[], known: KnownIncidents): void {
    const byCircuit = new Map(outages.map((member) => [member.line.circuit.id, member.incident]));
    for (const { incident, line } of outages) {
      const { parent } = line.circuit;
      const above = parent === null ? undefined : byCircuit.get(parent);
      if (!above || above.key === incident.key || known.get(incident.key)!.parent !== null) continue;
      // It was down before: another matter.
      if (incident.startedMs < above.startedMs - this.#settings.togetherMs || isAbove(incident.key, above, known))
        continue;
      this.#join(known, incident, above.key, line);
    }
  }

  #providers(outages: readonly Member[]): Candidate[] {
    const { providerCircuits, providerAcademies } = this.#settings;
    const groups = grouped(outages, ({ line: { circuit } }) => `${circuit.providerRow}/${circuit.pop ?? ''}`);
    return [...groups].map(([subject, members]): Candidate => ({
      kind: 'provider',
      subject,
      members,
      severity: 'critical',
      title: (all) => {
        const { provider, pop } = all[0]!.circuit;
        const where = pop === null ? provider : `${provider} (${pop})`;
        return `${where}: ${lines(all.length)} at ${academiesOf(all)} academies down`;
      },
      isMet: (some) =>
        some.length >= providerCircuits && academiesOf(some.map(({ line }) => line)) >= providerAcademies,
      isTogether: true,
    }));
  }

  #sites(outages: readonly Member[], around: Surroundings): Candidate[] {
    const groups = grouped(outages, ({ line }) => line.circuit.academy);
    return [...groups].flatMap(([academy, members]): Candidate[] => {
      const states = around.siblings(members[0]!.line).map(({ circuit }) => around.stateOf(circuit.id));
      const isDown = !states.some((state) => state === 'up' || state === 'degraded');
      return [
        {
          kind: 'site',
          subject: String(academy),
          members,
          severity: 'critical',
          title: (all) => `${all[0]!.academyName}: all lines down`,
          isMet: (some) => isDown && some.filter(({ incident }) => incident.endedMs === null).length >= 2,
          isTogether: false,
        },
      ];
    });
  }

  #devices(outages: readonly Member[], nowMs: number): Candidate[] {
    const groups = grouped(outages, ({ line }) => line.device);
    return [...groups].map(([device, members]): Candidate => {
      const all = device.lines.filter((line) => isValid(line, nowMs)).length;
      return {
        kind: 'device',
        subject: `${device.trust}/${device.collector}/${device.name}`,
        members,
        severity: 'major',
        title: (some) => `${device.name}: ${lines(some.length)} down`,
        // Two of a hub's fifty are no fault of the hub.
        isMet: (some) => some.length >= 2 && some.length * 2 >= all,
        isTogether: true,
      };
    });
  }

  #blind(open: readonly Member[]): Candidate[] {
    const blind = open.filter(({ incident: { kind, cause } }) => kind === 'blind' && cause === 'collector');
    const groups = grouped(blind, ({ line }) => `${line.trust}/${line.circuit.collector}`);
    return [...groups].map(([subject, members]): Candidate => ({
      kind: 'blind',
      subject,
      members,
      severity: 'minor',
      title: (some) => `Collector ${some[0]!.circuit.collector}: ${lines(some.length)} cannot be seen`,
      isMet: (some) => some.length >= 2,
      isTogether: true,
    }));
  }

  #gather(candidate: Candidate, known: KnownIncidents, nowMs: number): void {
    const { togetherMs } = this.#settings;
    const { kind, subject, isTogether, isMet } = candidate;
    const prefix = `${kind}-group/${subject}/`;
    const free = candidate.members.filter(({ incident }) => {
      const parent = known.get(incident.key)!.parent;
      return parent === null || (kind === 'provider' && isLesser(known.get(parent)));
    });
    if (free.length === 0) return;
    let group: WatchedIncident | undefined;
    for (const each of known.all())
      if (each.circuit === null && each.state !== 'resolved' && each.key.startsWith(prefix)) group = each;
    let joining: readonly Member[];
    if (group) {
      const starts = known.members(group.key).map(({ startedMs }) => startedMs);
      let last = Math.max(group.startedMs, ...starts);
      joining = free.filter(({ incident: { startedMs } }) => {
        if (isTogether && (startedMs < group!.startedMs - togetherMs || startedMs > last + togetherMs)) return false;
        last = Math.max(last, startedMs);
        return true;
      });
    } else {
      joining = isTogether ? largestTogether(free, togetherMs) : free;
      if (!isMet(joining)) return;
      const { incident, line } = joining[0]!;
      const key = `${prefix}${incident.startedMs}`;
      group = {
        key,
        trust: incident.trust,
        kind,
        state: 'open',
        severity: candidate.severity,
        title: candidate.title(joining.map((each) => each.line)),
        cause: incident.cause,
        circuit: null,
        academy: kind === 'site' ? line.circuit.academy : null,
        provider: kind === 'provider' ? line.circuit.providerRow : null,
        parent: null,
        startedMs: incident.startedMs,
        endedMs: null,
        detectedMs: nowMs,
        resolvedMs: null,
        flaps: 0,
        backupCarried: false,
        maintenance: false,
      };
      known.put(group);
      known.entry({ incident: key, key: 'opened', atMs: nowMs, kind: 'opened', text: group.title, detail: {} });
    }
    for (const { incident, line } of joining) {
      const above = known.get(known.get(incident.key)!.parent ?? '');
      // Its site's incident joins with all that is in it.
      this.#join(known, above ?? incident, group.key, line);
    }
    const all = candidate.members.map(({ line }) => line);
    const members = leaves(group.key, known).flatMap(
      ({ circuit }) => all.find((line) => line.circuit.id === circuit) ?? [],
    );
    if (members.length > 0) known.put({ ...known.get(group.key)!, title: candidate.title(members) });
  }

  #join(known: KnownIncidents, incident: WatchedIncident, parent: string, line: Line): void {
    const now = known.get(incident.key)!;
    if (now.parent !== null || incident.key === parent) return;
    known.put({ ...now, parent });
    known.entry({
      incident: parent,
      key: `member/${incident.key}`,
      atMs: Math.max(now.startedMs, now.detectedMs),
      kind: 'member',
      text: now.title,
      detail: { circuit: line.circuit.id, startedMs: now.startedMs },
    });
  }

  /** A group goes on as long as any of its members does. */
  #follow(known: KnownIncidents, plan: Plan, nowMs: number): void {
    for (const group of [...known.all()]) {
      if (group.circuit !== null || group.state === 'resolved') continue;
      const members = leaves(group.key, known);
      if (members.length === 0) continue;
      const isOver = members.every(({ endedMs }) => endedMs !== null);
      const isResolved = members.every(({ state }) => state === 'resolved');
      const endedMs = isOver ? Math.max(...members.map((each) => each.endedMs!)) : null;
      const resolvedMs = isResolved ? Math.max(...members.map((each) => each.resolvedMs ?? nowMs)) : null;
      const inMaintenance = members.every(({ maintenance }) => maintenance);
      known.put({
        ...group,
        state: isResolved ? 'resolved' : isOver ? 'recovering' : 'open',
        severity: members.reduce((worst, { severity }) => worse(worst, severity), group.severity),
        startedMs: Math.min(...members.map(({ startedMs }) => startedMs)),
        endedMs,
        resolvedMs,
        backupCarried: members.every(({ backupCarried }) => backupCarried),
        maintenance: inMaintenance,
        trust: plan.lines.get(members[0]!.circuit!)?.circuit.trust ?? group.trust,
      });
      const entry = (kind: string, key: string, atMs: number, text: string): void =>
        known.entry({ incident: group.key, key, atMs, kind, text, detail: {} });
      if (endedMs !== null) entry('recovering', `recovering/${endedMs}`, endedMs, 'All of its members are over');
      if (resolvedMs !== null)
        entry('resolved', `resolved/${resolvedMs}`, resolvedMs, 'All of its members are resolved');
    }
  }
}

/** A site's or device's incident of its own, which a larger one may take in. */
const isLesser = (incident: WatchedIncident | undefined): boolean =>
  incident !== undefined && incident.parent === null && (incident.kind === 'site' || incident.kind === 'device');

/** Whether an incident is above another, over any number of steps. */
function isAbove(key: string, incident: WatchedIncident, known: KnownIncidents): boolean {
  for (let at: WatchedIncident | undefined = incident; at; at = at.parent === null ? undefined : known.get(at.parent))
    if (at.key === key) return true;
  return false;
}

/** Members that are of a circuit each, through the groups among them. */
function leaves(key: string, known: KnownIncidents, depth = 0): WatchedIncident[] {
  return known
    .members(key)
    .flatMap((member) => (member.circuit === null && depth < 4 ? leaves(member.key, known, depth + 1) : [member]));
}
