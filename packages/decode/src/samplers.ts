/** The sampling rates that an exporter stated for one observation domain. */

export class Samplers {
  /** By sampler id (elements 48, 302); whichever length the id is sent in. */
  readonly byId = new Map<number, number>();
  readonly byTemplate = new Map<number, number>();
  /** How many samplers have each rate. */
  readonly #rates = new Map<number, number>();
  /** Stated without a sampler or template; 0 = never. */
  domainRate = 0;
  /** A data template of this domain names samplers: those that do not are unsampled. */
  named = false;
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps a rate; returns how many old ones it pushed out. */
  state(rate: number, sampler: number, template: number): number {
    if (sampler >= 0) {
      this.#count(this.byId.get(sampler), -1);
      this.#count(rate, 1);
      const oldest = this.byId.values().next().value;
      const evicted = put(this.byId, sampler, rate, this.#limit);
      if (evicted > 0) this.#count(oldest, -1);
      return evicted;
    }
    if (template >= 0) return put(this.byTemplate, template, rate, this.#limit);
    this.domainRate = rate;
    return 0;
  }

  /** Rate for a record that names a sampler: negative when assumed. Id 0 is Cisco's "not sampled". */
  readonly rateOf = (id: number): number => {
    const rate = this.byId.get(id);
    if (rate !== undefined) return rate;
    if (this.domainRate > 0) return this.domainRate;
    return id === 0 && this.byId.size > 0 ? 1 : -1;
  };

  /** Rate for the records of a template that names no sampler: negative when assumed. */
  rateOfTemplate(template: number): number {
    const rate = this.byTemplate.size > 0 ? this.byTemplate.get(template) : undefined;
    if (rate !== undefined) return rate;
    if (this.domainRate > 0) return this.domainRate;
    if (this.byId.size === 0) return -1;
    if (this.named) return 1;
    // Nothing tells which sampler: only an only one, or equal ones, can be meant.
    return this.#rates.size === 1 ? (this.#rates.keys().next().value ?? -1) : -1;
  }

  #count(rate: number | undefined, change: number): void {
    if (rate === undefined) return;
    const count = (this.#rates.get(rate) ?? 0) + change;
    if (count > 0) this.#rates.set(rate, count);
    else this.#rates.delete(rate);
  }
}

function put(map: Map<number, number>, key: number, value: number, limit: number): number {
  map.set(key, value);
  if (map.size <= limit) return 0;
  map.delete(map.keys().next().value ?? key);
  return 1;
}
