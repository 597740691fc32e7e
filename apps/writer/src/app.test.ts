import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Estate } from '@linewatch/estate';
import { createLmdbQueue, queueLayout } from '@linewatch/queue';
import { Control, decodeState, encodeState, topics } from '@linewatch/record';
import { Metrics, checkValue, createLogger } from '@linewatch/service';
import { createStore } from '@linewatch/store';
import { describe, expect, it, vi } from 'vitest';
import { createWriter } from './app.ts';
import { WriterConfig } from './config.ts';

const logger = createLogger('test', 'silent');

/** One that leads at once, as with a PostgreSQL that is there. */
const leading = {
  whileLeading: (_name: string, work: (signal: AbortSignal) => Promise<void>) => {
    const stopping = new AbortController();
    const running = work(stopping.signal);
    return {
      stop: () => {
        stopping.abort();
        return running;
      },
    };
  },
  migrate: () => Promise.resolve({ version: 1, applied: [] }),
  watch: (onChange: (version: number, signal: AbortSignal) => unknown) => {
    void onChange(1, new AbortController().signal);
    return { stop: () => Promise.resolve() };
  },
  snapshot: () => Promise.resolve({ trusts: [], circuits: [] }),
  records: { list: () => Promise.resolve([]) } as unknown as Estate['records'],
} as unknown as Estate;

describe('the writer', () => {
  it('tells collectors what they are to do while ClickHouse is away', async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-writer-'));
    const part = { partitions: 1, quotaBytes: 64 * 1024 * 1024, retainHours: 1 };
    const layout = queueLayout({ flows: part, signals: part, diskFloorBytes: 0 }, topics);
    const queue = createLmdbQueue({ directory, ...layout, maxMessageBytes: 1024 * 1024, logger });
    // Nothing listens on the discard port.
    const store = createStore({ url: 'http://127.0.0.1:9', user: 'a', password: 'b', logger });
    const checked = checkValue({}, WriterConfig);
    if (!('value' in checked)) throw new Error('the defaults are not valid');
    const writer = createWriter({
      config: checked.value,
      retention: { rawDays: 1, rollupMonths: 1, hourYears: 1 },
      queue,
      store,
      estate: leading,
      control: [
        {
          trust: 'main',
          fingerprintKey: Buffer.alloc(32),
          probes: { everyMs: 60_000, timeoutMs: 1000, packets: 5, allow: [], deny: [] },
          controlOf: () => ({
            allow: ['192.0.2.0/24'],
            admission: 'open',
            polling: { everyMs: 60_000, timeoutMs: 1000, retries: 1, targets: [] },
            secrets: { traps: [], polling: [] },
          }),
        },
      ],
      metrics: new Metrics('writer'),
      logger,
    });
    const told: Control[] = [];
    const tail = await queue.tail({
      topic: topics.state,
      from: 'oldest',
      onMessages: (_partition, messages) => {
        for (const { key, value } of messages) if (key === 'control/main/hub') told.push(decodeState(Control, value));
      },
      onError: () => undefined,
    });
    try {
      await writer.start();
      const producer = await queue.producer();
      const publicKey = generateKeyPairSync('x25519').publicKey.export({ format: 'der', type: 'spki' });
      const value = encodeState({ publicKey: publicKey.toString('base64') });
      await producer.append(topics.state, 0, [{ key: 'key/main/hub', value }]);
      await vi.waitFor(() => expect(told).toMatchObject([{ allow: ['192.0.2.0/24'] }]), 5000);
      expect(writer.health()).toMatchObject({ ready: false });
      await producer.close();
    } finally {
      await writer.stop();
      await tail.close();
      await store.close();
      await queue.close();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
