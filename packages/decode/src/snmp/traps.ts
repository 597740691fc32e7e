/** SNMP traps and informs: v1 (RFC 1157), v2c (RFC 3416), v3 (RFC 3412, 3414). */
import type { Event } from '@linewatch/record';
import type { Exporter } from '../exporter.ts';
import { lose } from '../losses.ts';
import type { Counters, Limits, LossReason } from '../port.ts';

/** A v3 user (RFC 3414). A user without `auth` is noAuthNoPriv; what is less protected than configured is refused. */
export interface TrapUser {
  readonly name: string;
  readonly auth?: {
    readonly protocol: 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
    readonly password: string;
  };
  readonly priv?: { readonly protocol: 'des' | 'aes128' | 'aes192' | 'aes256'; readonly password: string };
}

/** Whose traps are taken. */
export interface TrapOptions {
  /** v1 and v2c; `undefined` takes any (for captures). */
  readonly communities?: readonly string[] | undefined;
  readonly users?: readonly TrapUser[];
  /** Our authoritative engine, for informs: its id and how often it has started (RFC 3414 section 2.2). */
  readonly engine?: { readonly id: Uint8Array; readonly boots: number; readonly startedMs: number };
}

export interface TrapParts extends TrapOptions {
  readonly limits: Limits;
  readonly counters: Counters;
  readonly emit: (event: Event) => void;
}

export interface TrapOutcome {
  readonly outcome: LossReason | 'decoded';
  /** To be sent back to where the message came from. */
  readonly reply: Uint8Array | undefined;
}

export class TrapReader {
  readonly #parts: TrapParts;

  constructor(parts: TrapParts) {
    this.#parts = parts;
  }

  configure(_options: TrapOptions): void {
    // Next.
  }

  read(exporter: Exporter, _datagram: Uint8Array, _nowMs: number): TrapOutcome {
    lose(this.#parts.counters, exporter, 'trap_malformed');
    return { outcome: 'trap_malformed', reply: undefined };
  }
}
