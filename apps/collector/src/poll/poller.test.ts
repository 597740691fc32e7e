import type { Sample } from '@linewatch/record';
import { parseAddress } from '@linewatch/record';
import { Metrics, createLogger } from '@linewatch/service';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ControlFeed, type ControlState, defaultControl } from '../control.ts';
import { Poller } from './poller.ts';
import type { Passed } from './readings.ts';
import { type FakeDevice, type Port, answerOf, fakeDevice, mibOf, publicCredential, response } from './testing.ts';

const logger = createLogger('test', 'silent');
const here = '127.0.0.1';
const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

class Feed implements ControlFeed {
  readonly #listeners: ((state: ControlState) => void)[] = [];
  state: ControlState = defaultControl;

  onChange(listener: (state: ControlState) => void): void {
    this.#listeners.push(listener);
  }

  poll(targets: readonly number[], timeoutMs = 3000): void {
    const polling = {
      ...defaultControl.polling,
      everyMs: 60_000,
      timeoutMs,
      retries: 0,
      targets: targets.map((port) => ({ address: here, port, credential: publicCredential.name })),
    };
    this.state = { ...this.state, polling, secrets: { traps: [], polling: [publicCredential] } };
    for (const listener of this.#listeners) listener(this.state);
  }
}

async function device(ports: Map<number, Port>, uptime = () => 500_000): Promise<FakeDevice> {
  const fake = await fakeDevice((question) => [response(question.id, answerOf(mibOf(ports, uptime()), question))]);
  stops.push(() => fake.close());
  return fake;
}

function poller(owns: (address: Uint8Array) => boolean = () => true) {
  const feed = new Feed();
  const samples: Sample[] = [];
  const passed: Passed[] = [];
  // Time passes as the test says: what is due comes at once.
  const clock = { offMs: 0 };
  const metrics = new Metrics('collector');
  const made = new Poller({
    control: feed,
    heard: () => [],
    sink: { sample: (sample) => void samples.push(sample), passed: (_address, each) => void passed.push(each) },
    owns,
    now: () => Date.now() + clock.offMs,
    metrics,
    logger,
  });
  made.start();
  stops.push(() => made.stop());
  return { made, feed, samples, passed, clock, metrics };
}

describe('the poller', () => {
  it('leaves devices that another worker owns to it', async () => {
    const { made, feed, metrics } = poller((address) => address[15] !== 1);
    feed.poll([1]);
    expect(await metrics.text()).toContain('polled_devices 0');
    await made.stop();
    const all = poller();
    all.feed.poll([1]);
    expect(await all.metrics.text()).toContain('polled_devices 1');
  });

  it('polls the devices that control names, and no others when it names others', async () => {
    const ports = new Map<number, Port>([[1, { in: 1000, out: 1 }]]);
    const { feed, samples, passed, clock, metrics } = poller();
    const uptime = (): number => 500_000 + clock.offMs / 10;
    const [first, second] = [await device(ports, uptime), await device(ports, uptime)];
    feed.poll([first.port]);
    clock.offMs += 10_000;
    await vi.waitFor(() => expect(samples.map(({ metric }) => metric)).toContain('interface.in.octets'), 5000);
    ports.get(1)!.in = 9000;
    clock.offMs += 60_000;
    await vi.waitFor(() => expect(passed.map(({ octets }) => octets)).toEqual([8000, 0]), 5000);
    const asked = first.questions.length;
    feed.poll([second.port]);
    clock.offMs += 60_000;
    await vi.waitFor(() => expect(second.questions.length).toBeGreaterThan(0), 5000);
    expect(first.questions).toHaveLength(asked);
    expect(await metrics.text()).toMatch(/polls_total{result="ok"[^}]*} [23]/);
  });

  it('does not spread what passed over a time in which it did not read the device', async () => {
    const ports = new Map<number, Port>([[1, { in: 1000, out: 1 }]]);
    const { feed, samples, passed, clock } = poller();
    const fake = await device(ports, () => 500_000 + clock.offMs / 10);
    const polls = (): number => samples.filter(({ metric }) => metric === 'poll.ok').length;
    feed.poll([fake.port]);
    for (const [i, offMs] of [10_000, 600_000, 60_000].entries()) {
      clock.offMs += offMs;
      ports.get(1)!.in += 8000;
      await vi.waitFor(() => expect(polls()).toBe(i + 1), 5000);
    }
    expect(passed.map(({ octets }) => octets)).toEqual([8000, 0]);
    expect(samples.filter(({ metric }) => metric === 'interface.in.bps')).not.toEqual([]);
  });

  it('tells why a device was not read', async () => {
    const silent = await fakeDevice(() => []);
    stops.push(() => silent.close());
    const { feed, samples, clock, metrics } = poller();
    feed.poll([silent.port], 100);
    clock.offMs += 10_000;
    await vi.waitFor(() => expect(samples).toHaveLength(1), 5000);
    expect(samples[0]).toMatchObject({ metric: 'poll.ok', value: 0, text: 'timeout: no answer' });
    expect(await metrics.text()).toMatch(/polls_total{result="timeout"[^}]*} 1/);
  });

  it.each(['link.down', 'device.cold_start'])('asks a device soon when it tells of %s', async (kind) => {
    const fake = await device(new Map([[1, { in: 1, out: 1 }]]));
    const { made, feed, samples, clock } = poller();
    const polls = (): number => samples.filter(({ metric }) => metric === 'poll.ok').length;
    feed.poll([fake.port]);
    clock.offMs += 10_000;
    await vi.waitFor(() => expect(polls()).toBe(1), 5000);
    const event = { timeMs: 0, exporter: parseAddress(here), interface: 1, detail: '{}' };
    clock.offMs += 6000;
    made.onEvent({ ...event, kind });
    clock.offMs += 1000;
    await vi.waitFor(() => expect(polls()).toBe(2), 5000);
  });

  it('never tells its community when an answer has another', async () => {
    const liar = await fakeDevice((question) => {
      const answer = response(question.id, []);
      return [Buffer.from(answer.toString('latin1').replace('public', 'forged'), 'latin1')];
    });
    stops.push(() => liar.close());
    const { feed, samples, clock } = poller();
    feed.poll([liar.port], 300);
    clock.offMs += 10_000;
    await vi.waitFor(() => expect(samples).toHaveLength(1), 5000);
    expect(samples[0]!.text).toBe('malformed: another community in the answer');
  });

  it('ends while devices do not answer', async () => {
    const silent = await fakeDevice(() => []);
    stops.push(() => silent.close());
    const { made, feed, clock, samples } = poller();
    feed.poll([silent.port], 30_000);
    clock.offMs += 10_000;
    await vi.waitFor(() => expect(silent.questions.length).toBeGreaterThan(0), 5000);
    await made.stop();
    expect(samples).toEqual([]);
  });
});
