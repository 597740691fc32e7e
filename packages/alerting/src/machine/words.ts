/** What is to be told of a group, and when: Alertmanager's waiting, interval and repeat, except that what is grave or over is told at once. */
import type { NotificationEvent } from '@linewatch/contract';
import { rankOf, worse } from './keys.ts';
import type { LiveGroup, Member, Note } from './group.ts';
import type { Alert } from './model.ts';
import type { RouteGroups } from './route.ts';
import type { Node } from './tree.ts';
import type { World } from './world.ts';

/** Alerts that a telling lists. */
const maxListed = 200;

interface Sorted {
  /** Fire, and the receiver knows. */
  readonly told: Node[];
  readonly fresh: Node[];
  /** Ended, and the receiver does not know. */
  readonly ended: string[];
}

const memberOf = (group: LiveGroup, { key }: Node): Member => group.members.get(key)!;

function sorted(group: LiveGroup, world: World): Sorted {
  const found: Sorted = { told: [], fresh: [], ended: [] };
  for (const [key, { stamp }] of group.members) {
    const node = world.tree.get(key);
    if (!node?.fires) found.ended.push(key);
    else if (stamp === null) found.fresh.push(node);
    else found.told.push(node);
  }
  return found;
}

const gravestFirst = (a: Alert, b: Alert): number =>
  rankOf[a.severity] - rankOf[b.severity] || a.startedMs - b.startedMs || (a.key < b.key ? -1 : 1);
const isCritical = ({ alert }: Node): boolean => alert.severity === 'critical';

interface Word {
  readonly event: NotificationEvent;
  /** Those that fire, as they are told now. */
  readonly firing: readonly Node[];
  /** Those that fire and are listed, without their news: it is held back, or has its own time. */
  readonly listed: readonly Node[];
  readonly ended: readonly string[];
  readonly changed: readonly string[];
  readonly note?: Note | null;
  readonly atMs?: number;
}

function say(routes: RouteGroups, group: LiveGroup, word: Word, world: World): void {
  const { event, firing, listed, ended, changed, note = null, atMs = world.nowMs } = word;
  group.sequence++;
  group.toldMs = world.nowMs;
  group.saidMs = Math.max(group.saidMs, atMs);
  group.open = event !== 'resolved';
  for (const node of firing) {
    const member = memberOf(group, node);
    member.stamp = node.stamp;
    member.acknowledged = node.acknowledged;
    group.severity = worse(group.severity, node.alert.severity);
  }
  // A ticket that ends for another one still says what it was of.
  const gone = event === 'resolved' ? [...ended, ...group.moved] : ended;
  const over = gone.flatMap((key) => world.tree.get(key)?.alert ?? []);
  const alerts = [...[...firing, ...listed].map(({ alert }) => alert).sort(gravestFirst), ...over.sort(gravestFirst)];
  for (const key of ended) routes.leave(group, key, world);
  group.left = group.isUrgent = false;
  group.moved = [];
  if (event === 'resolved') {
    const { mergedInto } = group;
    routes.close(group, world.nowMs, world);
    group.mergedInto = mergedInto;
  } else group.mergedInto = null;
  world.changed(group);
  const { sequence, saidMs } = group;
  world.tell({
    ...{ group: group.kept(), event, sequence, atMs: saidMs, alerts: alerts.slice(0, maxListed) },
    ...{ firing: firing.length + listed.length, resolved: ended.length, changed: changed.slice(0, maxListed), note },
  });
}

/** What a group that ends now became part of, and the word of it. */
function merged(routes: RouteGroups, group: LiveGroup, ended: readonly string[], world: World): Note | null {
  let into = group.mergedInto === null ? undefined : routes.open.get(group.mergedInto);
  for (const key of ended) {
    const node = world.tree.get(key);
    if (!into && node) into = routes.partOf(node, group, world);
  }
  if (!into) {
    group.mergedInto = null;
    return null;
  }
  group.mergedInto = into.id;
  const alerts = [...into.members.keys()].flatMap((key) => world.tree.get(key) ?? []);
  const carriers = new Set([...into.members.values()].map(({ carrier }) => carrier));
  const whole = alerts.find(({ key }) => carriers.has(key)) ?? alerts[0];
  return { by: 'Linewatch', text: `Part of ${whole ? whole.alert.title : 'another problem'}` };
}

