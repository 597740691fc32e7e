import type { Circuit, WatchedEntry, WatchedIncident, WatcherChange, WatcherMemory } from '@linewatch/estate';
import type { SignalBatch } from '@linewatch/record';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Core, createCore } from './core.ts';
import {
  batchOf,
  circuitOf,
  configOf,
  eventOf,
  heartbeat,
  minute,
  noMemory,
  planFor,
  sampleOf,
  second,
  t0,
} from './testing.ts';

const silent = { evidence: () => undefined, dropped: () => undefined, transition: () => undefined };

/** What PostgreSQL would have. */
class Kept {
  memory: WatcherMemory = noMemory;
  readonly entries = new Map<string, WatchedEntry>();

  keep(change: WatcherChange): void {
    const { memory } = this;
    const from = new Map(change.intervals.map(({ circuit, fromMs }) => [circuit, fromMs]));
    const before = memory.intervals
      .filter(({ circuit, fromMs }) => fromMs < (from.get(circuit) ?? Infinity))
      .map((each) => ({ ...each, toMs: each.toMs === null ? (from.get(each.circuit) ?? null) : each.toMs }));
    const added = change.intervals.flatMap(({ circuit, intervals }) => intervals.map((each) => ({ circuit, ...each })));
    const put = <T>(old: readonly T[], fresh: readonly T[], key: (one: T) => unknown): T[] => [
      ...new Map([...old, ...fresh].map((each) => [key(each), each])).values(),
    ];
    for (const entry of change.entries) {
      const key = `${entry.incident} ${entry.key}`;
      if (!this.entries.has(key)) this.entries.set(key, entry);
    }
    this.memory = {
      positions: put(memory.positions, change.positions, ({ partition }) => partition),
      states: put(memory.states, change.states, ({ circuit }) => circuit),
      intervals: [...before, ...added],
      incidents: put(memory.incidents, change.incidents, ({ key }) => key),
    };
  }

