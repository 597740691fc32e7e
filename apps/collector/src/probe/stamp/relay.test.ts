/** A real sender and a real reflector, with a relay between them that delays, mixes, copies and drops packets and writes down what it did. */
import { type Socket, createSocket } from 'node:dgram';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, describe, expect, it } from 'vitest';
import { createClock } from '../clock.ts';
import type { Packets } from '../outcome.ts';
import { type Reflecting, openReflector } from './reflector.ts';
import { Sender } from './sender.ts';

/** mulberry32: numbers in [0, 1) that are the same each time. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Way {
  readonly delayMs: number;
  readonly spreadMs: number;
  readonly loss: number;
  readonly copies: number;
}

/** What was done to one packet that was seen: when it came, when it and its copies went on; none = it was dropped. */
interface Done {
  readonly sequence: number;
  readonly cameMs: number;
  readonly wentMs: number[];
}

class Relay {
  readonly out: Done[] = [];
  readonly back: Done[] = [];
  readonly #front: Socket;
  readonly #rear: Socket;
  #client: { port: number; address: string } | undefined;
  #open = true;

  private constructor(
    front: Socket,
    rear: Socket,
    server: number,
    ways: { out: Way; back: Way },
    random: () => number,
  ) {
    this.#front = front;
    this.#rear = rear;
    front.on('message', (packet, from) => {
      this.#client = from;
      this.#pass(packet.readUInt32BE(0), ways.out, this.out, random, () => rear.send(packet, server, '127.0.0.1'));
    });
    rear.on('message', (packet) =>
      this.#pass(packet.readUInt32BE(24), ways.back, this.back, random, () =>
        front.send(packet, this.#client!.port, this.#client!.address),
      ),
    );
  }

  static async open(server: number, ways: { out: Way; back: Way }, seed: number): Promise<Relay> {
    const bound = async (): Promise<Socket> => {
      const socket = createSocket('udp4');
      await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
      return socket;
    };
    return new Relay(await bound(), await bound(), server, ways, randomOf(seed));
  }

  get port(): number {
    return this.#front.address().port;
  }

  #pass(sequence: number, way: Way, done: Done[], random: () => number, send: () => void): void {
    const entry: Done = { sequence, cameMs: performance.now(), wentMs: [] };
    done.push(entry);
    if (random() < way.loss) return;
    const go = (): void => {
      if (!this.#open) return;
      entry.wentMs.push(performance.now());
      send();
    };
    const delayMs = way.delayMs + random() * way.spreadMs;
    setTimeout(go, delayMs);
    if (random() < way.copies) setTimeout(go, delayMs + 5);
  }

  close(): void {
    this.#open = false;
    this.#front.close();
    this.#rear.close();
  }
}

const clock = createClock();
const time = { synchronised: true, errorMs: 1 };
const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
const meanDifference = (values: readonly number[]): number =>
  mean(values.slice(1).map((each, i) => Math.abs(each - values[i]!)));

