import { type FlowSink, createDecoder, encodeV5 } from '@linewatch/decode';
import type { NewMessage } from '@linewatch/queue';
import { ExporterStatus, type Sample, createFlowColumns, decodeState, parseAddress } from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import { describe, expect, test } from 'vitest';
import type { AdmissionRules } from './admission.ts';
import { ExporterTeller, readTold } from './exporters.ts';
import { Intake } from './intake.ts';

const startMs = Date.UTC(2026, 0, 5, 9);
const dayMs = 86_400_000;
const address = parseAddress('198.51.100.1').subarray(12);
const record = { srcAddr: address, dstAddr: address, packets: 1, octets: 100, first: 1000, last: 2000 };

interface Options {
  readonly rules?: Partial<AdmissionRules>;
  readonly told?: ReadonlyMap<string, number>;
  readonly exporters?: number;
}

function teller({ rules = {}, told = new Map(), exporters = 4096 }: Options = {}) {
  const sink: FlowSink = {
    columns: createFlowColumns(64),
    rows: 0,
    flush: () => (sink.rows = 0),
    decoded: () => undefined,
    sample: () => undefined,
    event: () => undefined,
  };
  const clock = { nowMs: startMs, sequence: 0, refuse: false };
  const decoder = createDecoder({ sink, limits: { exporters } });
  const all = { allow: [], admission: 'open', decisions: new Map(), ...rules } as const;
  const intake = new Intake({ decoder, rules: all, onHeard: () => undefined });
  const samples: Sample[] = [];
  /** The compacted topic. */
  const topic = new Map<string, ExporterStatus | undefined>(
    [...told.keys()].map((text) => [`exporter/north/main/${text}`, undefined]),
  );
  const appended: string[] = [];
  const teller = new ExporterTeller({
    decoder,
    intake,
    producer: {
      append: (_topic: string, _partition: number, messages: readonly NewMessage[]) => {
        if (clock.refuse) return Promise.reject(new Error('full'));
        for (const { key = '', value } of messages) {
          appended.push(key.slice('exporter/north/main/'.length));
          if (value.length === 0) topic.delete(key);
          else topic.set(key, decodeState(ExporterStatus, value));
        }
        return Promise.resolve();
      },
    },
    trust: 'north',
    collector: 'main',
    epoch: startMs,
    sample: (sample) => samples.push(sample),
    now: () => clock.nowMs,
    logger: createLogger('collector', 'silent'),
  });
  teller.learn(told);
  const send = (from: string, { sequence = clock.sequence, exportMs = clock.nowMs, octets = Infinity } = {}): void => {
    const whole = encodeV5({ sequence, exportMs, uptimeMs: 5000 }, [record]);
    clock.sequence = sequence + 1;
    intake.take(whole.subarray(0, octets), new Uint32Array(parseAddress(from).buffer), clock.nowMs);
  };
  /** Told in a round `s` seconds later. */
  const round = async (s = 10): Promise<string[]> => {
    clock.nowMs += s * 1000;
    appended.length = 0;
    await teller.tell();
    return [...appended];
  };
  return {
    clock,
    topic,
    samples,
    send,
    round,
    use: (next: Partial<AdmissionRules>) => intake.use({ ...all, ...next }),
    status: (text: string) => topic.get(`exporter/north/main/${text}`),
  };
}

