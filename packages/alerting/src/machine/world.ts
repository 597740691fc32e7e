/** What a route's groups need of the machine around them. */
import type { Inhibitions } from './inhibitions.ts';
import type { LiveGroup } from './group.ts';
import type { Telling } from './model.ts';
import type { Node, Tree } from './tree.ts';

export interface World {
  readonly tree: Tree;
  readonly inhibitions: Inhibitions;
  /** Of the tick. */
  readonly nowMs: number;
  /** End of the silences that cover it; 0: none does. */
  silencedUntilMs(node: Node): number;
  /** By the index of a route, 1: it matches. */
  matched(node: Node): Uint8Array;
  /** Undefined: none is left. */
  takeId(): number | undefined;
  tell(telling: Telling): void;
  /** It is to be kept. */
  changed(group: LiveGroup): void;
  /** No group of a route names it any more. */
  released(node: Node): void;
}
