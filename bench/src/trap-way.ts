/** Traps over UDP to a whole Linewatch, one after another, until each one's incident is committed, or a webhook has told of it. */
import { createSocket } from 'node:dgram';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeInteger, encodeTrapV2c } from '@linewatch/decode';
import { createEstate } from '@linewatch/estate';
import { createLmdbQueue, queueLayout } from '@linewatch/queue';
import { createSumColumns, encodeSignalBatch, maxMessageBytes, parseAddress, topics } from '@linewatch/record';
import { createLogger, sleep } from '@linewatch/service';
import { Receiver, webhookTo } from '../../test/support/receiver.ts';
import { System } from '../../test/support/system.ts';

const linkDown = '1.3.6.1.6.3.1.1.5.3';
const ifIndexOf = '1.3.6.1.2.1.2.2.1.1';
const firstIndex = 10;
/** How often it is looked: a wait is known to this. */
const lookMs = 5;
const mostMs = 20_000;
const address = (line: number): string => `10.${line >> 16}.${(line >> 8) & 255}.${line & 255}`;

export interface WayOptions {
  readonly traps: number;
  /** Further lines, each of a router of its own, that polls tell of each minute. */
  readonly lines: number;
  /** Until a webhook was received, verified; else until the incident is committed. */
  readonly webhook: boolean;
}

/** Waits of the traps, ms. Their lines are 127.0.0.1's, by their ifIndexes from 10 on, each of a supplier of its own. */
export async function trapWay({ traps, lines, webhook }: WayOptions): Promise<number[]> {
  const system = await System.start({
    config: { queue: { signals: { partitions: 1 } }, notifier: { allowNetworks: ['127.0.0.0/8'] } },
  });
  const socket = createSocket('udp4');
  const receiver = new Receiver();
  const ending: (() => Promise<void>)[] = [];
  try {
    await importLines(system, traps, lines);
    if (lines > 0) ending.push(await keepUp(system, lines));
    let told: (trap: number) => Promise<boolean>;
    if (webhook) {
      await receiver.start();
      await subscribe(system, receiver);
      told = (trap) =>
        Promise.resolve(
          receiver.messages.some(({ data }) => data.alerts.some(({ circuit }) => circuit?.id === `c${trap}`)),
        );
    } else {
      const { postgres } = JSON.parse(readFileSync(path.join(system.dataDir, 'run/effective.json'), 'utf8')) as {
        postgres: { url: string };
      };
      const estate = createEstate({ url: postgres.url, logger: createLogger('bench', 'error') });
      ending.push(() => estate.close());
      told = async (trap) =>
        // Its state and its incident are one commit.
        (await estate.incidents.now('main')).filter(({ incident }) => incident !== null).length > trap;
    }
    // The watcher, the notifier and the collector learn of the estate within seconds.
    await sleep(lines > 0 ? 75_000 : 8000);
    const waits: number[] = [];
    for (let i = 0; i < traps; i++) {
      const index = firstIndex + i;
      const trap = encodeTrapV2c({ oid: linkDown, varbinds: [[`${ifIndexOf}.${index}`, encodeInteger(index)]] });
      const sentMs = performance.now();
      socket.send(trap, system.ports.traps, '127.0.0.1');
      while (!(await told(i))) {
        if (performance.now() - sentMs > mostMs) throw new Error(`nothing of trap ${i} in ${mostMs / 1000} s`);
        await sleep(lookMs);
      }
      waits.push(performance.now() - sentMs);
      // Anywhere in the collector's round of publishing.
      await sleep(17 + ((i * 73) % 211));
    }
    if (receiver.problems[0] !== undefined) throw new Error(receiver.problems[0]);
    return waits;
  } finally {
    socket.close();
    for (const end of ending) await end();
    await system.destroy();
    await receiver.stop();
  }
}

async function importLines(system: System, traps: number, lines: number): Promise<void> {
  const file = path.join(system.directory, 'estate.yaml');
  // Those that go down are fewer than half of their router's: else they are one incident of the router, which names fifty of them.
  const own = 2 * traps + 2;
  const all = Array.from({ length: own + lines }, (_, i) => i);
  writeFileSync(
    file,
    JSON.stringify({
      trust: { id: 'main', name: 'Bench' },
      providers: [{ id: 'p', name: 'Provider' }, ...all.slice(0, own).map((i) => ({ id: `p${i}`, name: `Net ${i}` }))],
      academies: all.map((i) => ({ id: `a${i}`, name: `School ${i}` })),
      circuits: all.map((i) => ({
        ...{ id: `c${i}`, name: `Line ${i}`, academy: `a${i}`, role: 'primary' },
        ...(i < own
          ? { provider: `p${i}`, exporter: '127.0.0.1', interface: { index: firstIndex + i } }
          : { provider: 'p', exporter: address(i - own), interface: { index: 2 } }),
      })),
    }),
  );
  const { code, err } = await system.run('import', file);
  if (code !== 0) throw new Error(err);
}

async function subscribe(system: System, receiver: Receiver): Promise<void> {
  const response = await fetch(`${system.url}/api/v1/alerts/subscriptions/bench`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(webhookTo(receiver, 'Bench')),
  });
  if (!response.ok) throw new Error(await response.text());
}

/** What a collector's polls would say, each minute: the device answers, the interface is up. */
async function keepUp(system: System, lines: number): Promise<() => Promise<void>> {
  const part = { partitions: 1, quotaBytes: 4 * 1024 ** 3, retainHours: 24 };
  const queue = createLmdbQueue({
    directory: path.join(system.dataDir, 'queue'),
    ...queueLayout({ flows: part, signals: part, diskFloorBytes: 0 }, topics),
    ...{ maxMessageBytes, instance: 'bench', logger: createLogger('bench', 'error') },
  });
  const producer = await queue.producer();
  const noSums = { columns: createSumColumns(1), rows: 0 };
  const stopping = new AbortController();
  let sequence = 0;
  const run = async (): Promise<void> => {
    for (let second = 0; !stopping.signal.aborted; second = (second + 1) % 60) {
      const timeMs = Date.now();
      const samples = Array.from({ length: lines }, (_, i) => i)
        .filter((i) => i % 60 === second)
        .flatMap((i) => {
          const of = { timeMs, exporter: parseAddress(address(i)), text: '' };
          return [
            { ...of, interface: 0, metric: 'poll.ok', value: 1 },
            { ...of, interface: 2, metric: 'interface.admin.state', value: 1 },
            { ...of, interface: 2, metric: 'interface.oper.state', value: 1 },
          ];
        });
      const header = { trust: 'main', collector: 'main', epoch: 127, sequence: sequence++ };
      await producer.append(topics.signals, 0, [{ value: encodeSignalBatch(header, noSums, samples, []) }]);
      await sleep(timeMs + 1000 - Date.now(), stopping.signal);
    }
  };
  const running = run();
  return async () => {
    stopping.abort();
    await running;
    await producer.close();
    await queue.close();
  };
}
