/** The machine: see `Machine`. Nothing that decides what is told is kept but in the alerts and the groups that it gives out. */
import type { Note } from './group.ts';
import { LiveGroup } from './group.ts';
import { Inhibitions } from './inhibitions.ts';
import { type Fits, Matching } from './matching.ts';
import type { Alert, Changes, Group, Machine, Memory, PutReason, Route, Setup, SilenceNow, Telling } from './model.ts';
import { RouteGroups } from './route.ts';
import { type Node, Tree } from './tree.ts';
import { streamWord, tellOf } from './words.ts';
import type { World } from './world.ts';

/** How long closed groups are known: the longest that a subscription may reopen them. */
export const keepClosedMs = 7 * 86_400_000;

interface Put {
  readonly alert: Alert;
  readonly reason: PutReason;
  readonly atMs: number;
  /** It is in the tree. */
  isEntered: boolean;
  /** Streams that were told of it. */
  streams: number;
}

interface Silenced {
  readonly silence: SilenceNow;
  readonly fits: Fits;
}

/** What a group's subscription is taken for when there is no such any more. */
const goneRoute = (row: number): Route => ({
  ...{ row, trust: 0, slug: '', enabled: true, stream: false, sendResolved: true },
  match: { atLeast: 'critical', rules: [], matchers: [] },
  group: { by: [], waitSeconds: 0, intervalSeconds: 0, repeatHours: 0 },
  ...{ reopenMinutes: 0, escalateMinutes: 0, hours: null },
});

export class Alerting implements Machine {
  readonly #takeId: () => number | undefined;
  readonly #tree = new Tree();
  /** By the row of the subscription. */
  readonly #routes = new Map<number, RouteGroups>();
  #sorted: readonly RouteGroups[] = [];
  #silences: readonly Silenced[] = [];
  #inhibitions: Inhibitions;
  #queue: Put[] = [];
  readonly #dirty = new Set<Node>();
  /** Notes for those that are placed in this tick. */
  #notes: { readonly key: string; readonly note: Note }[] = [];
  /** Ended ones that nothing may name any more. */
  readonly #over = new Set<Node>();
  #isConfigured = false;
  #lastMs = -Infinity;
  #forgotMs = -Infinity;
  #nextMs: number | null = null;
  starved = false;
  #changedAlerts = new Map<string, Alert>();
  #changedGroups = new Map<number, LiveGroup>();
  #tellings: Telling[] = [];

  constructor(memory: Memory, takeId: () => number | undefined) {
    this.#takeId = takeId;
    this.#inhibitions = new Inhibitions([], new Matching(), this.#tree);
    for (const alert of memory.alerts) this.#tree.put(alert);
    for (const group of memory.groups)
      this.#routeOf(group.subscription).load(LiveGroup.of(group), (key) => this.#tree.get(key));
    for (const node of this.#tree.nodes.values()) if (!node.fires) this.#over.add(node);
    this.#sort();
    this.#forget(-Infinity);
  }

  #routeOf(row: number): RouteGroups {
    let routes = this.#routes.get(row);
    if (!routes) {
      routes = new RouteGroups(goneRoute(row));
      this.#routes.set(row, routes);
    }
    return routes;
  }

