import { Privacy, createDecoder } from '@linewatch/decode';
import { type NewMessage, type Producer, QueueError } from '@linewatch/queue';
import {
  decodeFlowBatch,
  decodeSignalBatch,
  flowColumns,
  formatAddress,
  maxMessageBytes,
  parseAddress,
  sumColumns,
  topics,
} from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import { describe, expect, it } from 'vitest';
import type { CollectorMetrics } from './metrics.ts';
import { Publisher } from './publisher.ts';

const logger = createLogger('test', 'silent');
const address = parseAddress('192.0.2.7');

/** A producer that can be told to refuse, by topic; what it takes is kept. */
function rig(signalPartitions = 1) {
  const clock = { ms: 1_795_000_000_000 };
  const accepted: { topic: string; values: Uint8Array[] }[] = [];
  const offered: { topic: string; values: Uint8Array[] }[] = [];
  const refuse = new Map<string, QueueError>();
  const gates: Promise<void>[] = [];
  const producer: Producer = {
    append: async (topic, partition, messages: readonly NewMessage[]) => {
      const values = messages.map(({ value }) => value);
      offered.push({ topic, values });
      await gates.shift();
      const error = refuse.get(topic) ?? refuse.get(`${topic} ${partition}`);
      if (error) throw error;
      accepted.push({ topic, values });
    },
    close: () => Promise.resolve(),
  };
  const lost = { flows: 0, signals: 0 };
  const metrics: CollectorMetrics = {
    queued: () => undefined,
    unqueued: (_reason, flows) => (lost.flows += flows),
    signalsLost: (_reason, rows) => (lost.signals += rows),
    event: () => undefined,
  };
  const publisher = new Publisher({
    producer,
    trust: 'main',
    collector: 'hub',
    epoch: 5,
    flowPartitions: 1,
    signalPartitions,
    inFlightBytes: 1e9,
    privacy: new Privacy({ addresses: 'pseudonym', key: new Uint8Array(32) }),
    now: () => clock.ms,
    logger,
  });
  publisher.use(metrics);
  const exporter = createDecoder({ sink: publisher }).exporter(address);
  const flow = (octets: number): void => {
    const { columns } = publisher;
    const row = publisher.rows++;
    columns.arrays.octets[2 * row] = octets;
    columns.arrays.in_if[row] = 3;
    columns.arrays.sampling_rate[row] = 1;
    publisher.decoded(exporter, row, row + 1);
  };
  const signals = () => accepted.filter(({ topic }) => topic === topics.signals);
  return { publisher, accepted, offered, refuse, gates, lost, flow, signals, clock };
}

const octetsAt = sumColumns.findIndex(({ name }) => name === 'octets');

