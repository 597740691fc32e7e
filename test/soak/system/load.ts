/** Software exporters under steady load. Each flow's next hop is its ordinal over the run: lost and doubled are told apart. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TestExporter, type TestFlow } from '../../support/exporter.ts';
import { Random } from '../random.ts';

const flowsPerDatagram = 24;
const tickMs = 50;
/** Behind by more than this, it goes on from now: a burst would be another load. */
const mostBehindMs = 1000;
const templateEveryMs = 1000;

export interface LoadOptions {
  readonly ports: { readonly netflow: number; readonly ipfix: number };
  readonly exporters: number;
  /** Flows a second, of all exporters. */
  readonly rate: number;
  readonly seed: number;
}

export interface Load {
  readonly sent: number;
  readonly running: boolean;
  pause(): Promise<void>;
  go(): void;
  close(): Promise<void>;
}

export async function startLoad({ ports, exporters, rate, seed }: LoadOptions): Promise<Load> {
  const random = new Random(seed);
  // v9 and IPFIX in turn.
  const all = await Promise.all(
    Array.from({ length: exporters }, (_, i) =>
      TestExporter.open(`127.0.0.${41 + i}`, i % 2 === 0 ? ports.netflow : ports.ipfix, i % 2 === 0 ? 9 : 10),
    ),
  );
  let ordinal = 0;
  let going: Promise<void> | undefined;
  let abort = new AbortController();

  const flow = (): TestFlow => {
    const endedMs = random.below(500);
    const inIf = random.between(1, 4);
    return {
      octets: random.between(64, 1_000_000),
      packets: random.between(1, 1000),
      inIf,
      outIf: inIf === 4 ? 1 : inIf + 1,
      id: random.u32(),
      nextHop: ++ordinal,
      agoMs: [endedMs + random.below(5000), endedMs],
    };
  };

  const send = async (signal: AbortSignal): Promise<void> => {
    const everyMs = (1000 * flowsPerDatagram) / rate;
    let due = performance.now();
    let templates = 0;
    for (let turn = 0; !signal.aborted;) {
      const now = performance.now();
      if (now >= templates) {
        for (const exporter of all) await exporter.template();
        templates = now + templateEveryMs;
      }
      due = Math.max(due, now - mostBehindMs);
      for (; due <= now; due += everyMs) {
        await all[turn++ % all.length]!.flows(Array.from({ length: flowsPerDatagram }, flow));
      }
      await sleep(tickMs);
    }
  };

  const load = {
    get sent() {
      return all.reduce((sum, exporter) => sum + exporter.sent, 0);
    },
    get running() {
      return going !== undefined;
    },
    async pause() {
      abort.abort();
      await going;
      going = undefined;
    },
    go() {
      abort = new AbortController();
      going ??= send(abort.signal);
      // Seen where it is awaited.
      going.catch(() => undefined);
    },
    async close() {
      await load.pause().finally(() => all.forEach((exporter) => exporter.close()));
    },
  };
  return load;
}