  incidents(): WatchedIncident[] {
    return [...this.memory.incidents].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  states(circuit = 1): string[] {
    return this.memory.intervals
      .filter((each) => each.circuit === circuit)
      .sort((a, b) => a.fromMs - b.fromMs)
      .map(({ fromMs, state, cause }) => `${(fromMs - t0) / second} ${state} ${cause}`);
  }
}

interface Sent {
  readonly atMs: number;
  readonly batch: SignalBatch;
}

const start = (kept: Kept, circuits: readonly Circuit[]): Core => {
  const core = createCore({ config: configOf(), memory: kept.memory, metrics: silent });
  core.follow(planFor(...circuits), () => undefined);
  return core;
};

const take = (core: Core, { atMs, batch }: Sent, offset: number): void =>
  core.take({ topic: 'signals', partition: 0, log: 'a', offset, appendedMs: atMs }, batch);

function run(sent: readonly Sent[], circuits: readonly Circuit[] = [circuitOf(1)], kept = new Kept()): Kept {
  const core = start(kept, circuits);
  for (const [offset, each] of sent.entries()) {
    take(core, each, offset);
    kept.keep(core.changes());
  }
  kept.keep(core.everything());
  return kept;
}

/** Heartbeats each 5 s, with what else is said at the time. */
function story(toMs: number, more: (atMs: number) => SignalBatch[] = () => []): Sent[] {
  const sent: Sent[] = [];
  for (let atMs = t0; atMs <= toMs; atMs += 5 * second) {
    sent.push({ atMs, batch: batchOf([heartbeat(atMs)]) });
    for (const batch of more(atMs)) sent.push({ atMs, batch });
  }
  return sent;
}

/** Polls each minute: all is well, but for what `isDown` says. */
const polls =
  (isDown: (atMs: number) => boolean = () => false) =>
  (atMs: number): SignalBatch[] => {
    if ((atMs - t0) % minute !== 0) return [];
    return [
      batchOf([
        sampleOf(1, atMs, 'poll.ok', 1),
        sampleOf(1, atMs, 'interface.admin.state', 1),
        sampleOf(1, atMs, 'interface.oper.state', isDown(atMs) ? 2 : 1),
      ]),
    ];
  };

/** However often it is killed and begins again from what is kept, it comes to the same end. */
function survives(sent: readonly Sent[], circuits: readonly Circuit[] = [circuitOf(1)]): void {
  const whole = run(sent, circuits);
  const crash = fc.record({
    at: fc.integer({ min: 1, max: sent.length - 1 }),
    everything: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(
    fc.property(fc.array(crash, { minLength: 1, maxLength: 4 }), (crashes) => {
      const kept = new Kept();
      for (const { at, everything } of [...crashes, { at: sent.length, everything: 20 }]) {
        const core = start(kept, circuits);
        const from = kept.memory.positions[0]?.offset ?? 0;
        for (let offset = from; offset < Math.min(from + at, sent.length); offset++) {
          take(core, sent[offset]!, offset);
          if (offset % everything === 0) {
            const change = core.everything();
            kept.keep(change);
            core.kept(change);
          } else if (core.hasChanges) kept.keep(core.changes());
        }
        if (at === sent.length) kept.keep(core.everything());
      }
      for (const { id } of circuits) expect(kept.states(id)).toEqual(whole.states(id));
      expect(kept.incidents()).toEqual(whole.incidents());
      expect([...kept.entries.keys()].sort()).toEqual([...whole.entries.keys()].sort());
    }),
    { numRuns: 150 },
  );
}

describe('the core', () => {
  it('knows nothing before anything was said, then what polls say', () => {
    expect(run(story(t0 + 5 * minute, polls())).states()).toEqual(['0 up none']);
  });

  it('opens an incident at the trap, without waiting for a heartbeat', () => {
    const kept = run([
      ...story(t0 + minute, polls()),
      { atMs: t0 + minute + second, batch: batchOf([], [eventOf(1, t0 + minute + second, 'link.down')]) },
    ]);
    expect(kept.incidents()).toMatchObject([
      { key: `outage/1/${t0 + minute + second}`, state: 'open', detectedMs: t0 + minute + second },
    ]);
  });

  it('finds a lost linkUp by the next poll, with the right time', () => {
    const downMs = t0 + minute + 2 * second;
    const upMs = t0 + minute + 30 * second;
    const sent = story(t0 + 6 * minute, (atMs) => {
      const said = polls()(atMs);
      if (atMs === t0 + 2 * minute)
        said.push(
          batchOf([
            sampleOf(1, atMs, 'poll.ok', 1),
            sampleOf(1, atMs, 'interface.oper.state', 1),
            sampleOf(1, atMs, 'interface.last_change_s', 30),
          ]),
        );
      return said;
    });
    const at = sent.findIndex(({ atMs }) => atMs > downMs);
    sent.splice(at, 0, { atMs: downMs, batch: batchOf([], [eventOf(1, downMs, 'link.down')]) });
    const kept = run(sent);
    expect(kept.states()).toEqual(['0 up none', '62 down link', `${(upMs - t0) / second} up none`]);
    expect(kept.incidents()).toMatchObject([{ state: 'resolved', endedMs: upMs }]);
  });

  it('calls what nobody watched unknown, for the whole gap and no more', () => {
    const sent = story(t0 + 30 * minute, polls()).filter(
      ({ atMs }) => atMs <= t0 + 5 * minute || atMs >= t0 + 25 * minute,
    );
    const kept = run(sent);
    expect(kept.states()).toEqual(['0 up none', '300 unknown collector', '1500 up none']);
    expect(kept.incidents()).toMatchObject([{ kind: 'blind' }]);
  });

  it('takes a batch that comes twice once, and an unreadable message not at all', () => {
    const dropped: string[] = [];
    const core = createCore({
      config: configOf(),
      memory: noMemory,
      metrics: { ...silent, dropped: (reason) => dropped.push(reason) },
    });
    core.follow(planFor(circuitOf(1)), () => undefined);
    const batch = batchOf([heartbeat(t0)]);
    for (const offset of [0, 1]) take(core, { atMs: t0, batch }, offset);
    core.pass({ topic: 'signals', partition: 0, log: 'a', offset: 2, appendedMs: t0 });
    expect(dropped).toEqual(['repeated', 'invalid']);
    expect(core.everything().positions).toEqual([{ topic: 'signals', partition: 0, log: 'a', offset: 3 }]);
  });

  it('says that a line whose far end cannot be reached is down, though its link is up', () => {
    const probe = circuitOf(1, { probe: '198.51.100.1' });
    const sent = story(t0 + 5 * minute, (atMs) => [
      ...polls()(atMs),
      ...((atMs - t0) % (30 * second) === 0
        ? [batchOf([sampleOf(0, atMs, 'probe.ok', atMs < t0 + 2 * minute ? 1 : 0, 'icmp://198.51.100.1')])]
        : []),
    ]);
    expect(run(sent, [probe]).states()).toEqual(['0 up none', '120 down probe']);
  });

  it('resolves what went on when its circuit ends', () => {
    const ending = circuitOf(1, { validToMs: t0 + 4 * minute });
    const kept = run(
      story(
        t0 + 8 * minute,
        polls((atMs) => atMs >= t0 + 2 * minute),
      ),
      [ending],
    );
    expect(kept.memory.intervals.at(-1)).toMatchObject({ state: 'down', toMs: t0 + 4 * minute });
    expect(kept.incidents()).toMatchObject([{ state: 'resolved', endedMs: t0 + 4 * minute }]);
  });

  it('waits for the partition that is behind', () => {
    const core = start(new Kept(), [circuitOf(1)]);
    const place = (partition: number, atMs: number) => ({
      topic: 's',
      partition,
      log: 'a',
      offset: 0,
      appendedMs: atMs,
    });
    core.take(place(1, t0), polls()(t0)[0]!);
    for (const { atMs, batch } of story(t0 + 60 * minute)) core.take(place(0, atMs), batch);
    const [row] = core.everything().states;
    expect(row).toMatchObject({ state: 'up', seenMs: t0 + 1 });
    core.caughtUp(1, t0 + 60 * minute);
    core.caughtUp(0, t0 + 60 * minute);
    expect(core.everything().states[0]).toMatchObject({ state: 'unknown', seenMs: t0 + 60 * minute + 1 });
  });

  it('goes on from what is kept, whatever of it was done already, to the same end', () => {
    const sent = story(
      t0 + 20 * minute,
      polls((atMs) => atMs >= t0 + 3 * minute && atMs < t0 + 5 * minute),
    );
    for (const [afterS, kind] of [
      [63, 'link.down'],
      [70, 'link.up'],
      [502, 'link.down'],
      [511, 'link.up'],
      [902, 'link.down'],
      [905, 'link.up'],
      [1002, 'link.down'],
      [1011, 'link.up'],
    ] as const) {
      const atMs = t0 + afterS * second;
      const at = sent.findIndex((each) => each.atMs >= atMs);
      sent.splice(at, 0, { atMs, batch: batchOf([], [eventOf(1, atMs, kind)]) });
    }
    expect(run(sent).incidents().length).toBeGreaterThan(2);
    survives(sent);
  });

  it('tells that a vantage point sees nothing, and takes none of its lines for down, whenever it is killed', () => {
    const circuits = [1, 2, 3].map((id) => circuitOf(id, { academy: id, exporter: null, probe: `198.51.100.${id}` }));
    const sent = story(t0 + 12 * minute, (atMs) => {
      const id = ((atMs - t0) / (5 * second)) % 6;
      if (!Number.isInteger(id / 2)) return [];
      const target = id / 2 + 1;
      const isBlind = atMs >= t0 + 2 * minute && atMs < t0 + 5 * minute;
      const isDown = target === 2 && atMs >= t0 + 7 * minute && atMs < t0 + 9 * minute;
      return [batchOf([sampleOf(0, atMs, 'probe.ok', isBlind || isDown ? 0 : 1, `icmp://198.51.100.${target}`)])];
    });
    const whole = run(sent, circuits);
    expect([1, 2, 3].map((id) => whole.states(id))).toEqual([
      ['0 up none', '120 unknown unseen', '300 up none'],
      ['10 up none', '130 unknown unseen', '310 up none', '430 down probe', '550 up none'],
      ['20 up none', '140 unknown unseen', '320 up none'],
    ]);
    expect(whole.incidents()).toMatchObject([
      { kind: 'outage', circuit: 2, startedMs: t0 + 430 * second },
      { kind: 'blind', cause: 'vantage', circuit: null, startedMs: t0 + 2 * minute, endedMs: t0 + 5 * minute },
    ]);
    survives(sent, circuits);
  });

  it('forgets what was said of the interface that a circuit was moved away from', () => {
    const kept = new Kept();
    const downFrom = (atMs: number) => atMs >= t0 + minute;
    const sent = story(t0 + 2 * minute, polls(downFrom));
    run(sent, [circuitOf(1)], kept);
    expect(kept.states()).toEqual(['0 up none', '60 down link']);
    const moved = circuitOf(1, { interface: { kind: 'index', value: 3 } });
    // By another watcher, too, than the one that saw it.
    const core = start(kept, [moved]);
    for (const [i, each] of story(t0 + 6 * minute, polls(downFrom)).entries())
      if (each.atMs > t0 + 2 * minute) take(core, each, sent.length + i);
    kept.keep(core.everything());
    expect(kept.states().slice(2)).toEqual(['120.001 up none']);
    expect(kept.incidents()).toMatchObject([{ state: 'resolved' }]);
  });
});