describe('a round of signals', () => {
  it('is one append of sums and what they cover, after the flows', async () => {
    const { publisher, accepted, flow } = rig();
    await publisher.publishSignals();
    flow(10);
    flow(20);
    await publisher.publishSignals();
    expect(accepted.map(({ topic }) => topic)).toEqual([topics.signals, topics.flows, topics.signals]);
    expect(decodeFlowBatch(accepted[1]!.values[0]!).rows).toBe(2);
    const round = accepted[2]!.values.map(decodeSignalBatch);
    expect(round.map(({ coversFlowBatches }) => coversFlowBatches)).toEqual([undefined, 1]);
    expect(Buffer.from(round[0]!.columns[octetsAt]!).readUInt32LE(0)).toBe(30);
    await publisher.publishSignals();
    expect(accepted).toHaveLength(3);
  });

  it('goes out for counters too, when no flow came', async () => {
    const { publisher, signals } = rig();
    await publisher.publishSignals();
    const fromMs = 1_795_000_000_000 - 60_000;
    publisher.passed(address, { interface: 3, side: 0, octets: 600, fromMs, toMs: fromMs + 60_000 });
    const reading = (atMs: number, value: number) => ({
      timeMs: atMs,
      exporter: address,
      interface: 4,
      metric: 'interface.out.octets',
      value,
      text: '',
    });
    publisher.sample(reading(fromMs, 100));
    publisher.sample(reading(fromMs + 20_000, 150));
    await publisher.publishSignals();
    const batches = signals().flatMap(({ values }) => values.map(decodeSignalBatch));
    const octets = batches.flatMap(({ rows, columns }) => {
      const bytes = columns[octetsAt];
      return bytes
        ? Array.from({ length: rows }, (_, i) => Buffer.from(bytes).readUInt32LE((8 * i) % bytes.length))
        : [];
    });
    expect(octets.reduce((sum, value) => sum + value, 0)).toBe(650);
    expect(batches.flatMap(({ samples }) => samples)).toHaveLength(2);
    await publisher.publishSignals();
    const after = signals().flatMap(({ values }) => values);
    expect(after).toHaveLength(batches.length);
  });

  it('sends kept elements with their rows, inside hosts in them replaced', async () => {
    const { publisher, accepted, flow } = rig();
    await publisher.publishSignals();
    flow(10);
    publisher.element(1, 'cisco:userName', 'ann');
    publisher.element(1, 'sourceIPv4Prefix', '10.1.2.3');
    flow(20);
    await publisher.publishSignals();
    flow(30);
    await publisher.publishSignals();
    const [first, second] = accepted
      .filter(({ topic }) => topic === topics.flows)
      .map(({ values }) => decodeFlowBatch(values[0]!));
    const { elements } = first!;
    expect([...new BigUint64Array(Uint8Array.from(elements!.offsets).buffer)]).toEqual([0n, 2n]);
    const values = Buffer.from(elements!.values).toString();
    expect(values).toContain('\x03ann');
    expect(values).not.toContain('10.1.2.3');
    expect(second!.elements).toBeUndefined();
  });

  it('closes a batch early when its kept elements are large', async () => {
    const { publisher, accepted, flow } = rig();
    for (let row = 0; publisher.rows === row; row++) {
      for (let i = 0; i < 64; i++) publisher.element(row, `9/${i}`, 'ab'.repeat(1024));
      flow(1);
    }
    await publisher.drain();
    const flows = accepted.filter(({ topic }) => topic === topics.flows);
    expect(flows).toHaveLength(1);
    expect(flows[0]!.values[0]!.length).toBeLessThan(4 * 1024 * 1024);
  });

  it('leaves no inside host in the flows, and the sums as they are', async () => {
    const { publisher, accepted, flow } = rig();
    await publisher.publishSignals();
    const columnOf = (name: string): number => flowColumns.findIndex((column) => column.name === name);
    const source = columnOf('src_addr');
    publisher.columns.bytes[source]!.set(parseAddress('10.1.2.3'), 0);
    publisher.columns.bytes[columnOf('dst_addr')]!.set(parseAddress('198.51.100.9'), 0);
    publisher.columns.bytes[columnOf('next_hop')]!.set(parseAddress('10.0.0.1'), 0);
    flow(10);
    await publisher.publishSignals();
    const { columns } = decodeFlowBatch(accepted[1]!.values[0]!);
    const texts = ['src_addr', 'dst_addr', 'next_hop'].map((name) => formatAddress(columns[columnOf(name)]!));
    const privacy = new Privacy({ addresses: 'pseudonym', key: new Uint8Array(32) });
    expect(texts).toEqual([privacy.text('10.1.2.3'), '198.51.100.9', '10.0.0.1']);
    expect(texts[0]).not.toBe('10.1.2.3');
    // What was not sent stays nothing.
    expect(columns[columnOf('post_nat_src_addr')]).toBeUndefined();
    const [sums] = accepted[2]!.values.map(decodeSignalBatch);
    expect(Buffer.from(sums!.columns[octetsAt]!).readUInt32LE(0)).toBe(10);
  });

  it('that was refused is sent again unchanged, before what came later, and its flows first', async () => {
    const { publisher, offered, refuse, flow, signals } = rig();
    await publisher.publishSignals();
    refuse.set(topics.signals, new QueueError('queue_unavailable', 'outcome unknown'));
    flow(10);
    await publisher.publishSignals();
    expect(publisher.problem).toContain('outcome unknown');
    const first = offered.at(-1)!.values;
    flow(20);
    await publisher.publishSignals();
    refuse.clear();
    await publisher.publishSignals();
    expect(publisher.problem).toBe('');
    const taken = signals();
    expect(taken[1]!.values).toEqual(first);
    expect(taken.flatMap(({ values }) => values.map((v) => decodeSignalBatch(v).coversFlowBatches))).toEqual([
      0,
      undefined,
      1,
      undefined,
      2,
    ]);
  });

  it('says now and then what is covered though nothing came, so that a start finds it which looks back a minute', async () => {
    const { publisher, signals, clock } = rig();
    for (let second = 0; second < 600; second++) {
      await publisher.publishSignals();
      clock.ms += 1000;
    }
    const covers = signals().flatMap(({ values }) => values.map((v) => decodeSignalBatch(v).coversFlowBatches));
    expect(covers.length).toBeGreaterThan(600 / 60);
    expect(covers.length).toBeLessThan(60);
    expect(new Set(covers)).toEqual(new Set([0]));
  });

  it('counts as accepted up to when the slowest partition was', async () => {
    const { publisher, refuse, clock } = rig(2);
    await publisher.publishSignals();
    const before = publisher.acceptedMs;
    clock.ms += 300_000;
    refuse.set(`${topics.signals} 1`, new QueueError('queue_full', 'full'));
    await publisher.publishSignals();
    expect(publisher.acceptedMs).toBe(before);
    refuse.clear();
    await publisher.publishSignals();
    expect(publisher.acceptedMs).toBe(clock.ms);
  });

  it('counts as accepted up to when the latest that was accepted was made, while more waits', async () => {
    const { publisher, gates, clock, flow } = rig();
    await publisher.publishSignals();
    const opens: (() => void)[] = [];
    const gate = (): Promise<void> => new Promise((resolve) => opens.push(resolve));
    // Flows and signals of two rounds; the second round's signals are not answered.
    gates.push(Promise.resolve(), gate(), Promise.resolve(), gate());
    const madeMs = (clock.ms += 1000);
    flow(10);
    const first = publisher.publishSignals();
    await new Promise((resolve) => setTimeout(resolve, 5));
    clock.ms += 700;
    flow(20);
    const second = publisher.publishSignals();
    opens[0]!();
    while (gates.length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(publisher.acceptedMs).toBe(madeMs);
    opens[1]!();
    await Promise.all([first, second]);
    expect(publisher.acceptedMs).toBe(clock.ms);
  });

  it('waits for its own flows, and takes no later round along', async () => {
    const { publisher, accepted, gates, flow } = rig();
    await publisher.publishSignals();
    let open: () => void = () => undefined;
    gates.push(new Promise((resolve) => (open = resolve)));
    flow(10);
    const round = publisher.publishSignals();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(accepted).toHaveLength(1);
    open();
    await round;
    expect(accepted.map(({ topic }) => topic)).toEqual([topics.signals, topics.flows, topics.signals]);
  });
});

describe('samples and events', () => {
  it('go in messages that the queue takes, however much text they carry', async () => {
    const { publisher, signals } = rig();
    const text = '\ufffd'.repeat(255);
    for (let i = 0; i < 22_000; i++)
      publisher.sample({ timeMs: 1, exporter: address, interface: i, metric: 'interface.name', value: 0, text });
    await publisher.publishSignals();
    const messages = signals().flatMap(({ values }) => values);
    expect(Math.max(...messages.map(({ length }) => length))).toBeLessThan(maxMessageBytes / 4);
    expect(messages.reduce((sum, value) => sum + decodeSignalBatch(value).samples.length, 0)).toBe(22_000);
  });

  it('that wait too long are counted as lost, oldest first, and what the queue can never take holds up nothing', async () => {
    const { publisher, refuse, lost, signals } = rig();
    await publisher.publishSignals();
    refuse.set(topics.signals, new QueueError('queue_full', 'full'));
    for (let round = 0; round < 4100; round++) {
      publisher.event({ timeMs: round, exporter: address, interface: 0, kind: 'exporter.heard', detail: '{}' });
      await publisher.publishSignals();
    }
    expect(lost.signals).toBe(100);
    refuse.set(topics.signals, new QueueError('message_too_large', 'too large'));
    await publisher.publishSignals();
    expect(lost.signals).toBe(4100);
    refuse.clear();
    publisher.event({ timeMs: 9999, exporter: address, interface: 0, kind: 'exporter.heard', detail: '{}' });
    await publisher.publishSignals();
    expect(decodeSignalBatch(signals().at(-1)!.values[0]!).events[0]).toMatchObject({ timeMs: 9999 });
  });
});
