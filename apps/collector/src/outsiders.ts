/**
 * Who sends and is not taken: addresses that await approval, and those that are refused. Anyone can claim to be any
 * address, so both lists are short, and whoever is heard again and again stays in them.
 */

import { giveWay } from './second-chance.ts';

/** Names of protocols as in a status; see `peekProtocol`. */
type Protocol = '5' | '9' | '10' | '105' | 'snmp';

export interface Outsider {
  readonly text: string;
  readonly why: 'awaiting' | 'refused';
  datagrams: number;
  lastMs: number;
  /** Our clock, when each protocol's header was last seen. Nothing behind the header is read. */
  readonly versions: Map<Protocol, number>;
  /** Heard again since the last search for one to give way. */
  used: boolean;
}

/** By the first octets alone; undefined when it is none of ours. */
function peekProtocol(datagram: Uint8Array): Protocol | undefined {
  if (datagram.length < 4) return undefined;
  if (datagram[0] === 0x30) return 'snmp';
  if (datagram[0] !== 0) return undefined;
  switch (datagram[1]) {
    case 5:
      return '5';
    case 9:
      return '9';
    case 10:
      return '10';
    case 0:
      return datagram[2] === 0 && datagram[3] === 5 ? '105' : undefined;
    default:
      return undefined;
  }
}

/** Most that are listed of those outside the allowed networks, and of those that await approval. */
const limits = { awaiting: 256, refused: 64 } as const;

export class Outsiders {
  readonly #lists = { awaiting: new Map<string, Outsider>(), refused: new Map<string, Outsider>() };

  *all(): Generator<Outsider> {
    yield* this.#lists.awaiting.values();
    yield* this.#lists.refused.values();
  }

  get(text: string): Outsider | undefined {
    return this.#lists.awaiting.get(text) ?? this.#lists.refused.get(text);
  }

  /** What carries no known header is not listed. */
  heard(text: string, why: 'awaiting' | 'refused', datagram: Uint8Array, nowMs: number): void {
    const list = this.#lists[why];
    let outsider = list.get(text);
    const protocol = peekProtocol(datagram);
    if (!outsider) {
      if (protocol === undefined) return;
      if (list.size >= limits[why]) giveWay(list);
      outsider = { text, why, datagrams: 0, lastMs: nowMs, versions: new Map(), used: false };
      list.set(text, outsider);
    } else outsider.used = true;
    outsider.datagrams++;
    outsider.lastMs = nowMs;
    if (protocol !== undefined) outsider.versions.set(protocol, nowMs);
  }

  /** Forgets those of whom something else holds now. */
  review(admissionOf: (text: string) => string): void {
    for (const [why, list] of Object.entries(this.#lists))
      for (const text of list.keys()) if (admissionOf(text) !== why) list.delete(text);
  }
}