  #sort(): void {
    this.#sorted = [...this.#routes.values()].sort((a, b) => a.route.row - b.route.row);
  }

  configure({ routes, silences, inhibitions }: Setup): readonly string[] {
    const matching = new Matching();
    const rows = new Set(routes.map(({ row }) => row));
    for (const [row, gone] of this.#routes) {
      if (rows.has(row)) continue;
      gone.go(goneRoute(row));
      if (gone.open.size === 0) this.#routes.delete(row);
    }
    for (const [index, route] of routes.entries())
      this.#routeOf(route.row).configure(
        route,
        matching.all(route.match.matchers, `Subscription ${route.slug}`),
        index,
      );
    this.#silences = silences.map((silence) => ({
      silence,
      fits: matching.all(silence.matchers, `Silence ${silence.id}`),
    }));
    this.#inhibitions = new Inhibitions(inhibitions, matching, this.#tree);
    this.#isConfigured = false;
    this.#sort();
    return matching.problems;
  }

  put(alert: Alert, reason: PutReason, atMs: number): void {
    this.#queue.push({ alert, reason, atMs, isEntered: false, streams: 0 });
  }

  tick(nowMs: number): void {
    this.starved = false;
    const world = this.#world(nowMs);
    if (!this.#isConfigured) {
      for (const node of this.#tree.nodes.values()) {
        node.forget();
        this.#inhibitions.put(node);
        this.#dirty.add(node);
      }
      this.#allGroups();
      this.#isConfigured = true;
    }
    // A clock that was set back: what waits is looked at, so that nothing waits for the time that it showed before.
    if (nowMs < this.#lastMs) this.#allGroups();
    this.#lastMs = nowMs;
    if (!this.#drain(world)) {
      this.starved = true;
      return;
    }
    for (const node of this.#tree.nodes.values()) if (node.wakeMs <= nowMs) this.#stir(node);
    if (!this.#place(world)) {
      this.starved = true;
      return;
    }
    for (const { key, note } of this.#notes) this.#note(key, note, world);
    this.#notes = [];
    this.#say(world);
    this.#forget(nowMs);
    this.#schedule();
  }

  #world(nowMs: number): World {
    return {
      tree: this.#tree,
      inhibitions: this.#inhibitions,
      nowMs,
      silencedUntilMs: (node) => this.#silencedUntilMs(node, nowMs),
      matched: (node) => this.#matched(node),
      takeId: this.#takeId,
      tell: (telling) => void this.#tellings.push(telling),
      changed: (group) => void this.#changedGroups.set(group.id, group),
      released: (node) => {
        if (!node.fires && node.named === 0) this.#over.add(node);
      },
    };
  }

  #silencedUntilMs(node: Node, nowMs: number): number {
    if (node.silencedUntilMs === undefined) {
      const { trust } = node.alert;
      const labels = this.#tree.labels(node);
      node.silencedUntilMs = 0;
      for (const { silence, fits } of this.#silences)
        if (silence.trust === trust && silence.untilMs > node.silencedUntilMs && fits(labels))
          node.silencedUntilMs = silence.untilMs;
    }
    return node.silencedUntilMs > nowMs ? node.silencedUntilMs : 0;
  }

  #matched(node: Node): Uint8Array {
    if (!node.matched) {
      const labels = this.#tree.labels(node);
      node.matched = new Uint8Array(this.#sorted.length);
      for (const routes of this.#sorted)
        if (!routes.isGone) node.matched[routes.index] = routes.fits(node, labels) ? 1 : 0;
    }
    return node.matched;
  }

  #allGroups(): void {
    for (const routes of this.#sorted) for (const group of routes.open.values()) routes.dirty.add(group);
  }

  /** It, and all that what it is may change. */
  #stir(node: Node): void {
    this.#withBelow(node);
    for (const each of this.#inhibitions.targets(node)) this.#withBelow(each);
  }

  #withBelow(node: Node): void {
    this.#dirty.add(node);
    for (const each of this.#tree.below(node)) this.#dirty.add(each);
  }

  /** Takes what was put, in order, and tells streams of each. False: ids ran out; it goes on from there. */
  #drain(world: World): boolean {
    let done = 0;
    for (const put of this.#queue) {
      if (!put.isEntered) this.#enter(put);
      const node = this.#tree.get(put.alert.key)!;
      for (; put.streams < this.#sorted.length; put.streams++) {
        const routes = this.#sorted[put.streams]!;
        const { stream, enabled } = routes.route;
        if (routes.isGone || !stream || !enabled) continue;
        if (!routes.place(node, world)) {
          this.#queue = this.#queue.slice(done);
          return false;
        }
        const group = routes.of.get(node.key);
        if (!group) continue;
        streamWord(routes, group, node.key, put.atMs, world);
        if (put.reason === 'changed' || group.closedMs !== null) continue;
        group.note(put.reason.note);
        tellOf(routes, group, world);
      }
      done++;
    }
    this.#queue = [];
    return true;
  }

  #enter(put: Put): void {
    const { alert, reason } = put;
    put.isEntered = true;
    const before = this.#tree.get(alert.key);
    const was = before?.alert;
    // What hung on it may hang on something else now.
    if (before && was && isAnother(was, alert)) this.#stir(before);
    const node = this.#tree.put(alert);
    this.#changedAlerts.set(alert.key, alert);
    this.#dirty.add(node);
    if (!was || isAnother(was, alert)) {
      for (const each of this.#inhibitions.put(node)) this.#withBelow(each);
      for (const each of this.#tree.below(node)) {
        this.#dirty.add(each);
        this.#inhibitions.put(each);
      }
    }
    if (!node.fires) this.#over.add(node);
    if (reason !== 'changed') this.#notes.push({ key: alert.key, note: reason.note });
  }

  /** What carries others comes before them; otherwise by beginning and key, so that a repeat makes the same groups. */
  #place(world: World): boolean {
    const nodes = [...this.#dirty]
      .filter((node) => this.#tree.get(node.key) === node)
      .map((node) => ({ node, depth: this.#tree.depth(node) }))
      .sort(
        ({ node: a, depth: i }, { node: b, depth: j }) =>
          i - j || a.alert.startedMs - b.alert.startedMs || (a.key < b.key ? -1 : 1),
      );
    for (const { node } of nodes) {
      node.wakeMs = node.fires && node.isQuiet(world.nowMs) ? node.alert.quietUntilMs! : Infinity;
      for (const routes of this.#sorted) if (routes.route.enabled && !routes.place(node, world)) return false;
      this.#dirty.delete(node);
    }
    this.#dirty.clear();
    return true;
  }

  #note(key: string, note: Note, world: World): void {
    for (const routes of this.#sorted) {
      const group = routes.of.get(key);
      // Streams that are on were told in their order.
      if (!group || (routes.route.stream && routes.route.enabled) || routes.isGone) continue;
      if (group.notes.some(({ by, text }) => by === note.by && text === note.text)) continue;
      group.note(note);
      routes.dirty.add(group);
      world.changed(group);
    }
  }

  #say(world: World): void {
    for (const routes of this.#sorted) {
      if (!routes.route.enabled) {
        routes.dirty.clear();
        continue;
      }
      if (this.#nextMs !== null && this.#nextMs <= world.nowMs)
        for (const group of routes.open.values())
          if (group.dueMs !== null && group.dueMs <= world.nowMs) routes.dirty.add(group);
      const groups = [...routes.dirty].filter(({ closedMs }) => closedMs === null).sort((a, b) => a.id - b.id);
      for (const group of groups) tellOf(routes, group, world);
      routes.dirty.clear();
    }
  }

  /** Ended ones go when no group names them and nothing that fires hangs on them. */
  #forget(nowMs: number): void {
    for (const node of this.#over) {
      this.#over.delete(node);
      if (node.fires || node.named > 0 || this.#tree.get(node.key) !== node) continue;
      if ([...this.#tree.below(node)].some(({ fires }) => fires)) continue;
      for (const above of this.#tree.above(node)) if (!above.fires) this.#over.add(above);
      this.#inhibitions.put(node);
      this.#tree.remove(node);
    }
    if (nowMs < this.#forgotMs + 3_600_000) return;
    this.#forgotMs = nowMs;
    for (const routes of this.#sorted) routes.forgetClosed(nowMs - keepClosedMs);
  }

  #schedule(): void {
    let next = Infinity;
    for (const node of this.#tree.nodes.values()) next = Math.min(next, node.wakeMs);
    for (const routes of this.#sorted)
      if (routes.route.enabled)
        for (const { dueMs } of routes.open.values()) if (dueMs !== null) next = Math.min(next, dueMs);
    this.#nextMs = Number.isFinite(next) ? next : null;
  }

  get nextDueMs(): number | null {
    return this.#isConfigured && this.#queue.length === 0 && !this.starved ? this.#nextMs : 0;
  }

  changes(): Changes {
    const changes = {
      alerts: [...this.#changedAlerts.values()],
      groups: [...this.#changedGroups.values()].map((group) => group.kept()),
      tellings: this.#tellings,
    };
    this.#changedAlerts = new Map();
    this.#changedGroups = new Map();
    this.#tellings = [];
    return changes;
  }

  alert(key: string): Alert | undefined {
    return this.#tree.get(key)?.alert;
  }

  *alerts(): Iterable<Alert> {
    for (const { alert } of this.#tree.nodes.values()) yield alert;
  }

  *groups(): Iterable<Group> {
    for (const routes of this.#sorted) for (const group of routes.open.values()) yield group.kept();
  }
}

/** Whether what hangs on it may belong elsewhere now. What is told of it alone does not count. */
function isAnother(before: Alert, after: Alert): boolean {
  const parts = (alert: Alert): string => JSON.stringify({ ...alert, title: '', text: '' });
  return parts(before) !== parts(after);
}
