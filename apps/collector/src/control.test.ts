import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Producer, type Queue, createLmdbQueue, queueLayout } from '@linewatch/queue';
import {
  CollectorKey,
  type Control,
  type Probing,
  type Secrets,
  decodeState,
  encodeState,
  seal,
  topics,
} from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CollectorControl, defaultControl } from './control.ts';
import { controlFileOf } from './kept-control.ts';
import { publicKeyText, readKey } from './key.ts';

const logger = createLogger('test', 'silent');
const { privateKey } = generateKeyPairSync('x25519');
const secrets: Secrets = {
  traps: [{ name: 'a', community: 'hidden' }],
  polling: [{ name: 'a', community: 'hidden' }],
};
const control = (more: Partial<Control> = {}): Control => ({
  allow: ['192.0.2.0/24'],
  admission: 'approve',
  polling: {
    everyMs: 60_000,
    timeoutMs: 1000,
    retries: 1,
    heard: 'a',
    targets: [{ address: '192.0.2.1', port: 161, credential: 'a' }],
  },
  sealed: seal(publicKeyText(privateKey), encodeState(secrets)),
  ...more,
});

describe('control of a collector', () => {
  let directory: string;
  let queue: Queue;
  let producer: Producer;
  let followed: CollectorControl | undefined;
  let invalid: number;

  beforeEach(async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-control-'));
    const part = { partitions: 1, quotaBytes: 64 * 1024 * 1024, retainHours: 1 };
    const layout = queueLayout({ flows: part, signals: part, diskFloorBytes: 0 }, topics);
    queue = createLmdbQueue({ directory, ...layout, maxMessageBytes: 1024 * 1024, logger });
    producer = await queue.producer();
    invalid = 0;
  });
  afterEach(async () => {
    await followed?.stop();
    followed = undefined;
    await producer.close();
    await queue.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const tell = (key: string, value: object | string): Promise<void> =>
    producer.append(topics.state, 0, [
      { key, value: typeof value === 'string' ? Buffer.from(value) : encodeState(value) },
    ]);
  /** `from` another queue than the one that is told; `patienceMs` until it is taken for one that cannot be read. */
  async function follow(from: Pick<Queue, 'tail'> = queue, patienceMs = 10_000): Promise<CollectorControl> {
    followed = new CollectorControl({
      queue: from,
      producer,
      trust: 'main',
      collector: 'hub',
      privateKey,
      onInvalid: () => invalid++,
      file: controlFileOf(path.join(directory, 'collector'), 'hub'),
      keeps: true,
      patienceMs,
      logger,
    });
    await followed.start();
    return followed;
  }
  /** Offset and key of what is on the topic, which keeps the latest. */
  async function keyPublished(): Promise<[offset: number, key: string] | undefined> {
    let found: [number, string] | undefined;
    let finish: () => void = () => undefined;
    const caughtUp = new Promise<void>((resolve) => (finish = resolve));
    const tail = await queue.tail({
      topic: topics.state,
      from: 'oldest',
      onMessages: (_partition, messages) => {
        for (const { key, offset, value } of messages)
          if (key === 'key/main/hub') found = [offset, decodeState(CollectorKey, value).publicKey];
      },
      onError: () => undefined,
      onCaughtUp: finish,
    });
    await caughtUp;
    await tail.close();
    return found;
  }

  it('is in force when the start is over, secrets opened', async () => {
    await tell('control/main/hub', control());
    await tell('decision/main/hub/192.0.2.7', { decision: 'approved', atMs: 1 });
    await tell('decision/main/other/192.0.2.8', { decision: 'approved', atMs: 1 });
    const { state } = await follow();
    expect(state).toMatchObject({ allow: ['192.0.2.0/24'], admission: 'approve', secrets });
    expect([...state.decisions]).toEqual([['192.0.2.7', 'approved']]);
  });

  it('takes whom it is to take and no others, even when secrets are sealed to a key that it lost', async () => {
    const lost = publicKeyText(generateKeyPairSync('x25519').privateKey);
    await tell('control/main/hub', control({ sealed: seal(lost, encodeState(secrets)) }));
    const { state } = await follow();
    expect(state).toEqual({ ...defaultControl, allow: ['192.0.2.0/24'], admission: 'approve' });
    expect(invalid).toBe(1);
  });

  it('says what is to be probed, apart from the rest, until nothing is', async () => {
    const probing: Probing = {
      everyMs: 30_000,
      timeoutMs: 1000,
      packets: 5,
      allow: [],
      deny: ['192.0.2.0/24'],
      targets: ['icmp://10.0.0.1'],
    };
    await tell('probes/main/hub', probing);
    await tell('probes/main/other', { ...probing, targets: [] });
    const feed = await follow();
    expect(feed.state).toEqual({ ...defaultControl, probing });
    await tell('probes/main/hub', { ...probing, deny: ['nowhere'] });
    await tell('probes/main/hub', { ...probing, everyMs: 1 });
    await tell('probes/main/hub', { ...probing, more: 1 });
    await vi.waitFor(() => expect(invalid).toBe(3));
    expect(feed.state.probing).toEqual(probing);
    await tell('probes/main/hub', '');
    await vi.waitFor(() => expect(feed.state).toEqual(defaultControl));
  });

  it('is open to all, with traps of community "public", until something is told', async () => {
    expect((await follow()).state).toEqual(defaultControl);
  });

  it('tells of each change', async () => {
    const feed = await follow();
    const changes: string[] = [];
    feed.onChange(({ admission, decisions }) => changes.push(`${admission} ${[...decisions].join(' ')}`));
    await tell('control/main/hub', control());
    await tell('decision/main/hub/::ffff:192.0.2.7', { decision: 'refused', atMs: 1 });
    await vi.waitFor(() => expect(changes.at(-1)).toBe('approve 192.0.2.7,refused'));
    await tell('decision/main/hub/192.0.2.7', '');
    await vi.waitFor(() => expect(changes.at(-1)).toBe('approve '));
  });

  it('stays as it was when what is told is not valid, and each is counted', async () => {
    const feed = await follow();
    await tell('control/main/hub', control());
    const other = publicKeyText(generateKeyPairSync('x25519').privateKey);
    const bad: (object | string)[] = [
      'nonsense',
      { ...control(), more: 1 },
      control({ allow: ['192.0.2.0/99'] }),
      control({ sealed: seal(other, encodeState(secrets)) }),
      control({ sealed: '' }),
      control({ sealed: seal(publicKeyText(privateKey), Buffer.from('{}')) }),
      control({ polling: { ...control().polling, heard: 'b' } }),
      control({ polling: { ...control().polling, targets: [{ address: 'x', port: 161, credential: 'a' }] } }),
      control({ polling: { ...control().polling, targets: [{ address: '192.0.2.1', port: 0, credential: 'a' }] } }),
    ];
    for (const each of bad) await tell('control/main/hub', each);
    await tell('decision/main/hub/nowhere', { decision: 'approved', atMs: 1 });
    await tell('decision/main/hub/192.0.2.9', { decision: 'perhaps', atMs: 1 });
    await vi.waitFor(() => expect(invalid).toBe(bad.length + 2));
    expect(feed.state).toMatchObject({ allow: ['192.0.2.0/24'], secrets });
    expect(feed.state.decisions.size).toBe(0);
  });

  it('publishes its key once, and again when another stands there', async () => {
    await follow();
    await vi.waitFor(async () => expect(await keyPublished()).toEqual([0, publicKeyText(privateKey)]));
    await followed?.stop();
    await follow();
    await followed?.stop();
    expect(await keyPublished()).toEqual([0, publicKeyText(privateKey)]);
    await tell('key/main/hub', { publicKey: 'another' });
    await follow();
    await vi.waitFor(async () => expect(await keyPublished()).toEqual([2, publicKeyText(privateKey)]));
  });

  it('goes on with what it was told last while the queue cannot be read, and then with what that says', async () => {
    await tell('control/main/hub', control());
    await tell('decision/main/hub/192.0.2.8', { decision: 'approved', atMs: 1 });
    await tell('decision/main/hub/192.0.2.9', { decision: 'refused', atMs: 1 });
    const before = (await follow()).state;
    await followed!.stop();
    // Taken back while it is down; then it starts before it can read.
    await tell('decision/main/hub/192.0.2.9', '');
    const readable = Promise.withResolvers<undefined>();
    const away: Pick<Queue, 'tail'> = {
      tail: (tail) => {
        const reading = readable.promise.then(() => queue.tail(tail));
        return Promise.resolve({ close: () => reading.then((each) => each.close()) });
      },
    };
    const feed = await follow(away, 50);
    expect(feed.state).toEqual(before);
    expect([...feed.state.decisions]).toEqual([
      ['192.0.2.8', 'approved'],
      ['192.0.2.9', 'refused'],
    ]);
    readable.resolve(undefined);
    await vi.waitFor(() => expect([...feed.state.decisions]).toEqual([['192.0.2.8', 'approved']]));
    expect(feed.state).toMatchObject({ allow: ['192.0.2.0/24'], admission: 'approve', secrets });
    await feed.stop();
    // Its file says the same now.
    const again = await follow({ tail: () => Promise.resolve({ close: () => Promise.resolve() }) }, 50);
    expect([...again.state.decisions]).toEqual([['192.0.2.8', 'approved']]);
    expect(readFileSync(controlFileOf(path.join(directory, 'collector'), 'hub'), 'latin1')).not.toContain('hidden');
  });

  it('has nothing in force but what stands for nothing told when what it kept cannot be read', async () => {
    const file = controlFileOf(path.join(directory, 'collector'), 'hub');
    mkdirSync(path.dirname(file));
    const never = { tail: () => Promise.resolve({ close: () => Promise.resolve() }) };
    for (const text of ['', '{', '[1,[2],["control/main/hub",3],["control/main/hub","e30="]]']) {
      writeFileSync(file, text);
      expect((await follow(never, 20)).state).toBe(defaultControl);
      await followed!.stop();
    }
  });

  it('has one key, whoever of its workers makes it', async () => {
    const file = path.join(directory, 'collector', 'hub.key.pem');
    const keys = await Promise.all(Array.from({ length: 8 }, () => readKey(file, logger)));
    expect(new Set(keys.map(publicKeyText)).size).toBe(1);
    expect(readdirSync(path.dirname(file))).toEqual(['hub.key.pem']);
  });

  it('keeps its private key where only its owner reads, and makes a broken one anew', async () => {
    const file = path.join(directory, 'collector', 'hub.key.pem');
    const made = await readKey(file, logger);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(publicKeyText(await readKey(file, logger))).toBe(publicKeyText(made));
    writeFileSync(file, 'broken');
    expect(publicKeyText(await readKey(file, logger))).not.toBe(publicKeyText(made));
    expect(readFileSync(file, 'utf8')).toContain('PRIVATE KEY');
  });
});
