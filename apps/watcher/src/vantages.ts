/**
 * Whether a vantage point is itself in trouble: then every probe from there fails, and none of them says anything of its
 * target. It takes the latest word of each target, so it is known once each of them failed.
 */

/** Fewer lines than this prove nothing. */
const leastLines = 3;
/** A target that was not probed for so long is no longer counted. */
const staleMs = 15 * 60_000;
const maxTargets = 100_000;

interface Target {
  readonly line: number;
  answered: boolean;
  ms: number;
}

export class Vantages {
  readonly #targets = new Map<string, Map<string, Target>>();
  #size = 0;

  /** False when the answer is to be left out: it failed as everything does from there. */
  saw(trust: string, collector: string, url: string, line: number, answered: boolean, atMs: number): boolean {
    const vantage = `${trust}/${collector}`;
    let targets = this.#targets.get(vantage);
    if (!targets) this.#targets.set(vantage, (targets = new Map<string, Target>()));
    const key = `${line} ${url}`;
    const known = targets.get(key);
    if (known) {
      if (atMs >= known.ms) Object.assign(known, { answered, ms: atMs });
    } else if (this.#size < maxTargets) {
      targets.set(key, { line, answered, ms: atMs });
      this.#size++;
    }
    if (answered) return true;
    const lines = new Set<number>();
    for (const [each, target] of targets) {
      if (atMs - target.ms > staleMs) {
        targets.delete(each);
        this.#size--;
      } else if (target.answered) return true;
      else lines.add(target.line);
    }
    return lines.size < leastLines;
  }
}
