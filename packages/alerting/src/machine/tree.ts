/** Alerts that are known, and which carries which. */
import type { Labels, RuleKind } from '@linewatch/contract';
import { acknowledgedStamp, stampOf } from './keys.ts';
import type { Alert } from './model.ts';

/** Steps up or down that are followed: a line, its site, its supplier, a hub above. More is a mistake, or a circle. */
const maxDepth = 8;
/** They are about the side of an incident: its members are not theirs. */
const carriesNothing: ReadonlySet<RuleKind> = new Set<RuleKind>(['backup-carrying', 'safeguarding']);

export class Node {
  readonly key: string;
  alert: Alert;
  stamp: string;
  acknowledged: string | null;
  /** When something that holds it back ends; Infinity: nothing does, or no time is known. */
  wakeMs = Infinity;
  /** Groups that name it. */
  named = 0;
  /** With the problem that it is part of, as the tree tells it; undefined: to be made again. */
  labels: Labels | undefined;
  /** By the index of a route, whether that matches; undefined: to be made again. */
  matched: Uint8Array | undefined;
  /** End of the silences that cover it, 0: none; undefined: to be made again. */
  silencedUntilMs: number | undefined;

  constructor(alert: Alert) {
    this.key = alert.key;
    this.alert = alert;
    this.stamp = stampOf(alert);
    this.acknowledged = acknowledgedStamp(alert);
  }

  get fires(): boolean {
    return this.alert.endedMs === null;
  }

  isQuiet(nowMs: number): boolean {
    return this.alert.quietUntilMs !== null && this.alert.quietUntilMs > nowMs;
  }

  forget(): void {
    this.labels = this.matched = this.silencedUntilMs = undefined;
  }
}

const byKey = (a: Node, b: Node): number => (a.key < b.key ? -1 : 1);

export class Tree {
  readonly nodes = new Map<string, Node>();
  readonly #ofIncident = new Map<string, Set<Node>>();
  readonly #children = new Map<string, Set<Node>>();

  get(key: string): Node | undefined {
    return this.nodes.get(key);
  }

  /** What is derived of it and of what it carries is made again when it is asked for. */
  put(alert: Alert): Node {
    let node = this.nodes.get(alert.key);
    if (node) {
      this.#index(node, 'delete');
      node.alert = alert;
      node.stamp = stampOf(alert);
      node.acknowledged = acknowledgedStamp(alert);
    } else {
      node = new Node(alert);
      this.nodes.set(alert.key, node);
    }
    this.#index(node, 'add');
    node.forget();
    for (const below of this.below(node)) below.forget();
    return node;
  }

  remove(node: Node): void {
    this.#index(node, 'delete');
    this.nodes.delete(node.key);
  }

  #index(node: Node, what: 'add' | 'delete'): void {
    const { incident, parent, trust } = node.alert;
    const change = (map: Map<string, Set<Node>>, key: string): void => {
      const found = map.get(key) ?? new Set();
      found[what](node);
      if (found.size === 0) map.delete(key);
      else map.set(key, found);
    };
    if (incident !== null) change(this.#ofIncident, `${trust}/i${incident}`);
    if (parent !== null) change(this.#children, `${trust}/${parent}`);
  }

  /** The alerts that it hangs on, in an order that is always the same. */
  above({ alert: { parent, trust, key } }: Node): readonly Node[] {
    if (parent === null || parent === key) return [];
    const named = this.nodes.get(parent);
    if (named) return named.alert.trust === trust ? [named] : [];
    return [...(this.#ofIncident.get(`${trust}/${parent}`) ?? [])]
      .filter(({ alert }) => !carriesNothing.has(alert.kind))
      .sort(byKey);
  }

  #childrenOf({ alert: { incident, trust, key, kind } }: Node): readonly Node[] {
    if (carriesNothing.has(kind)) return [];
    const of = (reference: string): readonly Node[] => [...(this.#children.get(`${trust}/${reference}`) ?? [])];
    return incident === null ? of(key) : [...of(key), ...of(`i${incident}`)];
  }

  /** All that it carries, over any number of steps, without itself. */
  below(node: Node): ReadonlySet<Node> {
    const found = new Set<Node>();
    let level: readonly Node[] = [node];
    for (let depth = 0; depth < maxDepth && level.length > 0; depth++) {
      const next: Node[] = [];
      for (const each of level)
        for (const child of this.#childrenOf(each)) {
          if (child === node || found.has(child)) continue;
          found.add(child);
          next.push(child);
        }
      level = next;
    }
    return found;
  }

  /** Steps to the top. */
  depth(node: Node): number {
    let depth = 0;
    for (let at = this.above(node)[0]; at && depth < maxDepth; at = this.above(at)[0]) depth++;
    return depth;
  }

  /** The highest above it that is known; itself where nothing is. */
  root(node: Node): Node {
    let at = node;
    for (let depth = 0; depth < maxDepth; depth++) {
      const next = this.above(at)[0];
      if (!next || next === node) break;
      at = next;
    }
    return at;
  }

  /** Its labels, with the problem at the root of what is known. */
  labels(node: Node): Labels {
    if (!node.labels) {
      const { labels, incident, parent, key } = this.root(node).alert;
      const problem = labels.problem ?? parent ?? (incident === null ? key : `i${incident}`);
      node.labels = problem === node.alert.labels.problem ? node.alert.labels : { ...node.alert.labels, problem };
    }
    return node.labels;
  }

  /** The highest above it of which something holds; undefined: of none. */
  highest(node: Node, holds: (above: Node) => boolean): Node | undefined {
    let found: Node | undefined;
    let level = this.above(node);
    for (let depth = 0; depth < maxDepth && level.length > 0; depth++) {
      if (level.includes(node)) break;
      found = level.find(holds) ?? found;
      level = this.above(level[0]!);
    }
    return found;
  }
}
