/** What the collector says of itself, once a second: where it listens, what it received and what became of it. */
import type { Decoder } from '@linewatch/decode';
import type { MetricName, Sample } from '@linewatch/record';
import type { Listening } from './sockets.ts';

const noAddress = new Uint8Array(16);
/** The longer account comes with each of so many beats: it is read by people, not by alarms. */
const accountEvery = 10;

export interface HeartbeatOptions {
  readonly epoch: number;
  readonly decoder: Pick<Decoder, 'counters'>;
  readonly sockets: readonly Listening[];
  /** Dropped by the kernel, by port. */
  readonly kernelDrops: () => ReadonlyMap<number, number>;
  /** Flows decoded and not queued, by reason. */
  readonly unqueued: ReadonlyMap<string, number>;
  readonly sample: (sample: Sample) => void;
  readonly now: () => number;
}

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #beats = 0;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  beat(): void {
    const { epoch, decoder, sockets, now } = this.#options;
    const timeMs = now();
    const sample = (metric: MetricName, value: number, text = ''): void =>
      this.#options.sample({ timeMs, exporter: noAddress, interface: 0, metric, value, text });
    const { datagrams, flows } = decoder.counters;
    const drops = this.#options.kernelDrops();
    sample('collector.heartbeat', epoch);
    for (const { protocol, port } of sockets) sample('collector.listening', port, protocol);
    // Counted at the sockets: each of them is to be found again in one of the three outcomes.
    sample(
      'collector.datagrams.received',
      sockets.reduce((sum, { received }) => sum + received, 0),
    );
    sample('collector.datagrams.decoded', datagrams.decoded);
    sample('collector.datagrams.held', datagrams.held);
    sample('collector.datagrams.rejected', datagrams.rejected);
    sample('collector.flows.decoded', flows);
    sample(
      'collector.datagrams.kernel_dropped',
      [...drops.values()].reduce((sum, count) => sum + count, 0),
    );
    if (this.#beats++ % accountEvery === 0) this.#account(sample, drops);
  }

  #account(
    sample: (metric: MetricName, value: number, text: string) => void,
    drops: ReadonlyMap<number, number>,
  ): void {
    const { decoder, sockets, unqueued } = this.#options;
    for (const { protocol, port, received, bufferBytes } of sockets) {
      const text = `${protocol}:${port}`;
      sample('collector.socket.received', received, text);
      sample('collector.socket.kernel_dropped', drops.get(port) ?? 0, text);
      sample('collector.socket.buffer_bytes', bufferBytes, text);
    }
    for (const [reason, count] of Object.entries(decoder.counters.losses))
      if (count > 0) sample('collector.lost', count, reason);
    for (const [reason, count] of unqueued) sample('collector.flows.unqueued', count, reason);
  }
}
