import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Circuit, Snapshot } from '@linewatch/estate';
import { type Message, type Producer, type Queue, createLmdbQueue, queueLayout } from '@linewatch/queue';
import { Probing, decodeState, encodeState, topics } from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { publishControl } from './control.ts';
import { type ProbeSettings, nextChangeMs, targetsOf } from './probing.ts';

const logger = createLogger('test', 'silent');
const settings: ProbeSettings = { everyMs: 30_000, timeoutMs: 1500, packets: 5, allow: [], deny: ['192.0.2.0/24'] };

const circuit = (slug: string, probe: string | null, more: Partial<Circuit> = {}): Circuit =>
  ({ slug, probe, trust: 1, collector: 'main', validFromMs: null, validToMs: null, ...more }) as Circuit;
const estateOf = (...circuits: Circuit[]): Snapshot =>
  ({
    trusts: [
      { id: 1, label: 'north' },
      { id: 2, label: 'south' },
    ],
    circuits,
  }) as unknown as Snapshot;

function targets(snapshot: Snapshot, nowMs = 1000) {
  const wrong: string[] = [];
  const found = targetsOf(snapshot, 'north', nowMs, (about, reason) => wrong.push(`${about}: ${reason}`));
  return { found: Object.fromEntries(found), wrong };
}

describe('what collectors are to probe', () => {
  it("is the circuits' targets, each once, from the vantage point that it names or the circuit's own", () => {
    const { found, wrong } = targets(
      estateOf(
        circuit('a', '10.0.0.1 tcp://b:22#hub'),
        circuit('b', '10.0.0.2 icmp://10.0.0.1', { collector: 'branch' }),
        circuit('c', '10.0.0.1#hub 10.0.0.1'),
        circuit('d', null),
        circuit('e', '10.9.9.9', { trust: 2 }),
      ),
    );
    expect(wrong).toEqual([]);
    expect(found).toEqual({
      main: ['icmp://10.0.0.1'],
      hub: ['icmp://10.0.0.1', 'tcp://b:22'],
      branch: ['icmp://10.0.0.1', 'icmp://10.0.0.2'],
    });
  });

  it('is what is wrong left out, and said', () => {
    const { found, wrong } = targets(estateOf(circuit('a', '10.0.0.1'), circuit('b', '10.0.0.2 http://u:p@c/')));
    expect(found).toEqual({ main: ['icmp://10.0.0.1'] });
    expect(wrong).toEqual([expect.stringMatching(/^b: .*a name and password have no place/)]);
  });

  it('begins and ends with the circuit, whose next edge is known', () => {
    const snapshot = estateOf(
      circuit('a', '10.0.0.1', { validToMs: 2000 }),
      circuit('b', '10.0.0.2', { validFromMs: 2000, validToMs: 3000 }),
      circuit('no-probe', null, { validFromMs: 1500 }),
    );
    const at = (nowMs: number) => targets(snapshot, nowMs).found['main'];
    expect([1999, 2000, 2999, 3000].map(at)).toEqual([
      ['icmp://10.0.0.1'],
      ['icmp://10.0.0.2'],
      ['icmp://10.0.0.2'],
      undefined,
    ]);
    expect([1000, 2000, 3000].map((nowMs) => nextChangeMs(snapshot, nowMs))).toEqual([2000, 3000, Infinity]);
  });
});

describe('publication of probes', () => {
  let directory: string;
  let queue: Queue;
  let producer: Producer;
  let seen: Message[];
  const stops: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-probing-'));
    const part = { partitions: 1, quotaBytes: 64 * 1024 * 1024, retainHours: 1 };
    const layout = queueLayout({ flows: part, signals: part, diskFloorBytes: 0 }, topics);
    queue = createLmdbQueue({ directory, ...layout, maxMessageBytes: 1024 * 1024, logger });
    producer = await queue.producer();
    seen = [];
    const tail = await queue.tail({
      topic: topics.state,
      from: 'oldest',
      onMessages: (_partition, messages) => void seen.push(...messages.filter(({ key }) => key.startsWith('probes/'))),
      onError: () => undefined,
    });
    stops.push(() => tail.close());
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
    await producer.close();
    await queue.close();
    rmSync(directory, { recursive: true, force: true });
  });

  function publish(snapshot: Snapshot) {
    const state = { snapshot, changed: (): unknown => undefined };
    const estate = {
      watch: (onChange: () => Promise<void>) => {
        state.changed = onChange;
        void onChange();
        return { stop: () => Promise.resolve() };
      },
      snapshot: () => Promise.resolve(state.snapshot),
      records: { list: () => Promise.resolve([]) },
    } as unknown as Parameters<typeof publishControl>[0]['estate'];
    const controlOf = () => ({
      allow: [],
      admission: 'open' as const,
      polling: { everyMs: 60_000, timeoutMs: 1000, retries: 1, targets: [] },
      secrets: { traps: [], polling: [] },
    });
    const stopping = new AbortController();
    const source = { trust: 'north', fingerprintKey: Buffer.alloc(32), controlOf, probes: settings };
    const what = { queue, producer, sources: [source], estate, onForeignKey: () => undefined, logger };
    const running = publishControl(what, stopping.signal);
    const stop = (): Promise<void> => {
      stopping.abort();
      return running;
    };
    stops.push(stop);
    return { state, stop };
  }
  const appears = (collector: string): Promise<void> =>
    producer.append(topics.state, 0, [
      { key: `key/north/${collector}`, value: encodeState({ publicKey: publicKey() }) },
    ]);
  const publicKey = (): string => 'MCowBQYDK2VuAyEAAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=';
  const until = (count: number) => vi.waitFor(() => expect(seen).toHaveLength(count), { timeout: 5000 });
  const told = (i: number): Probing => decodeState(Probing, seen[i]!.value);

  it('tells each collector of its own, again when they change, and none that never had any', async () => {
    await appears('main');
    await appears('hub');
    await appears('idle');
    const { state, stop } = publish(estateOf(circuit('a', '10.0.0.1 10.0.0.9#hub')));
    await until(2);
    expect(Object.fromEntries(seen.map(({ key }, i) => [key, told(i)]))).toEqual({
      'probes/north/main': { ...settings, targets: ['icmp://10.0.0.1'] },
      'probes/north/hub': { ...settings, targets: ['icmp://10.0.0.9'] },
    });
    state.snapshot = estateOf(circuit('a', '10.0.0.9#hub'));
    await state.changed();
    await until(3);
    expect([seen[2]!.key, told(2).targets]).toEqual(['probes/north/main', []]);

    // The next writer knows what was told.
    await stop();
    const next = publish(estateOf(circuit('a', '10.0.0.9#hub 10.0.0.8#late')));
    await appears('late');
    await until(4);
    expect([seen[3]!.key, told(3).targets]).toEqual(['probes/north/late', ['icmp://10.0.0.8']]);
    await next.stop();
  });
});
