/** From a socket to the decoder: finds the handle of who sent it, and holds off whoever is not taken. */
import { randomInt } from 'node:crypto';
import type { Decoder, Exporter } from '@linewatch/decode';
import { formatAddress, parseAddress } from '@linewatch/record';
import { type Admission, type AdmissionRules, Admitter, isTaken } from './admission.ts';
import { Outsiders } from './outsiders.ts';

/** Addresses whose handle is at hand; a power of two. */
const maxHandles = 8192;
/** Exporters of one minute that are news. Made-up addresses push each other out of the decoder and come again. */
const maxHeard = 1000;
const minuteMs = 60_000;

export interface IntakeOptions {
  readonly decoder: Decoder;
  readonly rules: AdmissionRules;
  /** The first flows of an exporter were read; not called for all when there are very many. */
  readonly onHeard: (exporter: Exporter) => void;
}

const isSame = (a: Uint32Array, b: Uint32Array): boolean =>
  a[3] === b[3] && a[2] === b[2] && a[1] === b[1] && a[0] === b[0];

export class Intake {
  readonly outsiders = new Outsiders();
  readonly #options: IntakeOptions;
  /** Of those that are taken, by a hash of the address; where two have one place, the later. */
  readonly #handles = new Array<Exporter | undefined>(maxHandles).fill(undefined);
  /** Nobody can choose addresses that share a place. */
  readonly #seed = randomInt(2 ** 32);
  #admitter: Admitter;
  #heard = 0;
  #heardSinceMs = 0;

  /** @throws RangeError when an allowed network is none. */
  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#admitter = new Admitter(options.rules);
  }

  /** Takes new rules, from the next datagram on. @throws RangeError when an allowed network is none; the old ones stay. */
  use(rules: AdmissionRules): void {
    this.#admitter = new Admitter(rules);
    this.#handles.fill(undefined);
    this.outsiders.review((text) => this.#admitter.of(parseAddress(text), text));
  }

  admissionOf({ address, text }: Pick<Exporter, 'address' | 'text'>): Admission {
    return this.#admitter.of(address, text);
  }

  /**
   * `from` is the 16 octets of the sender's address as four words; neither is kept. Returns what is to be sent back to where
   * the datagram came from.
   */
  take(datagram: Uint8Array, from: Uint32Array, nowMs: number): Uint8Array | undefined {
    const place = this.#placeOf(from);
    const exporter = this.#handles[place];
    if (exporter && !exporter.evicted && isSame(exporter.words, from)) return this.#decode(exporter, datagram, nowMs);
    const address = new Uint8Array(Uint32Array.from(from).buffer);
    const text = formatAddress(address);
    const admission = this.#admitter.of(address, text);
    const { decoder } = this.#options;
    if (isTaken(admission)) {
      const taken = decoder.exporter(address);
      this.#handles[place] = taken;
      return this.#decode(taken, datagram, nowMs);
    }
    const awaiting = admission === 'awaiting';
    decoder.reject(undefined, awaiting ? 'exporter_unapproved' : 'exporter_refused', nowMs);
    this.outsiders.heard(text, awaiting ? 'awaiting' : 'refused', datagram, nowMs);
    return undefined;
  }

  #placeOf(words: Uint32Array): number {
    let hash = this.#seed;
    for (let i = 0; i < 4; i++) {
      hash = Math.imul(hash ^ words[i]!, 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    return hash & (maxHandles - 1);
  }

  #decode(exporter: Exporter, datagram: Uint8Array, nowMs: number): Uint8Array | undefined {
    const flowsBefore = exporter.flows;
    const reply = this.#options.decoder.decode(exporter, datagram, nowMs);
    // Whoever sends something readable; not every address that a datagram claims to come from.
    if (flowsBefore === 0 && exporter.flows > 0 && this.#isNews(nowMs)) this.#options.onHeard(exporter);
    return reply;
  }

  #isNews(nowMs: number): boolean {
    if (Math.abs(nowMs - this.#heardSinceMs) >= minuteMs) [this.#heardSinceMs, this.#heard] = [nowMs, 0];
    return this.#heard++ < maxHeard;
  }
}
