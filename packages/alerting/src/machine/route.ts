/** One route: which of its groups an alert belongs to, as it is now. What is to be told of them: `words.ts`. */
import { Groups } from './groups.ts';
import { LiveGroup } from './group.ts';
import { OpenHours } from './hours.ts';
import { groupKey, groupLabels, rankOf, recurrenceKey, subjectOf } from './keys.ts';
import type { Fits } from './matching.ts';
import type { Route } from './model.ts';
import type { Node } from './tree.ts';
import type { World } from './world.ts';

export class RouteGroups extends Groups {
  route: Route;
  /** Of the matches that each alert remembers. */
  index = 0;
  #hours: OpenHours | undefined;
  #fits: Fits = () => false;
  #rules: ReadonlySet<string> = new Set();
  /** Removed: what it was told of is told to its end, and nothing else. */
  isGone = true;

  /** One that was removed, until it is configured. */
  constructor(gone: Route) {
    super();
    this.route = gone;
  }

  configure(route: Route, fits: Fits, index: number): void {
    this.route = route;
    this.index = index;
    this.isGone = false;
    this.#fits = fits;
    this.#rules = new Set(route.match.rules);
    this.#hours = route.hours ? new OpenHours(route.hours) : undefined;
  }

  go(gone: Route): void {
    this.route = gone;
    this.isGone = true;
    this.closed.clear();
  }

  fits({ alert }: Node, labels: Parameters<Fits>[0]): boolean {
    const { trust, match, safeguarding = false } = this.route;
    return (
      alert.trust === trust &&
      alert.safeguarding === safeguarding &&
      rankOf[alert.severity] <= rankOf[match.atLeast] &&
      (this.#rules.size === 0 || this.#rules.has(alert.kind)) &&
      this.#fits(labels)
    );
  }

  matches(node: Node, world: World): boolean {
    return !this.isGone && world.matched(node)[this.index] === 1;
  }

  /** The receiver was told that it fires. */
  knows(key: string): boolean {
    return (this.of.get(key)?.members.get(key)?.stamp ?? null) !== null;
  }

  /** Until when nothing is told of it; 0: it may be. Infinity: until something changes. Who was told already is not kept waiting by escalation. */
  heldUntilMs(node: Node, world: World, isKnown: boolean): number {
    const { alert } = node;
    const { nowMs } = world;
    if (this.isGone) return Infinity;
    let until = Math.max(node.isQuiet(nowMs) ? alert.quietUntilMs! : 0, world.silencedUntilMs(node));
    if (this.#hours && alert.severity !== 'critical') until = Math.max(until, this.#hours.shutUntilMs(nowMs) ?? 0);
    if (!this.route.stream && world.inhibitions.isInhibited(node, nowMs)) return Infinity;
    if (isKnown || this.route.escalateMinutes === 0) return until;
    const { acknowledged, startedMs } = alert;
    const dueMs = startedMs + this.route.escalateMinutes * 60_000;
    if (dueMs > nowMs) until = Math.max(until, dueMs);
    if (acknowledged && (acknowledged.untilMs === null || acknowledged.untilMs > nowMs))
      until = Math.max(until, acknowledged.untilMs ?? Infinity);
    return until;
  }

  /** The highest above it that fires and that this route is, or may be, told of; itself: nothing carries it. */
  #carrier(node: Node, world: World): Node {
    if (this.route.stream) return node;
    const carries = (above: Node): boolean =>
      above.fires && (this.knows(above.key) || (this.matches(above, world) && !above.isQuiet(world.nowMs)));
    return world.tree.highest(node, carries) ?? node;
  }

  /** The group that a carrying alert is in, of another group than `besides`: what an ended one became part of. */
  partOf(node: Node, besides: LiveGroup, world: World): LiveGroup | undefined {
    const carrier = this.#carrier(node, world);
    const group = carrier === node ? undefined : this.of.get(carrier.key);
    return group === besides ? undefined : group;
  }

  #key(node: Node, world: World): string {
    return groupKey(this.route.group.by, world.tree.labels(node));
  }