/** Notes that had no word of their own yet when it ended. */
function lastWords({ notes: [first, ...more] }: LiveGroup): Note | null {
  return first ? { by: first.by, text: [first, ...more].map(({ text }) => text).join('\n') } : null;
}

/** Nothing of it was told, and nothing is to be. */
function drop(routes: RouteGroups, group: LiveGroup, world: World): void {
  const { closedBeforeMs } = group;
  routes.close(group, closedBeforeMs ?? world.nowMs, world);
}

/** Tells what is to be told of a group now, and sets when to look at it again. */
export function tellOf(routes: RouteGroups, group: LiveGroup, world: World): void {
  const { nowMs } = world;
  // A clock that was set back: nothing waits for the time that it showed before.
  if (group.sinceMs > nowMs) group.sinceMs = nowMs;
  if (group.toldMs !== null && group.toldMs > nowMs) group.toldMs = nowMs;
  const before = group.dueMs;
  group.dueMs = null;
  if (routes.route.stream && !routes.isGone) streamOf(routes, group, world);
  else if (group.open) update(routes, group, world);
  else if (routes.isGone) drop(routes, group, world);
  else open(routes, group, world);
  if (group.closedMs === null && group.open) notes(routes, group, world);
  group.isUrgent = false;
  group.moved = [];
  if (group.closedMs === null && group.dueMs !== before) world.changed(group);
}

function open(routes: RouteGroups, group: LiveGroup, world: World): void {
  const { fresh } = sorted(group, world);
  if (fresh.length === 0) {
    drop(routes, group, world);
    return;
  }
  const waitMs = routes.route.stream || fresh.some(isCritical) ? 0 : routes.route.group.waitSeconds * 1000;
  const dueMs = group.sinceMs + waitMs;
  if (dueMs > world.nowMs) {
    group.dueMs = dueMs;
    return;
  }
  const event = group.sequence === 0 ? 'opened' : 'reopened';
  say(routes, group, { event, firing: fresh, listed: [], ended: [], changed: fresh.map(({ key }) => key) }, world);
  reminder(routes, group, world);
}

function update(routes: RouteGroups, group: LiveGroup, world: World): void {
  const { nowMs } = world;
  const { told, fresh, ended } = sorted(group, world);
  const { route } = routes;
  if (told.length + fresh.length === 0) {
    resolve(routes, group, ended, world);
    return;
  }
  if (routes.isGone) return;
  const free = new Set(told.filter((node) => !(routes.heldUntilMs(node, world, true) > nowMs)));
  const altered = [...free].filter((node) => memberOf(group, node).stamp !== node.stamp);
  const acknowledged = [...free].filter((node) => memberOf(group, node).acknowledged !== node.acknowledged);
  const gone = route.sendResolved ? ended : [];
  if (!route.sendResolved) for (const key of ended) routes.leave(group, key, world);
  const wasCritical = told.some((node) => memberOf(group, node).stamp!.startsWith(String(rankOf.critical)));
  const becomesCritical = !wasCritical && [...fresh, ...altered].some(isCritical);
  const isAcknowledged = acknowledged.some((node) => node.acknowledged !== null);
  const changed = new Set([...fresh, ...altered, ...acknowledged].map(({ key }) => key));
  for (const key of gone) changed.add(key);
  const isPending = changed.size > 0 || group.left;
  const intervalMs = route.group.intervalSeconds * 1000;
  if (isPending) {
    const isNow = becomesCritical || isAcknowledged || group.isUrgent;
    const dueMs = isNow ? nowMs : group.toldMs! + intervalMs;
    if (dueMs <= nowMs) {
      // What is held back stays as it was told.
      const firing = [...free, ...fresh];
      const listed = told.filter((node) => !free.has(node));
      const event = isAcknowledged ? 'acknowledged' : 'updated';
      say(routes, group, { event, firing, listed, ended: gone, changed: [...changed] }, world);
    } else group.dueMs = dueMs;
  }
  if (free.size > 0) reminder(routes, group, world, [...free]);
}

