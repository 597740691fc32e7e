/** Answers the test packets of other collectors, and of whoever speaks STAMP or TWAMP Light (RFC 8762 section 4.3). */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { Networks, parseAddress } from '@linewatch/record';
import { CollectorError } from '../../sockets.ts';
import type { Clock } from '../clock.ts';
import { errorEstimate, leastOctets, mostOctets, reflect } from './packet.ts';

/** Test packets by what became of them. */
export const reflectorResults = ['answered', 'malformed', 'not_allowed', 'limited'] as const;
export type ReflectorResult = (typeof reflectorResults)[number];

export interface ReflectorOptions {
  readonly clock: Clock;
  readonly time: TimeSource;
  /** Who is answered, CIDR. */
  readonly allow: readonly string[];
  /** Numbers its answers by itself, so that the sender can tell which way a packet was lost. */
  readonly stateful?: boolean;
  readonly onResult: (result: ReflectorResult) => void;
}

/** What this machine knows of its time of day. */
export interface TimeSource {
  /** Whether something keeps it right. */
  readonly synchronised: boolean;
  /** At most so far off, ms. */
  readonly errorMs: number;
}

export const unknownTime: TimeSource = { synchronised: false, errorMs: 1000 };

/** A session ends when nothing came for so long (REFWAIT, RFC 5357 section 4.2). */
const refWaitMs = 900_000;
const maxSessions = 16_384;
/** Of one address: some tens of senders behind it. All together: a tenth of a core. */
const sourcePacketsPerS = 200;
const allPacketsPerS = 5000;
const maxSources = 4096;

/** Who may be answered how often, and under which number. Time is an argument. */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #allow: Networks;
  readonly #sessions = new Map<string, { next: number; lastMs: number }>();
  /** Answers of this second, by address. */
  readonly #sources = new Map<string, number>();
  #all = 0;
  #second = 0;

  /** @throws RangeError when a network is none */
  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#allow = new Networks(options.allow);
  }

  /** @returns the answer, never longer than the packet; nothing when there is to be none */
  take(packet: Buffer, from: Pick<RemoteInfo, 'address' | 'port'>): Buffer | undefined {
    const { clock, time, onResult, stateful = true } = this.#options;
    const receivedMs = clock.wallMs();
    const nowMs = clock.monoMs();
    const result = this.#judge(packet, from, nowMs);
    onResult(result);
    if (result !== 'answered') return undefined;
    const session = `${from.address} ${from.port} ${packet.readUInt16BE(14)}`;
    const sequence = stateful ? this.#number(session, nowMs) : undefined;
    const estimate = errorEstimate(time.errorMs, time.synchronised);
    return reflect(packet, { sequence, receivedMs, sentMs: clock.wallMs(), errorEstimate: estimate });
  }

  #judge(packet: Buffer, { address, port }: Pick<RemoteInfo, 'address' | 'port'>, nowMs: number): ReflectorResult {
    // To port 0 nothing can be sent.
    if (packet.length < leastOctets || packet.length > mostOctets || port === 0) return 'malformed';
    if (!this.#allow.has(parseAddress(address))) return 'not_allowed';
    return this.#mayAnswer(address, nowMs) ? 'answered' : 'limited';
  }

  #mayAnswer(address: string, nowMs: number): boolean {
    const second = Math.floor(nowMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#sources.clear();
      this.#all = 0;
    }
    const count = this.#sources.get(address) ?? 0;
    if (this.#all >= allPacketsPerS || count >= sourcePacketsPerS) return false;
    if (count === 0 && this.#sources.size >= maxSources) return false;
    this.#sources.set(address, count + 1);
    this.#all++;
    return true;
  }

  #number(session: string, nowMs: number): number {
    const known = this.#sessions.get(session);
    // In again at the end: who was silent longest is first.
    this.#sessions.delete(session);
    const next = known && nowMs - known.lastMs < refWaitMs ? known.next : 0;
    for (const [oldest, { lastMs }] of this.#sessions) {
      if (this.#sessions.size < maxSessions && nowMs - lastMs < refWaitMs) break;
      this.#sessions.delete(oldest);
    }
    this.#sessions.set(session, { next: (next + 1) >>> 0, lastMs: nowMs });
    return next;
  }
}

export interface Reflecting {
  readonly port: number;
  close(): Promise<void>;
}

/** @throws CollectorError when the port cannot be had */
export async function openReflector(address: string, port: number, options: ReflectorOptions): Promise<Reflecting> {
  const reflector = new Reflector(options);
  const socket: Socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new CollectorError(
          error.code === 'EADDRINUSE' ? 'port_taken' : 'port_refused',
          `UDP port ${port} (STAMP) cannot be bound: ${error.message}; set collector.reflector.port`,
        ),
      ),
    );
    socket.bind(port, address, resolve);
  });
  socket.removeAllListeners('error');
  // An answer that cannot be sent is one that is lost.
  socket.on('error', () => undefined);
  socket.setTTL(255);
  socket.on('message', (packet, from) => {
    const answer = reflector.take(packet, from);
    if (answer) socket.send(answer, from.port, from.address, () => undefined);
  });
  return {
    port: socket.address().port,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
