/** What of a collector probes, and what of it answers the probes of others. */
import { type Logger, type Metrics, describe } from '@linewatch/service';
import { Prober, type ProberOptions } from './prober.ts';
import { type Reflecting, openReflector, reflectorResults } from './stamp/reflector.ts';

export interface ProbesOptions extends ProberOptions {
  readonly reflector: { readonly address: string; readonly port: number; readonly allow: readonly string[] };
}

export class Probes {
  readonly #options: ProbesOptions;
  readonly #prober: Prober;
  #reflecting: Reflecting | undefined;
  #problem = '';

  constructor(options: ProbesOptions) {
    this.#options = options;
    this.#prober = new Prober(options);
  }

  /** Empty = there is none. */
  get problem(): string {
    return [this.#problem, this.#prober.problem].filter((each) => each !== '').join('; ');
  }

  async start(): Promise<void> {
    const { reflector, place, logger, metrics } = this.#options;
    // Sessions are numbered in one place.
    if (reflector.port !== 0 && place.worker === 0) await this.#reflect(metrics, logger);
    this.#prober.start();
  }

  /** A collector without it still collects. */
  async #reflect(metrics: Metrics, logger: Logger): Promise<void> {
    const { reflector, clock, time } = this.#options;
    const { address, port, allow } = reflector;
    const packets = metrics.counter('stamp_packets_reflected_total', 'Test packets that came to be reflected.', [
      'result',
    ]);
    for (const result of reflectorResults) packets.inc({ result }, 0);
    const onResult = (result: (typeof reflectorResults)[number]): void => packets.inc({ result });
    try {
      this.#reflecting = await openReflector(address, port, { clock, time, allow, onResult });
      logger.info({ port: this.#reflecting.port }, 'reflecting test packets');
    } catch (error) {
      this.#problem = describe(error);
      logger.error({ reason: this.#problem }, 'test packets are not reflected');
    }
  }

  async stop(): Promise<void> {
    await this.#reflecting?.close();
    await this.#prober.stop();
  }
}
