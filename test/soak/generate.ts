/** An endless stream of valid datagrams of many exporters, with the rows expected of each. A seed repeats it. */
import { mapped } from './aspects.ts';
import { type Generated, SimulatedExporter } from './exporter.ts';
import { Random } from './random.ts';
import { SimulatedAgent } from './sflow.ts';

export type { Generated } from './exporter.ts';

/** Exporters come and go: each is replaced by another after about this many datagrams of all. */
const lifetime = 40_000;

export interface GenerateOptions {
  readonly seed: number;
  readonly exporters?: number;
  /** In good order, with what every collector reads: to compare with others. */
  readonly plain?: boolean;
  /** Our clock at the first datagram. */
  readonly fromMs?: number;
}

export function* generate({
  seed,
  exporters = 16,
  plain = false,
  fromMs = Date.UTC(2026, 0, 5, 9),
}: GenerateOptions): Generator<Generated, never> {
  const random = new Random(seed);
  let addresses = 0;
  const create = (): SimulatedExporter | SimulatedAgent => {
    addresses++;
    const address = Uint8Array.of(10, addresses >> 16, addresses >> 8, addresses);
    // Every fourth is an agent of sFlow, which needs no good order.
    return addresses % 4 === 0 && !plain
      ? new SimulatedAgent(random, mapped(address))
      : new SimulatedExporter(random, mapped(address), plain);
  };
  const pool = Array.from({ length: exporters }, create);
  let now = fromMs;
  for (;;) {
    now += random.below(20);
    const at = random.below(pool.length);
    if (random.chance(pool.length / lifetime)) {
      const leaving = pool[at]!;
      if (leaving instanceof SimulatedExporter) yield* leaving.last(now);
      pool[at] = create();
    }
    yield pool[at]!.next(now);
  }
}

/** The first `count`. */
export function generateSome(count: number, options: GenerateOptions): Generated[] {
  const stream = generate(options);
  return Array.from({ length: count }, () => stream.next().value);
}