describe('what is told of exporters', () => {
  test('is their counts, losses, clock and rates', async () => {
    const { send, round, status } = teller();
    for (const sequence of [0, 1, 5, 6]) send('192.0.2.1', { sequence, exportMs: startMs + 180_000 });
    send('192.0.2.1', { octets: 30 });
    await round();
    expect(status('192.0.2.1')).toMatchObject({
      admission: 'open',
      versions: { '5': startMs },
      datagrams: { decoded: 4, held: 0, rejected: 1 },
      flows: 4,
      lostUpstream: { flows: 3 },
      lastHour: { lost: { flows: 3 }, flows: 4 },
      lostHere: { message_truncated: 1 },
      skewMs: -180_000,
      sampling: [{ rate: 1, stated: false }],
      datagramsPerS: 0.5,
    });
  });

  test('is told when something changed, and once a minute otherwise', async () => {
    const { send, round } = teller();
    send('192.0.2.1');
    expect(await round()).toEqual(['192.0.2.1']);
    send('192.0.2.1');
    expect(await round()).toEqual(['192.0.2.1']);
    // The rate is the mean of a minute, and so changes until that has passed.
    for (let i = 0; i < 7; i++) await round();
    const rounds = [];
    for (let i = 0; i < 12; i++) rounds.push((await round()).length);
    expect(rounds.reduce((sum, told) => sum + told, 0)).toBe(2);
  });

  test('is nothing of who sent nothing that could be read', async () => {
    const { send, round, topic } = teller();
    for (let i = 0; i < 2000; i++) send(`203.0.${i >> 8}.${i & 255}`, { octets: 10 });
    expect(await round()).toEqual([]);
    expect(topic.size).toBe(0);
  });

  test('is deleted when the exporter is evicted', async () => {
    const { send, round, status } = teller({ exporters: 1 });
    send('192.0.2.1');
    await round();
    send('192.0.2.2');
    expect((await round()).toSorted()).toEqual(['192.0.2.1', '192.0.2.2']);
    expect(status('192.0.2.1')).toBeUndefined();
    expect(status('192.0.2.2')).toBeDefined();
  });

  test('is kept over a restart until the exporter was not heard for 30 days', async () => {
    const told = new Map([
      ['192.0.2.1', startMs + dayMs],
      ['192.0.2.2', startMs - dayMs],
    ]);
    const { round, topic } = teller({ told });
    expect(await round()).toEqual(['192.0.2.2']);
    expect([...topic.keys()]).toEqual(['exporter/north/main/192.0.2.1']);
    expect(await round(2 * 86_400)).toEqual(['192.0.2.1']);
  });

  test.each(['open', 'approve'] as const)(
    'is not told any more when the exporter was not heard for 30 days (%s)',
    async (admission) => {
      const { clock, send, round, status } = teller({ rules: { admission } });
      send('192.0.2.1');
      await round();
      clock.nowMs += 30 * dayMs;
      expect(await round()).toEqual(['192.0.2.1']);
      expect(status('192.0.2.1')).toBeUndefined();
      expect(await round(60)).toEqual([]);
      send('192.0.2.1');
      await round();
      expect(status('192.0.2.1')).toMatchObject({ lastMs: clock.nowMs - 10_000 });
    },
  );

  test('is not told any more of who is not taken and was not heard for a day', async () => {
    const { clock, send, round, status } = teller({ rules: { admission: 'approve' } });
    send('192.0.2.1');
    await round();
    expect(status('192.0.2.1')).toMatchObject({ admission: 'awaiting' });
    clock.nowMs += dayMs;
    expect(await round()).toEqual(['192.0.2.1']);
    expect(status('192.0.2.1')).toBeUndefined();
  });

  test('is, after a restart, forgotten a day or 30 days after it was heard', async () => {
    const { send, round, topic, use } = teller({ rules: { admission: 'approve' } });
    send('192.0.2.1');
    await round();
    use({ admission: 'open' });
    send('192.0.2.2');
    await round();
    const prefix = 'exporter/north/main/';
    const messages = ['192.0.2.1', '192.0.2.2'].map((text, offset) => {
      const value = Buffer.from(
        JSON.stringify({ ...topic.get(prefix + text), ...(offset === 0 && { admission: 'awaiting' }) }),
      );
      return { key: prefix + text, value, offset, timeMs: startMs };
    });
    const queue: Parameters<typeof readTold>[0] = {
      tail: async ({ onMessages, onCaughtUp }) => {
        await onMessages(0, messages);
        onCaughtUp?.();
        return { close: () => Promise.resolve() };
      },
    };
    const told = await readTold(queue, prefix);
    const heardMs = messages.map(({ value }) => (JSON.parse(value.toString()) as { lastMs: number }).lastMs);
    expect([...told.values()]).toEqual([heardMs[0]! + dayMs, heardMs[1]! + 30 * dayMs]);
    // Another worker's are its own to tidy up.
    const own = await readTold(queue, prefix, (text) => text === '192.0.2.2');
    expect([...own.keys()]).toEqual(['192.0.2.2']);
  });

  test('is told again when the queue refused it', async () => {
    const { send, round, clock, status } = teller();
    send('192.0.2.1');
    clock.refuse = true;
    await round();
    expect(status('192.0.2.1')).toBeUndefined();
    clock.refuse = false;
    await round();
    expect(status('192.0.2.1')).toBeDefined();
  });

  test('is, of who is not taken, how much came; approved, it stays listed until it is heard again', async () => {
    const { send, round, use, status } = teller({ rules: { admission: 'approve' } });
    send('192.0.2.1');
    send('192.0.2.1');
    await round();
    expect(status('192.0.2.1')).toMatchObject({
      admission: 'awaiting',
      versions: { '5': startMs },
      datagrams: { decoded: 0, held: 0, rejected: 2 },
      lostHere: { exporter_unapproved: 2 },
    });
    use({ admission: 'approve', decisions: new Map([['192.0.2.1', 'approved']]) });
    expect(await round()).toEqual([]);
    expect(status('192.0.2.1')).toBeDefined();
    send('192.0.2.1');
    await round();
    expect(status('192.0.2.1')).toMatchObject({ admission: 'approved', datagrams: { decoded: 1 } });
  });

  test('counts what is held off of one that was taken before', async () => {
    const { send, round, use, status } = teller();
    send('192.0.2.1');
    use({ decisions: new Map([['192.0.2.1', 'refused']]) });
    send('192.0.2.1');
    await round();
    expect(status('192.0.2.1')).toMatchObject({
      admission: 'refused',
      datagrams: { decoded: 1, held: 0, rejected: 1 },
      lostHere: { exporter_refused: 1 },
    });
  });
});

test('the numbers of an exporter are samples once a minute, of what came since the one before', async () => {
  const { clock, send, round, samples } = teller();
  const told = (): [string, number][] => samples.splice(0).map(({ metric, value }) => [metric, value]);
  for (const sequence of [0, 1, 5]) send('192.0.2.1', { sequence });
  await round();
  expect(told()).toEqual([]);
  await round(60);
  expect(told()).toEqual([
    ['exporter.datagrams', 3],
    ['exporter.flows', 3],
    ['exporter.lost.flows', 3],
    ['exporter.skew.ms', 0],
  ]);
  send('192.0.2.1');
  await round(60);
  expect(told()).toEqual([
    ['exporter.datagrams', 1],
    ['exporter.flows', 1],
    ['exporter.skew.ms', 0],
  ]);
  await round(60);
  expect(told()).toEqual([]);
  // Our clock is set back.
  clock.nowMs -= dayMs;
  send('192.0.2.1');
  await round();
  expect(told()).toMatchObject([
    ['exporter.datagrams', 1],
    ['exporter.flows', 1],
    ['exporter.skew.ms', 0],
  ]);
});
