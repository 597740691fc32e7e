import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { type Probing, type Sample, labelKey } from '@linewatch/record';
import { Metrics, createLogger } from '@linewatch/service';
import { type TestContext, describe, expect, it, vi } from 'vitest';
import { type ControlState, defaultControl } from '../control.ts';
import { createClock } from './clock.ts';
import { Names } from './names.ts';
import { Prober, type ProberOptions } from './prober.ts';
import { Stall } from './stall.ts';
import { unknownTime } from './stamp/reflector.ts';

const here = '127.0.0.1';
type Ends = Pick<TestContext, 'onTestFinished'>;

/** Something at a port of its own that takes connections and says nothing. */
async function listening({ onTestFinished }: Ends, onConnection: () => void = () => undefined) {
  const found = { port: 0, connections: 0 };
  const server = createServer((socket) => {
    found.connections++;
    socket.on('error', () => undefined).resume();
    onConnection();
  });
  await new Promise<void>((resolve) => server.listen(0, here, resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  found.port = (server.address() as AddressInfo).port;
  return found;
}

// Each waits for its prober's own time, and takes next to none of the machine's: all at once.
describe.concurrent('a prober', () => {
  /** As a collector has one; the time is real, from an hour of the test's choice. */
  function open({ onTestFinished }: Ends, probing: Partial<Probing>, more: Partial<ProberOptions> = {}) {
    const samples: Sample[] = [];
    const listeners: ((state: ControlState) => void)[] = [];
    const stateOf = (part: Partial<Probing>): ControlState => ({
      ...defaultControl,
      probing: { ...defaultControl.probing, everyMs: 5000, timeoutMs: 500, packets: 2, ...part },
    });
    const control = {
      state: stateOf(probing),
      onChange: (listener: (state: ControlState) => void) => void listeners.push(listener),
    };
    const metrics = new Metrics('collector');
    const prober = new Prober({
      control,
      sample: (sample) => samples.push(sample),
      place: { worker: 0, workers: 1 },
      now: Date.now,
      clock: createClock(),
      time: unknownTime,
      metrics,
      logger: createLogger('test', 'silent'),
      ...more,
    });
    onTestFinished(() => prober.stop());
    prober.start();
    const tell = (part: Partial<Probing>): void => {
      control.state = stateOf(part);
      for (const listener of listeners) listener(control.state);
    };
    const count = async (kind: string, result: string): Promise<number> => {
      const line = (await metrics.text())
        .split('\n')
        .find((each) => each.includes(`probes_total{kind="${kind}",result="${result}"}`));
      return Number(line?.split(' ').at(-1));
    };
    return { prober, samples, tell, count };
  }
  const soon = { timeout: 12_000 };

  it('tells what it found, counts it, and goes on', async (test) => {
    const at = await listening(test);
    const target = `tcp://${here}:${at.port}`;
    const { samples, count, prober } = open(test, { targets: [target, `dns://${here}:1/example.org`] });
    await vi.waitFor(() => expect(at.connections).toBeGreaterThanOrEqual(2), soon);
    await vi.waitFor(async () => expect(await count('tcp', 'ok')).toBeGreaterThanOrEqual(2), soon);
    const ok = samples.filter(({ metric, text }) => metric === 'probe.ok' && text.startsWith('tcp'));
    expect(ok[0]).toMatchObject({ value: 1, text: target, interface: labelKey(target), exporter: new Uint8Array(16) });
    expect(ok[1]!.timeMs - ok[0]!.timeMs).toBeGreaterThan(1000);
    const failed = samples.find(({ text }) => text.startsWith('dns'));
    expect(failed).toMatchObject({ metric: 'probe.ok', value: 0, text: `dns://${here}:1/example.org refused` });
    await prober.stop();
    const before = samples.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(samples).toHaveLength(before);
  }, 30_000);

  it('probes no host that it may not, says nothing of one, and takes what it is told later', async (test) => {
    const at = await listening(test);
    const target = `tcp://${here}:${at.port}`;
    const refused = ['stamp://224.0.0.1', 'tcp://255.255.255.255:80', 'icmp://0.0.0.0'];
    const { samples, count, tell } = open(test, { deny: ['127.0.0.0/8'], targets: [target, 'no target', ...refused] });
    await vi.waitFor(async () => expect(await count('tcp', 'denied')).toBeGreaterThanOrEqual(2), soon);
    await vi.waitFor(async () => expect(await count('stamp', 'denied')).toBeGreaterThanOrEqual(1), soon);
    await vi.waitFor(async () => expect(await count('icmp', 'denied')).toBeGreaterThanOrEqual(1), soon);
    expect(samples).toEqual([]);
    expect(at.connections).toBe(0);
    tell({ allow: ['127.0.0.0/8'], targets: [target] });
    await vi.waitFor(() => expect(at.connections).toBeGreaterThan(0), soon);
    tell({ targets: [] });
  }, 40_000);

  it('is one of several that have each target between them once', async (test) => {
    const { port } = await listening(test);
    const targets = Array.from({ length: 40 }, (_, i) => `tcp://127.0.0.${i + 1}:${port}`);
    const found = [0, 1, 2].map((worker) => open(test, { targets }, { place: { worker, workers: 3 } }));
    const urls = (): string[] =>
      found.flatMap(({ samples }) => [...new Set(samples.map(({ text }) => text.split(' ')[0]!))]);
    await vi.waitFor(() => expect(new Set(urls()).size).toBe(40), soon);
    expect(urls()).toHaveLength(40);
    for (const { samples } of found) expect(samples.length).toBeGreaterThan(0);
  }, 30_000);

  it('says that echo requests need a program that is not there, and nothing of their targets', async (test) => {
    const { samples, count, prober } = open(test, { targets: [`icmp://${here}`] }, { fping: '/nonexistent/fping' });
    expect(prober.problem).toBe('');
    await vi.waitFor(async () => expect(await count('icmp', 'no_fping')).toBeGreaterThan(0), soon);
    expect(prober.problem).toContain('need fping');
    expect(samples).toEqual([]);
  }, 30_000);

  it('does not believe what it found while it stood still itself', async (test) => {
    const clock = { aheadMs: 0 };
    // The machine slept while the first answer was waited for.
    const { port } = await listening(test, () => (clock.aheadMs = 60_000));
    const target = `http://${here}:${port}/`;
    const { samples, count } = open(test, { targets: [target] }, { now: () => Date.now() + clock.aheadMs });
    await vi.waitFor(async () => expect(await count('http', 'stalled')).toBe(1), soon);
    expect(samples).toEqual([]);
    await vi.waitFor(async () => expect(await count('http', 'failed')).toBeGreaterThan(0), soon);
    expect(samples[0]).toMatchObject({ metric: 'probe.ok', value: 0, text: `${target} timeout` });
  }, 40_000);
});

describe('a stall', () => {
  it('is a gap between two looks at the clock, or a clock that was set back', () => {
    const clock = { nowMs: 0 };
    const stall = new Stall(() => clock.nowMs);
    const after = (ms: number): number => {
      clock.nowMs += ms;
      return stall.stalls;
    };
    expect([250, 1000, 1250, 1251, 250, -1, 250, 3_600_000].map(after)).toEqual([0, 0, 0, 1, 1, 2, 2, 3]);
  });
});

describe('names of hosts', () => {
  function open() {
    const world = {
      nowMs: 0,
      asked: [] as string[],
      answer: (name: string): Promise<string> => Promise.resolve(`10.0.0.${name.length}`),
    };
    const names = new Names(
      () => world.nowMs,
      (name) => {
        world.asked.push(name);
        return world.answer(name);
      },
    );
    return { world, names };
  }

  it('have an address that is asked for once in five minutes, and addresses are their own', async () => {
    const { world, names } = open();
    expect(await names.addressOf('2001:db8::1')).toBe('2001:db8::1');
    expect(await Promise.all([names.addressOf('host'), names.addressOf('host')])).toEqual(['10.0.0.4', '10.0.0.4']);
    world.nowMs = 299_999;
    await names.addressOf('host');
    expect(world.asked).toEqual(['host']);
    world.nowMs = 300_000;
    await names.addressOf('host');
    expect(world.asked).toEqual(['host', 'host']);
  });

  it('keep their address while it cannot be asked for, and have none before it was ever known', async () => {
    const { world, names } = open();
    await names.addressOf('host');
    world.answer = () => Promise.reject(new Error('no server'));
    world.nowMs = 1_000_000;
    expect(await names.addressOf('host')).toBe('10.0.0.4');
    expect(await names.addressOf('other')).toBeUndefined();
    world.answer = () => Promise.resolve('10.9.9.9');
    expect(await names.addressOf('other')).toBeUndefined();
    world.nowMs += 30_000;
    expect(await names.addressOf('other')).toBe('10.9.9.9');
    names.keep(new Set(['host']));
    world.answer = () => Promise.reject(new Error('no server'));
    expect(await names.addressOf('other')).toBeUndefined();
  });

  it('are asked for two at a time', async () => {
    const { world, names } = open();
    const answers: (() => void)[] = [];
    world.answer = () => new Promise((resolve) => answers.push(() => resolve('10.0.0.1')));
    const all = ['a', 'b', 'c', 'd'].map((name) => names.addressOf(name));
    await vi.waitFor(() => expect(world.asked).toEqual(['a', 'b']));
    answers[0]!();
    await vi.waitFor(() => expect(world.asked).toEqual(['a', 'b', 'c']));
    answers[1]!();
    await vi.waitFor(() => expect(world.asked).toHaveLength(4));
    for (const answer of answers.slice(2)) answer();
    expect(await Promise.all(all)).toEqual(['10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.1']);
  });
});