  #identity(node: Node, world: World): Pick<LiveGroup, 'key' | 'labels' | 'recurrence'> {
    const { by } = this.route.group;
    const labels = world.tree.labels(node);
    return {
      key: groupKey(by, labels),
      labels: groupLabels(by, labels),
      recurrence: recurrenceKey(by, labels, subjectOf(node.alert)),
    };
  }

  /** Puts it where it belongs. False: a new group has no id yet. */
  place(node: Node, world: World): boolean {
    const group = this.of.get(node.key);
    const isKnown = this.knows(node.key);
    if (!group && !this.matches(node, world)) return true;
    if (!node.fires) {
      if (!group) return true;
      if (isKnown) this.dirty.add(group);
      else this.leave(group, node.key, world);
      return true;
    }
    if (this.isGone) {
      if (group && !isKnown) this.leave(group, node.key, world);
      return true;
    }
    const heldMs = this.heldUntilMs(node, world, isKnown);
    if (heldMs > world.nowMs) node.wakeMs = Math.min(node.wakeMs, heldMs);
    if (!isKnown && (heldMs > world.nowMs || !this.matches(node, world))) {
      if (group) this.leave(group, node.key, world);
      return true;
    }
    if (group) this.dirty.add(group);
    const carrier = this.#carrier(node, world);
    return carrier === node ? this.#alone(node, group, world) : this.#carried(node, carrier, group, world);
  }

  #carried(node: Node, carrier: Node, group: LiveGroup | undefined, world: World): true {
    const target = this.of.get(carrier.key);
    if (!target) {
      // What carries it is held back: so is it, unless it was told of before.
      if (group && !this.knows(node.key)) this.leave(group, node.key, world);
    } else if (target !== group) this.#move(node, carrier, group, target, world);
    else this.#link(node, carrier, group, world);
    return true;
  }

  #alone(node: Node, group: LiveGroup | undefined, world: World): boolean {
    const member = group?.members.get(node.key);
    if (group && member) {
      const problem = this.#problem(node, world);
      // One that was grouped by something else stays as it was grouped.
      const isOther = problem !== null && member.problem !== null && problem !== member.problem;
      const isMoved = member.carrier !== null || isOther;
      if (this.route.stream || !isMoved) return true;
    }
    const key = this.#key(node, world);
    const target = group?.key === key ? group : (this.byKey.get(key) ?? this.#adopted(node, key, world));
    if (target && target === group) {
      this.#link(node, node, group, world);
      return true;
    }
    if (target) {
      this.#move(node, node, group, target, world);
      return true;
    }
    if (group) {
      // Taken out of what carried it: from now on it is as if it had just begun.
      this.#take(node, group, null, world);
      if (!this.matches(node, world) || this.heldUntilMs(node, world, false) > world.nowMs) {
        node.wakeMs = Math.min(node.wakeMs, this.heldUntilMs(node, world, false));
        return true;
      }
    }
    const made = this.#make(node, world);
    if (made) this.#enter(node, node, made, world);
    return made !== undefined;
  }

  #make(node: Node, world: World): LiveGroup | undefined {
    const { nowMs } = world;
    const identity = this.#identity(node, world);
    const again = this.again(identity.recurrence, this.route, nowMs);
    if (again) {
      again.closedBeforeMs = again.closedMs;
      again.closedMs = null;
      again.sinceMs = nowMs;
      again.severity = 'info';
      Object.assign(again, identity);
      this.add(again, world);
      return again;
    }
    const id = world.takeId();
    if (id === undefined) return undefined;
    const group = new LiveGroup(id, this.route.row, identity.key, identity.labels, identity.recurrence, nowMs);
    this.add(group, world);
    return group;
  }

  /**
   * The oldest group all of whose firing alerts belong to a group that there is not yet: it becomes that one, so that a ticket
   * that was opened for a part goes on as the ticket of the whole.
   */
  #adopted(node: Node, key: string, world: World): LiveGroup | undefined {
    if (this.route.stream) return undefined;
    const isByProblem = this.route.group.by.includes('problem');
    const top = isByProblem ? world.tree.root(node) : node;
    const wants = (each: Node): boolean => {
      const carrier = this.#carrier(each, world);
      return carrier === node || this.#key(carrier, world) === key;
    };
    const candidates = new Set<LiveGroup>();
    for (const each of [node, ...world.tree.below(top)]) {
      const group = this.of.get(each.key);
      if (group) candidates.add(group);
    }
    const fitting = [...candidates].filter((group) =>
      [...group.members.keys()].every((each) => {
        const member = world.tree.get(each);
        return !member?.fires || wants(member);
      }),
    );
    fitting.sort((a, b) => Number(b.open) - Number(a.open) || a.openedMs - b.openedMs || a.id - b.id);
    const [oldest] = fitting;
    if (oldest) {
      this.rekey(oldest, this.#identity(node, world), world);
      oldest.isUrgent = true;
    }
    return oldest;
  }

  #problem(node: Node, world: World): string | null {
    return this.route.group.by.includes('problem') ? (world.tree.labels(node).problem ?? null) : null;
  }

  #link(node: Node, carrier: Node, group: LiveGroup, world: World): void {
    const member = group.members.get(node.key)!;
    const above = carrier === node ? null : carrier.key;
    const problem = this.#problem(node, world);
    if (member.carrier === above && member.problem === problem) return;
    Object.assign(member, { carrier: above, problem });
    world.changed(group);
  }

  #enter(node: Node, carrier: Node, group: LiveGroup, world: World): void {
    const above = carrier === node ? null : carrier.key;
    const member = { stamp: null, acknowledged: null, carrier: above, problem: this.#problem(node, world) };
    this.join(group, node, member, world);
  }

  #take(node: Node, group: LiveGroup, into: LiveGroup | null, world: World): void {
    const isKnown = this.knows(node.key);
    this.leave(group, node.key, world);
    if (!group.open) return;
    if (isKnown) {
      group.left = true;
      group.moved.push(node.key);
    }
    const goesOn = [...group.members.keys()].some((key) => world.tree.get(key)?.fires);
    if (goesOn || !into) return;
    group.mergedInto = into.id;
    into.isUrgent = true;
  }

  #move(node: Node, carrier: Node, group: LiveGroup | undefined, target: LiveGroup, world: World): void {
    if (group) this.#take(node, group, target, world);
    this.#enter(node, carrier, target, world);
  }
}
