import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Message, type Producer, type Queue, createLmdbQueue, queueLayout } from '@linewatch/queue';
import { Control, Secrets, decodeState, encodeState, open, topics } from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ControlSource, type PlainControl, publishControl } from './control.ts';

const logger = createLogger('test', 'silent');
const collectorKey = () => {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  return { privateKey, publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') };
};
const probes = { everyMs: 60_000, timeoutMs: 1000, packets: 5, allow: [], deny: [] };
const plain = (community: string): PlainControl => ({
  allow: [],
  admission: 'open',
  polling: { everyMs: 60_000, timeoutMs: 1000, retries: 1, targets: [] },
  secrets: { traps: [{ name: 'a', community }], polling: [] },
});

describe('publication of control', () => {
  let directory: string;
  let queue: Queue;
  let producer: Producer;
  let seen: Message[];
  let foreign = 0;
  const stops: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-control-'));
    const part = { partitions: 1, quotaBytes: 64 * 1024 * 1024, retainHours: 1 };
    const layout = queueLayout({ flows: part, signals: part, diskFloorBytes: 0 }, topics);
    queue = createLmdbQueue({ directory, ...layout, maxMessageBytes: 1024 * 1024, logger });
    producer = await queue.producer();
    seen = [];
    foreign = 0;
    const tail = await queue.tail({
      topic: topics.state,
      from: 'oldest',
      onMessages: (_partition, messages) => void seen.push(...messages.filter(({ key }) => key.startsWith('control/'))),
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

  /** As one writer that leads does. */
  function publish(
    control: PlainControl,
    fingerprintKey = Buffer.alloc(32, 1),
    asked: () => void = () => undefined,
  ): () => Promise<void> {
    const stopping = new AbortController();
    const controlOf = (): PlainControl => {
      asked();
      return control;
    };
    return run([{ trust: 'main', fingerprintKey, controlOf, probes }], stopping);
  }
  function run(
    sources: readonly ControlSource[],
    stopping = new AbortController(),
    estate?: Parameters<typeof publishControl>[0]['estate'],
  ): () => Promise<void> {
    const onForeignKey = (): void => {
      foreign++;
    };
    const running = publishControl({ queue, producer, sources, estate, onForeignKey, logger }, stopping.signal);
    const stop = (): Promise<void> => {
      stopping.abort();
      return running;
    };
    stops.push(stop);
    return stop;
  }
  const tell = (key: string, value: object | string): Promise<void> =>
    producer.append(topics.state, 0, [
      { key, value: typeof value === 'string' ? Buffer.from(value) : encodeState(value) },
    ]);
  const until = (count: number) => vi.waitFor(() => expect(seen).toHaveLength(count), { timeout: 5000 });

  it('works out nothing when collectors tell of exporters', async () => {
    let asked = 0;
    publish(plain('a'), undefined, () => {
      asked++;
    });
    await tell('key/main/north', { publicKey: collectorKey().publicKey });
    await until(1);
    for (let i = 0; i < 50; i++) {
      await tell(`exporter/main/north/192.0.2.${i}`, {});
      await sleep(5);
    }
    await tell('key/main/south', { publicKey: collectorKey().publicKey });
    await until(2);
    expect(asked).toBeLessThan(20);
  });

  it('seals to the key of each collector of the trust, whenever that appears', async () => {
    const north = collectorKey();
    const south = collectorKey();
    await tell('key/main/north', { publicKey: north.publicKey });
    await tell('key/other/east', { publicKey: south.publicKey });
    publish(plain('only-for-them'));
    await until(1);
    await tell('key/main/south', { publicKey: south.publicKey });
    await until(2);
    for (const [i, { privateKey }] of [north, south].entries()) {
      const control = decodeState(Control, seen[i]!.value);
      expect(decodeState(Secrets, open(privateKey, control.sealed))).toEqual(plain('only-for-them').secrets);
      expect(Buffer.from(seen[i]!.value).includes('only-for-them')).toBe(false);
    }
    expect(seen.map(({ key }) => key)).toEqual(['control/main/north', 'control/main/south']);
  });

  it("tells the collectors of each trust from that trust's own, whatever labels they have in common", async () => {
    const keys = { north: collectorKey(), south: collectorKey() };
    for (const [trust, { publicKey }] of Object.entries(keys)) await tell(`key/${trust}/main`, { publicKey });
    await tell('key/west/main', { publicKey: collectorKey().publicKey });
    const fingerprintKey = Buffer.alloc(32, 1);
    run(['north', 'south'].map((trust) => ({ trust, fingerprintKey, probes, controlOf: () => plain(`of ${trust}`) })));
    await until(2);
    for (const trust of ['north', 'south'] as const) {
      const { value } = seen.find(({ key }) => key === `control/${trust}/main`)!;
      const { sealed } = decodeState(Control, value);
      expect(decodeState(Secrets, open(keys[trust].privateKey, sealed))).toEqual(plain(`of ${trust}`).secrets);
    }
    // One that nothing is configured of is told nothing.
    await tell('key/south/later', { publicKey: keys.south.publicKey });
    await until(3);
    expect(seen.map(({ key }) => key).sort()).toEqual([
      'control/north/main',
      'control/south/later',
      'control/south/main',
    ]);
  });

  it('seals to the keys that the configuration names, and to no other that comes', async () => {
    const [north, thief] = [collectorKey(), collectorKey()];
    const pinned = new Map([['north', north.publicKey]]);
    const polling = {
      ...plain('a').polling,
      heard: 'a',
      targets: [{ address: '192.0.2.1', port: 161, credential: 'a' }],
    };
    const controlOf = (): PlainControl => ({ ...plain('secret'), allow: ['192.0.2.0/24'], polling });
    run([{ trust: 'main', fingerprintKey: Buffer.alloc(32, 1), controlOf, probes, pinned }]);
    // It need not have come yet.
    await until(1);
    await tell('key/main/north', { publicKey: north.publicKey });
    expect(foreign).toBe(0);
    await tell('key/main/north', { publicKey: thief.publicKey });
    await vi.waitFor(() => expect(foreign).toBe(1));
    await tell('key/main/north', '');
    await tell('key/main/made-up', { publicKey: thief.publicKey });
    await until(2);
    expect(foreign).toBe(2);
    expect(seen.map(({ key }) => key)).toEqual(['control/main/north', 'control/main/made-up']);
    const [told, untold] = seen.map(({ value }) => decodeState(Control, value)) as [Control, Control];
    expect(decodeState(Secrets, open(north.privateKey, told.sealed))).toEqual(plain('secret').secrets);
    expect(() => open(thief.privateKey, told.sealed)).toThrow();
    expect(untold).toMatchObject({ allow: ['192.0.2.0/24'], sealed: '', polling: { targets: [] } });
    expect(untold.polling.heard).toBeUndefined();
  });

  it('tells nothing before the estate was read, then what it adds to whom it concerns, and follows its changes', async () => {
    const north = collectorKey();
    const south = collectorKey();
    await tell('key/main/north', { publicKey: north.publicKey });
    await tell('key/main/south', { publicKey: south.publicKey });
    let changed: () => void | Promise<void> = () => undefined;
    let exporters = [{ values: { address: '192.0.2.7', collector: 'north', credential: 'wan' } }];
    const estate = {
      watch: (onChange: () => void | Promise<void>) => {
        changed = onChange;
        return { stop: () => Promise.resolve() };
      },
      snapshot: () => Promise.resolve({ trusts: [], circuits: [] }),
      records: {
        list: () => Promise.resolve(exporters),
        secret: () => Promise.resolve({ id: 'wan', community: 'only-for-north' }),
      },
    } as unknown as Parameters<typeof publishControl>[0]['estate'];
    const controlOf = (): PlainControl => plain('configured');
    run([{ trust: 'main', fingerprintKey: Buffer.alloc(32, 1), controlOf, probes }], undefined, estate);
    await sleep(300);
    expect(seen).toEqual([]);

    await changed();
    await until(2);
    const told = (i: number, { privateKey }: { privateKey: string | object }) => {
      const control = decodeState(Control, seen[i]!.value);
      return { control, secrets: decodeState(Secrets, open(privateKey as never, control.sealed)) };
    };
    expect(told(0, north).control.polling.targets).toEqual([{ address: '192.0.2.7', port: 161, credential: 'wan' }]);
    expect(told(0, north).secrets.polling).toEqual([{ name: 'wan', community: 'only-for-north' }]);
    expect(told(0, north).secrets.traps).toContainEqual({ name: 'wan', community: 'only-for-north' });
    expect(told(1, south).secrets).toEqual(plain('configured').secrets);

    exporters = [];
    await changed();
    await until(3);
    expect(seen[2]!.key).toBe('control/main/north');
    expect(told(2, north).secrets).toEqual(plain('configured').secrets);
  });

  it('says nothing again at the next start, until key or configuration change', async () => {
    const first = collectorKey();
    await tell('key/main/north', { publicKey: first.publicKey });
    const stop = publish(plain('one'));
    await until(1);
    await stop();
    const again = publish(plain('one'));
    // A message after it: what the second start had to say would stand before.
    await tell('key/main/other', { publicKey: first.publicKey });
    await until(2);
    expect(seen[1]!.key).toBe('control/main/other');
    await again();
    publish(plain('two'));
    await until(4);
    const next = collectorKey();
    await tell('key/main/north', { publicKey: next.publicKey });
    await until(5);
    const { sealed } = decodeState(Control, seen[4]!.value);
    expect(decodeState(Secrets, open(next.privateKey, sealed)).traps).toEqual(plain('two').secrets.traps);
  });

  it('has fingerprints that tell nothing without their key', async () => {
    const { publicKey } = collectorKey();
    await tell('key/main/north', { publicKey });
    const stop = publish(plain('one'));
    await until(1);
    await stop();
    publish(plain('one'), Buffer.alloc(32, 2));
    await until(2);
    const [a, b] = seen.map(({ value }) => decodeState(Control, value).fingerprint);
    expect(a).not.toBe(b);
  });

  it('passes over what is no key and no control', async () => {
    for (const value of ['', 'nonsense', '{}', '{"publicKey":"AAAA"}']) {
      await tell('key/main/broken', value);
      await tell('control/main/north', value);
    }
    await tell('key/main/north', { publicKey: collectorKey().publicKey });
    const before = seen.length;
    publish(plain('one'));
    await vi.waitFor(() => expect(seen.filter(({ value }) => value.length > 100)).toHaveLength(1), { timeout: 5000 });
    expect(seen.slice(before).filter(({ key }) => key.includes('broken'))).toEqual([]);
  });
});
