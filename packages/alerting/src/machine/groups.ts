/** The groups of one route: which there are, which alert is in which. */
import type { LiveGroup, Member } from './group.ts';
import type { Route } from './model.ts';
import type { Node } from './tree.ts';
import type { World } from './world.ts';

export class Groups {
  readonly open = new Map<number, LiveGroup>();
  readonly byKey = new Map<string, LiveGroup>();
  /** By the key of an alert. */
  readonly of = new Map<string, LiveGroup>();
  /** Those that are closed, by what a recurrence is known by. */
  readonly closed = new Map<string, LiveGroup[]>();
  /** Those in which something may have to be told. */
  readonly dirty = new Set<LiveGroup>();

  load(group: LiveGroup, nodeOf: (key: string) => Node | undefined): void {
    if (group.closedMs !== null) {
      if (group.sequence > 0) this.#closed(group);
      return;
    }
    this.open.set(group.id, group);
    this.byKey.set(group.key, group);
    for (const key of group.members.keys()) {
      this.of.set(key, group);
      const node = nodeOf(key);
      if (node) node.named++;
    }
  }

  #closed(group: LiveGroup): void {
    const before = this.closed.get(group.recurrence);
    if (before) before.push(group);
    else this.closed.set(group.recurrence, [group]);
  }

  add(group: LiveGroup, world: World): void {
    this.open.set(group.id, group);
    this.byKey.set(group.key, group);
    this.#touch(group, world);
  }

  rekey(group: LiveGroup, to: Pick<LiveGroup, 'key' | 'labels' | 'recurrence'>, world: World): void {
    if (this.byKey.get(group.key) === group) this.byKey.delete(group.key);
    Object.assign(group, to);
    this.byKey.set(group.key, group);
    this.#touch(group, world);
  }

  join(group: LiveGroup, node: Node, member: Member, world: World): void {
    group.members.set(node.key, member);
    this.of.set(node.key, group);
    node.named++;
    // Whatever it was to become part of, it goes on by itself.
    if (!group.open) group.mergedInto = null;
    this.#touch(group, world);
  }

  leave(group: LiveGroup, key: string, world: World): void {
    if (!group.members.delete(key)) return;
    if (this.of.get(key) === group) this.of.delete(key);
    const node = world.tree.get(key);
    if (node) {
      node.named--;
      world.released(node);
    }
    this.#touch(group, world);
  }

  close(group: LiveGroup, atMs: number, world: World): void {
    for (const key of [...group.members.keys()]) this.leave(group, key, world);
    group.closedMs = atMs;
    group.dueMs = null;
    group.closedBeforeMs = null;
    group.open = group.left = false;
    group.notes = [];
    this.open.delete(group.id);
    if (this.byKey.get(group.key) === group) this.byKey.delete(group.key);
    if (group.sequence > 0) this.#closed(group);
    world.changed(group);
    this.dirty.delete(group);
  }

  /** The latest that was closed, to be opened again; undefined: none that recent. */
  again(recurrence: string, { reopenMinutes }: Route, nowMs: number): LiveGroup | undefined {
    const groups = this.closed.get(recurrence) ?? [];
    const [latest] = groups.toSorted((a, b) => b.closedMs! - a.closedMs! || b.id - a.id);
    if (!latest || reopenMinutes === 0 || nowMs - latest.closedMs! > reopenMinutes * 60_000) return undefined;
    const others = groups.filter((group) => group !== latest);
    if (others.length === 0) this.closed.delete(recurrence);
    else this.closed.set(recurrence, others);
    return latest;
  }

  forgetClosed(beforeMs: number): void {
    for (const [key, groups] of this.closed) {
      const kept = groups.filter(({ closedMs }) => closedMs! >= beforeMs);
      if (kept.length === 0) this.closed.delete(key);
      else this.closed.set(key, kept);
    }
  }

  #touch(group: LiveGroup, world: World): void {
    this.dirty.add(group);
    world.changed(group);
  }
}