describe('STAMP over a network that the test makes', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function open(ways: { out: Way; back: Way }, seed: number) {
    const heard: Record<string, number> = {};
    const reflecting: Reflecting = await openReflector('127.0.0.1', 0, {
      clock,
      time,
      allow: ['127.0.0.0/8'],
      onResult: () => undefined,
    });
    ends.push(() => reflecting.close());
    const relay = await Relay.open(reflecting.port, ways, seed);
    ends.push(() => relay.close());
    const sender = new Sender({
      address: '127.0.0.1',
      port: relay.port,
      clock,
      time,
      onHeard: (each) => (heard[each] = (heard[each] ?? 0) + 1),
    });
    ends.push(() => sender.close());
    const run = async (packets: number, timeoutMs: number): Promise<Packets> => {
      const { signal } = new AbortController();
      const outcome = await sender.run({ packets, spacingMs: 10, timeoutMs, signal });
      if (outcome.is !== 'packets') throw new Error(`the run: ${JSON.stringify(outcome)}`);
      return outcome.packets;
    };
    return { relay, run, heard };
  }

  const first = ({ wentMs, cameMs }: Done): number => wentMs[0]! - cameMs;

  it('finds round trips, delays and jitter of each direction as the relay made them', async () => {
    const loop = monitorEventLoopDelay({ resolution: 1 });
    loop.enable();
    const ways = {
      out: { delayMs: 5, spreadMs: 30, loss: 0.2, copies: 0 },
      back: { delayMs: 20, spreadMs: 10, loss: 0.1, copies: 0 },
    };
    const { relay, run } = await open(ways, 7);
    const runs = [await run(60, 500), await run(60, 500)];
    loop.disable();
    // What this process took to see to a packet, at each of the four places where it does.
    const slackMs = 3 + 4 * (loop.max / 1e6);

    const answeredOf = (from: number, to: number): number[] =>
      relay.back
        .filter(({ sequence, wentMs }) => sequence >= from && sequence <= to && wentMs.length > 0)
        .map(({ sequence }) => sequence);
    const outOf = new Map(relay.out.map((each) => [each.sequence, each]));
    const backOf = new Map(relay.back.map((each) => [each.sequence, each]));
    let lastBefore: number | undefined;
    runs.forEach(({ sent, rttsMs, oneWay }, i) => {
      const answered = answeredOf(1 + i * 60, 60 + i * 60).sort((a, b) => a - b);
      expect([sent, rttsMs.length]).toEqual([60, answered.length]);
      const [from, to] = [(lastBefore ?? answered[0]! - 1) + 1, answered.at(-1)!];
      // Which way is certain only where the order is kept; that it was one of the two is always.
      expect(oneWay!.lost!.sent).toBe(to - from + 1);
      expect(oneWay!.lost!.out + oneWay!.lost!.back).toBe(to - from + 1 - answered.length);
      lastBefore = to;

      answered.forEach((sequence, k) => {
        const madeMs = first(outOf.get(sequence)!) + first(backOf.get(sequence)!);
        expect(rttsMs[k]).toBeGreaterThanOrEqual(madeMs - 0.5);
        expect(rttsMs[k]).toBeLessThanOrEqual(madeMs + slackMs);
      });
      const made = {
        out: answered.map((sequence) => first(outOf.get(sequence)!)),
        back: answered.map((sequence) => first(backOf.get(sequence)!)),
      };
      expect(Math.abs(oneWay!.delay!.outMs - mean(made.out))).toBeLessThan(slackMs);
      expect(Math.abs(oneWay!.delay!.backMs - mean(made.back))).toBeLessThan(slackMs);
      const byArrival = (done: Map<number, Done>): number[] =>
        answered
          .map((sequence) => done.get(sequence)!)
          .sort((a, b) => a.wentMs[0]! - b.wentMs[0]!)
          .map(first);
      expect(Math.abs(meanDifference(oneWay!.outTransitsMs) - meanDifference(byArrival(outOf)))).toBeLessThan(slackMs);
      expect(Math.abs(meanDifference(oneWay!.backTransitsMs) - meanDifference(byArrival(backOf)))).toBeLessThan(
        slackMs,
      );
    });
  });

  it('finds the loss of each direction exactly where the order is kept, run after run', async () => {
    const ways = {
      out: { delayMs: 3, spreadMs: 0, loss: 0.3, copies: 0 },
      back: { delayMs: 3, spreadMs: 0, loss: 0.2, copies: 0 },
    };
    const { relay, run } = await open(ways, 11);
    const found = { sent: 0, out: 0, back: 0 };
    for (let i = 0; i < 3; i++) {
      const { oneWay } = await run(30, 1000);
      found.sent += oneWay!.lost!.sent;
      found.out += oneWay!.lost!.out;
      found.back += oneWay!.lost!.back;
    }
    const answered = relay.back.filter(({ wentMs }) => wentMs.length > 0).map(({ sequence }) => sequence);
    const [from, to] = [Math.min(...answered), Math.max(...answered)];
    const within = (done: readonly Done[]): readonly Done[] =>
      done.filter(({ sequence }) => sequence >= from && sequence <= to);
    const dropped = (done: readonly Done[]): number => within(done).filter(({ wentMs }) => wentMs.length === 0).length;
    expect(found).toEqual({ sent: to - from + 1, out: dropped(relay.out), back: dropped(relay.back) });
    expect(found.out).toBeGreaterThan(0);
    expect(found.back).toBeGreaterThan(0);
  });

  it('counts each packet once, however often it comes', async () => {
    const ways = {
      out: { delayMs: 2, spreadMs: 0, loss: 0, copies: 0.5 },
      back: { delayMs: 2, spreadMs: 0, loss: 0, copies: 0.5 },
    };
    const { relay, run, heard } = await open(ways, 3);
    const { sent, rttsMs, oneWay } = await run(30, 2000);
    expect([sent, rttsMs.length, oneWay!.lost!.out, oneWay!.lost!.back]).toEqual([30, 30, 0, 0]);
    expect(relay.out.some(({ wentMs }) => wentMs.length === 2)).toBe(true);
    // Those that come after the last one was answered are late.
    expect(heard['answer']).toBe(30);
    expect(heard['duplicate']).toBeGreaterThan(0);
  });

  it('says so when nobody is there', async () => {
    const { relay } = await open(
      { out: { delayMs: 0, spreadMs: 0, loss: 1, copies: 0 }, back: { delayMs: 0, spreadMs: 0, loss: 0, copies: 0 } },
      1,
    );
    const options = { clock, time, onHeard: () => undefined, address: '127.0.0.1' };
    const { signal } = new AbortController();
    const silent = new Sender({ ...options, port: relay.port });
    ends.push(() => silent.close());
    expect(await silent.run({ packets: 2, spacingMs: 10, timeoutMs: 100, signal })).toEqual({
      is: 'failed',
      reason: 'timeout',
      sent: 2,
    });
    const gone = createSocket('udp4');
    await new Promise<void>((resolve) => gone.bind(0, '127.0.0.1', resolve));
    const { port } = gone.address();
    await new Promise<void>((resolve) => gone.close(() => resolve()));
    const refused = new Sender({ ...options, port });
    ends.push(() => refused.close());
    expect(await refused.run({ packets: 2, spacingMs: 50, timeoutMs: 200, signal })).toEqual({
      is: 'failed',
      reason: 'refused',
      sent: 2,
    });
  });
});
