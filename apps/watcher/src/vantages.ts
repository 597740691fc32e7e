/**
 * Whether a vantage point is itself in trouble: then every probe from there fails, and none of them says anything of its
 * target. What fails is believed while something else is answered.
 */

/** Lines that are probed from a vantage point; fewer than this prove nothing of it. */
const leastLines = 3;
/** A target that was not probed for so long is no longer counted. */
const staleMs = 15 * 60_000;
const maxTargets = 100_000;

interface Target {
  answered: boolean;
  ms: number;
}

export class Vantages {
  readonly #targets = new Map<string, Map<string, Target>>();
  #size = 0;

  /**
   * False when the answer is to be left out: as far as is known, nothing is answered there. `lines`: how many are probed from
   * there.
   */
  saw(vantage: string, url: string, answered: boolean, atMs: number, lines: number): boolean {
    let targets = this.#targets.get(vantage);
    if (!targets) this.#targets.set(vantage, (targets = new Map<string, Target>()));
    const known = targets.get(url);
    if (known) {
      if (atMs >= known.ms) Object.assign(known, { answered, ms: atMs });
    } else if (this.#size < maxTargets) {
      targets.set(url, { answered, ms: atMs });
      this.#size++;
    }
    if (answered || lines < leastLines) return true;
    for (const [each, target] of targets) {
      if (atMs - target.ms > staleMs) {
        targets.delete(each);
        this.#size--;
      } else if (target.answered) return true;
    }
    return false;
  }
}