function resolve(routes: RouteGroups, group: LiveGroup, ended: readonly string[], world: World): void {
  const note = merged(routes, group, ended, world) ?? lastWords(group);
  if (routes.route.sendResolved)
    say(routes, group, { event: 'resolved', firing: [], listed: [], ended, changed: ended, note }, world);
  else {
    const { mergedInto } = group;
    routes.close(group, world.nowMs, world);
    group.mergedInto = mergedInto;
  }
}

/** Repeats come with the next interval after their time, as Alertmanager's do. */
function reminder(routes: RouteGroups, group: LiveGroup, world: World, firing: readonly Node[] = []): void {
  const { repeatHours, intervalSeconds } = routes.route.group;
  if (repeatHours === 0 || routes.isGone) return;
  const repeatMs = repeatHours * 3_600_000;
  const intervalMs = intervalSeconds * 1000;
  const dueMs = group.toldMs! + (intervalMs === 0 ? repeatMs : Math.ceil(repeatMs / intervalMs) * intervalMs);
  if (dueMs <= world.nowMs && firing.length > 0) {
    // News waits for its own time: it would have come before.
    const { told } = sorted(group, world);
    say(routes, group, { event: 'reminder', firing: [], listed: told, ended: [], changed: [] }, world);
    reminder(routes, group, world);
  } else group.dueMs = Math.min(group.dueMs ?? Infinity, Math.max(dueMs, world.nowMs));
}

function notes(routes: RouteGroups, group: LiveGroup, world: World): void {
  if (group.notes.length === 0) return;
  const { told } = sorted(group, world);
  const free = told.filter((node) => !(routes.heldUntilMs(node, world, true) > world.nowMs));
  if (free.length === 0) return;
  const waiting = group.notes;
  group.notes = [];
  const intervals = group.dueMs;
  for (const note of waiting) noteOf(routes, group, note, told, world);
  group.dueMs = intervals;
}

/** Says a note alone: what else is to be told keeps waiting for its time. */
function noteOf(routes: RouteGroups, group: LiveGroup, note: Note, told: readonly Node[], world: World): void {
  const { left, toldMs, moved, isUrgent } = group;
  say(routes, group, { event: 'note', firing: [], listed: told, ended: [], changed: [], note }, world);
  Object.assign(group, { left, toldMs, moved, isUrgent });
}

/** Each alert that changed is a word of its own. */
function streamOf(routes: RouteGroups, group: LiveGroup, world: World): void {
  for (const [key, { stamp }] of group.members)
    if (stamp === null && !world.tree.get(key)?.fires) routes.leave(group, key, world);
  for (const key of [...group.members.keys()]) streamWord(routes, group, key, world.nowMs, world);
  if (group.closedMs !== null) return;
  if (group.members.size === 0) {
    if (group.open) routes.close(group, world.nowMs, world);
    else drop(routes, group, world);
    return;
  }
  const { told } = sorted(group, world);
  const free = told.filter((node) => !(routes.heldUntilMs(node, world, true) > world.nowMs));
  if (free.length > 0) reminder(routes, group, world, free);
}

/** What is to be told of one alert on a stream, if anything is. */
export function streamWord(routes: RouteGroups, group: LiveGroup, key: string, atMs: number, world: World): void {
  const member = group.members.get(key);
  if (!member) return;
  const node = world.tree.get(key);
  const others = sorted(group, world).told.filter((each) => each.key !== key);
  if (!node?.fires) {
    if (member.stamp === null) return;
    if (!routes.route.sendResolved) {
      routes.leave(group, key, world);
      if (group.members.size === 0) routes.close(group, world.nowMs, world);
    } else {
      // Each that ended has a word of its own: the last says that it is over.
      const event = group.members.size === 1 ? 'resolved' : 'updated';
      say(routes, group, { event, firing: [], listed: others, ended: [key], changed: [key], atMs }, world);
    }
    return;
  }
  if (routes.heldUntilMs(node, world, member.stamp !== null) > world.nowMs) return;
  if (member.stamp === node.stamp && member.acknowledged === node.acknowledged) return;
  const isAcknowledged = node.acknowledged !== null && member.acknowledged !== node.acknowledged;
  const event = !group.open
    ? group.sequence === 0
      ? 'opened'
      : 'reopened'
    : isAcknowledged
      ? 'acknowledged'
      : 'updated';
  say(routes, group, { event, firing: [node], listed: others, ended: [], changed: [key], atMs }, world);
}
