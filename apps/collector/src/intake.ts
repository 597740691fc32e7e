/** From a socket to the decoder: finds the handle of who sent it, and holds off whoever is not taken. */
import type { Decoder, Exporter } from '@linewatch/decode';
import { formatAddress, parseAddress } from '@linewatch/record';
import { type Admission, type AdmissionRules, Admitter, isTaken } from './admission.ts';
import { Outsiders } from './outsiders.ts';

/** Addresses whose handle is at hand. */
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

export class Intake {
  readonly outsiders = new Outsiders();
  readonly #options: IntakeOptions;
  /** Of those that are taken, by the address as the socket writes it. */
  readonly #handles = new Map<string, Exporter>();
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
    this.#handles.clear();
    this.outsiders.review((text) => this.#admitter.of(parseAddress(text), text));
  }

  admissionOf({ address, text }: Pick<Exporter, 'address' | 'text'>): Admission {
    return this.#admitter.of(address, text);
  }

  /** Returns what is to be sent back to where the datagram came from. */
  take(datagram: Uint8Array, from: string, nowMs: number): Uint8Array | undefined {
    const { decoder } = this.#options;
    const exporter = this.#handles.get(from);
    if (exporter && !exporter.evicted) return this.#decode(exporter, datagram, nowMs);
    const address = parseAddress(from);
    const text = formatAddress(address);
    const admission = this.#admitter.of(address, text);
    if (isTaken(admission)) return this.#decode(this.#remember(from, address), datagram, nowMs);
    const awaiting = admission === 'awaiting';
    decoder.reject(undefined, awaiting ? 'exporter_unapproved' : 'exporter_refused', nowMs);
    this.outsiders.heard(text, awaiting ? 'awaiting' : 'refused', datagram, nowMs);
    return undefined;
  }

  #remember(from: string, address: Uint8Array): Exporter {
    const exporter = this.#options.decoder.exporter(address);
    if (this.#handles.size >= maxHandles) this.#handles.delete(this.#handles.keys().next().value!);
    this.#handles.set(from, exporter);
    return exporter;
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
