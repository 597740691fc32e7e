import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export { Counter, Gauge, Histogram, Registry };

/**
 * The metrics of one component. Names are `linewatch_<component>_<noun>_<unit>[_total]` in base units; the prefix is put
 * before the name given here.
 */
export class Metrics {
  readonly registry = new Registry();
  readonly #prefix: string;

  constructor(component: string) {
    this.#prefix = `linewatch_${component}_`;
  }

  /** `collect` is called at each scrape. */
  counter<L extends string = never>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    collect?: (counter: Counter<L>) => void | Promise<void>,
  ): Counter<L> {
    return new Counter<L>(this.#options<L, Counter<L>>(name, help, labelNames, collect));
  }

  /** `collect` is called at each scrape. */
  gauge<L extends string = never>(
    name: string,
    help: string,
    labelNames: readonly L[] = [],
    collect?: (gauge: Gauge<L>) => void | Promise<void>,
  ): Gauge<L> {
    return new Gauge<L>(this.#options<L, Gauge<L>>(name, help, labelNames, collect));
  }

  #options<L extends string, Metric>(
    name: string,
    help: string,
    labelNames: readonly L[],
    collect: ((metric: Metric) => void | Promise<void>) | undefined,
  ) {
    return {
      name: this.#prefix + name,
      help,
      labelNames,
      registers: [this.registry],
      ...(collect && {
        async collect(this: Metric) {
          await collect(this);
        },
      }),
    };
  }

  histogram<L extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: readonly L[] = [],
  ): Histogram<L> {
    return new Histogram<L>({ name: this.#prefix + name, help, buckets, labelNames, registers: [this.registry] });
  }

  /** Memory and CPU of this process, read at each scrape. */
  process(): void {
    this.gauge('process_resident_memory_bytes', 'Resident memory of the process.', [], (g) =>
      g.set(process.memoryUsage.rss()),
    );
    this.gauge('process_cpu_seconds', 'CPU time the process has used.', [], (g) => {
      const { user, system } = process.cpuUsage();
      g.set((user + system) / 1e6);
    });
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
