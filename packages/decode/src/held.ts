/** Sets that came before their template: kept as octets, with what their message's header said. */
import type { Domain, Exporter } from './exporter.ts';
import { lose } from './losses.ts';
import type { Counters, Limits } from './port.ts';

/** Charged for each beside its octets. */
const overhead = 128;

export interface Held {
  readonly exporter: Exporter;
  readonly domain: Domain;
  readonly template: number;
  readonly octets: Uint8Array;
  readonly receivedMs: number;
  readonly exportedMs: number;
  readonly uptimeMs: number;
}

const charge = (held: Held): number => held.octets.length + overhead;

/** All held sets, oldest first, within their bounds. */
export class HeldSets {
  readonly #all = new Set<Held>();
  readonly #limits: Limits;
  readonly #counters: Counters;
  #octets = 0;

  constructor(limits: Limits, counters: Counters) {
    this.#limits = limits;
    this.#counters = counters;
  }

  get octets(): number {
    return this.#octets;
  }

  /** False when it is over the bound by itself. */
  add(held: Held): boolean {
    const { heldOctets, heldOctetsPerExporter } = this.#limits;
    const { exporter, domain } = held;
    const octets = charge(held);
    if (octets > Math.min(heldOctets, heldOctetsPerExporter)) {
      lose(this.#counters, exporter, 'held_evicted');
      return false;
    }
    while (exporter.heldOctets + octets > heldOctetsPerExporter && this.#evict(exporter.held));
    while (this.#octets + octets > heldOctets && this.#evict(this.#all));
    this.#all.add(held);
    exporter.held.add(held);
    exporter.heldOctets += octets;
    this.#octets += octets;
    const waiting = domain.waiting.get(held.template);
    if (waiting) waiting.push(held);
    else domain.waiting.set(held.template, [held]);
    this.#counters.setsHeld++;
    return true;
  }

  /** Takes out what awaits this template, oldest first. */
  release(domain: Domain, template: number): readonly Held[] {
    const waiting = domain.waiting.get(template);
    if (waiting === undefined) return [];
    domain.waiting.delete(template);
    for (const held of waiting) this.#forget(held);
    return waiting;
  }

  expire(nowMs: number): void {
    if (this.#all.size === 0) return;
    for (const held of this.#all) {
      if (held.receivedMs + this.#limits.heldMs >= nowMs) return;
      this.#drop(held);
      lose(this.#counters, held.exporter, 'held_expired');
    }
  }

  /** Drops all of an exporter's, or of one of its domains. */
  dropAll(sets: Iterable<Held>): void {
    for (const held of [...sets]) {
      this.#drop(held);
      lose(this.#counters, held.exporter, 'held_evicted');
    }
  }

  #evict(from: Set<Held>): boolean {
    for (const oldest of from) {
      this.#drop(oldest);
      lose(this.#counters, oldest.exporter, 'held_evicted');
      return true;
    }
    return false;
  }

  #drop(held: Held): void {
    const waiting = held.domain.waiting.get(held.template);
    if (waiting) {
      const at = waiting.indexOf(held);
      if (at >= 0) waiting.splice(at, 1);
      if (waiting.length === 0) held.domain.waiting.delete(held.template);
    }
    this.#forget(held);
  }

  #forget(held: Held): void {
    if (!this.#all.delete(held)) return;
    held.exporter.held.delete(held);
    held.exporter.heldOctets -= charge(held);
    this.#octets -= charge(held);
  }
}
