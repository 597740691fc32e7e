/** Which academy a device's name resembles: words that few academies have count, words that all schools have do not. */
import { slugOf } from './text.ts';

/** Of names of schools, and of what engineers call interfaces and devices. */
const common = new Set(
  (
    'academy academies school schools primary secondary infant infants junior juniors nursery first middle high upper lower ' +
    'college sixth form the and for with church england catholic roman voluntary aided controlled community free studio ' +
    'trust multi learning foundation saint ' +
    'router rtr switch firewall edge core wan lan mgmt vlan uplink primary backup line link circuit internet fibre fttp ' +
    'broadband leased port ethernet gigabit gige tengig loopback tunnel wireless main site building data voice network'
  ).split(' '),
);
const leastLength = 3;
/** Words of a device's text that are looked at. */
const maxWords = 24;

const wordsOf = (text: string): string[] =>
  slugOf(text, 400)
    .split('-')
    .flatMap((word) => [word, ...(/^([a-z]+)\d+$/.exec(word)?.slice(1) ?? [])])
    .filter((word) => word.length >= leastLength && !/^\d+$/.test(word) && !common.has(word))
    .slice(0, maxWords);

export interface Named {
  readonly id: string;
  readonly name: string;
}

export class NameIndex {
  readonly #byWord = new Map<string, Set<string>>();
  readonly #words = new Map<string, number>();

  constructor(academies: readonly Named[]) {
    for (const { id, name } of academies) {
      const words = new Set([...wordsOf(name), ...wordsOf(id)]);
      this.#words.set(id, new Set(wordsOf(name)).size || words.size);
      for (const word of words) {
        const bearers = this.#byWord.get(word);
        if (bearers) bearers.add(id);
        else this.#byWord.set(word, new Set([id]));
      }
    }
  }

  /**
   * Ids of the academies that the text resembles most; none when nothing that it says tells them apart. All words of a name
   * count more than one of them, and a word that only one academy has more than one that several have.
   */
  find(text: string): string[] {
    const scores = new Map<string, number>();
    for (const word of new Set(wordsOf(text))) {
      const bearers = this.#byWord.get(word);
      // Three that share a word are told apart by the others; a word that many have says nothing.
      if (!bearers || bearers.size > 3) continue;
      for (const id of bearers) scores.set(id, (scores.get(id) ?? 0) + 1 / bearers.size / (this.#words.get(id) ?? 1));
    }
    const best = Math.max(0, ...scores.values());
    if (best === 0) return [];
    const found = [...scores].filter(([, score]) => score > best * 0.99).map(([id]) => id);
    return found.length > 2 ? [] : found.sort();
  }
}
