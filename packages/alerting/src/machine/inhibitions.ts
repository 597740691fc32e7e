/** What is not told of while something else fires: as Alertmanager's inhibition rules, within a trust. */
import type { Labels, RuleKind } from '@linewatch/contract';
import type { Inhibition } from './model.ts';
import { type Fits, type Matching, labelOf } from './matching.ts';
import type { Node, Tree } from './tree.ts';

type Side = (node: Node, labels: Labels) => boolean;

function sideOf(kinds: readonly RuleKind[] | undefined, fits: Fits): Side {
  const named = kinds && new Set(kinds);
  return ({ alert }, labels) => (named === undefined || named.has(alert.kind)) && fits(labels);
}

interface Rule {
  readonly isSource: Side;
  readonly isTarget: Side;
  readonly equal: Inhibition['equal'];
  /** Those that fire, by what has to be equal. */
  readonly sources: Map<string, Set<Node>>;
  readonly targets: Map<string, Set<Node>>;
}

export class Inhibitions {
  readonly #rules: readonly Rule[];
  readonly #tree: Tree;
  /** Where each is entered, to be taken out again. */
  readonly #entered = new Map<Node, (readonly [Map<string, Set<Node>>, string])[]>();

  constructor(inhibitions: readonly Inhibition[], matching: Matching, tree: Tree) {
    this.#tree = tree;
    this.#rules = inhibitions.map(({ sourceKinds, source, targetKinds, target, equal }, i) => ({
      isSource: sideOf(sourceKinds, matching.all(source, `Inhibition ${i + 1}`)),
      isTarget: sideOf(targetKinds, matching.all(target, `Inhibition ${i + 1}`)),
      equal,
      sources: new Map(),
      targets: new Map(),
    }));
  }

  #equalKey({ equal }: Rule, node: Node): string {
    const labels = this.#tree.labels(node);
    return JSON.stringify([node.alert.trust, ...equal.map((name) => labelOf(labels, name))]);
  }

  /** Enters it as it is now. Returns those that may be inhibited by it, before or now. */
  put(node: Node): Set<Node> {
    const touched = this.targets(node);
    for (const [map, key] of this.#entered.get(node) ?? []) {
      const found = map.get(key)!;
      found.delete(node);
      if (found.size === 0) map.delete(key);
    }
    this.#entered.delete(node);
    if (!node.fires || node.alert.safeguarding) return touched;
    const entered: (readonly [Map<string, Set<Node>>, string])[] = [];
    const labels = this.#tree.labels(node);
    for (const rule of this.#rules) {
      const isSource = rule.isSource(node, labels);
      const isTarget = rule.isTarget(node, labels);
      if (!isSource && !isTarget) continue;
      const key = this.#equalKey(rule, node);
      for (const [map, is] of [
        [rule.sources, isSource],
        [rule.targets, isTarget],
      ] as const) {
        if (!is) continue;
        const found = map.get(key) ?? new Set();
        map.set(key, found.add(node));
        entered.push([map, key]);
      }
    }
    if (entered.length > 0) this.#entered.set(node, entered);
    for (const each of this.targets(node)) touched.add(each);
    return touched;
  }

  /** Those that it may inhibit. */
  targets(node: Node): Set<Node> {
    const found = new Set<Node>();
    for (const [map, key] of this.#entered.get(node) ?? [])
      for (const rule of this.#rules)
        if (rule.sources === map) for (const each of rule.targets.get(key) ?? []) if (each !== node) found.add(each);
    return found;
  }

  /** A source that is quiet inhibits nothing: it may not have lasted long enough to be one. */
  isInhibited(node: Node, nowMs: number): boolean {
    const entered = this.#entered.get(node);
    if (!entered) return false;
    for (const rule of this.#rules) {
      const target = entered.find(([map]) => map === rule.targets);
      const sources = target && rule.sources.get(target[1]);
      if (!sources) continue;
      // Two that are both sides of it would keep each other quiet.
      const isBoth = sources.has(node);
      for (const source of sources)
        if (source !== node && !source.isQuiet(nowMs) && !(isBoth && rule.targets.get(target[1])?.has(source)))
          return true;
    }
    return false;
  }
}
