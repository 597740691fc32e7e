/** The sender of one STAMP session, over a socket of its own: its port is half of what names the session. */
import { type Socket, createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { sleep } from '@linewatch/service';
import type { Clock } from '../clock.ts';
import { type Outcome, failureOf } from '../outcome.ts';
import type { TimeSource } from './reflector.ts';
import { type Heard, type Now, Session } from './session.ts';

export interface SenderOptions {
  readonly address: string;
  readonly port: number;
  readonly clock: Clock;
  readonly time: TimeSource;
  readonly onHeard: (heard: Heard) => void;
}

export interface RunOptions {
  readonly packets: number;
  readonly spacingMs: number;
  /** After the last packet. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export class Sender {
  readonly #options: SenderOptions;
  #session = new Session();
  #socket: Socket | undefined;
  #closed = false;
  /** What the network, or this machine, said of the socket since the run began. */
  #trouble: unknown;
  #onComplete: (() => void) | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** One run at a time. Never rejects. */
  async run({ packets, spacingMs, timeoutMs, signal }: RunOptions): Promise<Outcome> {
    this.#trouble = undefined;
    try {
      this.#socket ??= await this.#open();
    } catch (error) {
      return failureOf(error);
    }
    const session = this.#session;
    session.begin();
    for (let i = 0; i < packets && !signal.aborted; i++) {
      if (i > 0) await sleep(spacingMs, signal);
      this.#send();
    }
    if (!session.isComplete) await this.#complete(timeoutMs, signal);
    const figures = session.end();
    if (figures.rttsMs.length > 0) return { is: 'packets', packets: figures };
    // Its own address may be one that this machine no longer has: the next run begins another session.
    this.#drop();
    const failure: Outcome =
      this.#trouble === undefined ? { is: 'failed', reason: 'timeout' } : failureOf(this.#trouble);
    return failure.is === 'failed' ? { ...failure, sent: figures.sent } : failure;
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#session = new Session();
    socket?.close();
  }

  #now(): Now {
    const { clock, time } = this.#options;
    return { wallMs: clock.wallMs(), monoMs: clock.monoMs(), synchronised: time.synchronised, errorMs: time.errorMs };
  }

  #send(): void {
    this.#socket?.send(this.#session.send(this.#now()), (error) => {
      if (error) this.#trouble = error;
    });
  }

  async #complete(timeoutMs: number, signal: AbortSignal): Promise<void> {
    const done = new AbortController();
    this.#onComplete = () => done.abort();
    await sleep(timeoutMs, AbortSignal.any([signal, done.signal]));
    this.#onComplete = undefined;
  }

  async #open(): Promise<Socket> {
    const { address, port, onHeard } = this.#options;
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        // Connected: the kernel takes answers of the reflector only, and tells when there is nobody.
        socket.connect(port, address, resolve);
      });
      if (this.#closed) throw new Error('the target was left');
    } catch (error) {
      socket.close();
      throw error;
    }
    socket.removeAllListeners('error');
    socket.on('error', (error) => (this.#trouble = error));
    socket.setTTL(255);
    socket.on('message', (packet) => {
      onHeard(this.#session.hear(packet, this.#now()));
      if (this.#session.isComplete) this.#onComplete?.();
    });
    return socket;
  }
}
