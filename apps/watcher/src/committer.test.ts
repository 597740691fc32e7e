import { EstateError, type WatcherChange } from '@linewatch/estate';
import { Metrics, createLogger } from '@linewatch/service';
import { describe, expect, it } from 'vitest';
import { Committer } from './committer.ts';
import { type Core, createCore } from './core.ts';
import { watcherMetrics } from './metrics.ts';
import { batchOf, circuitOf, configOf, eventOf, heartbeat, noMemory, planFor, second, t0 } from './testing.ts';

const metrics = watcherMetrics(new Metrics('watcher'), () => ({
  leading: true,
  lagSeconds: 0,
  watermarkDelaySeconds: 0,
  incidentsOpen: 0,
  lines: {},
}));

/** A database that refuses so many commits, with these codes. */
class Refusing {
  readonly kept: WatcherChange[] = [];
  readonly tried: WatcherChange[] = [];
  readonly problems: string[] = [];
  readonly core: Core = createCore({ config: configOf(), memory: noMemory, metrics });
  readonly stopping = new AbortController();
  readonly committer: Committer;

  constructor(...refusals: readonly ('unreachable' | 'leadership_lost')[]) {
    const left = [...refusals];
    this.core.follow(planFor(circuitOf(1)), () => undefined);
    this.committer = new Committer({
      watching: {
        commit: (_epoch, change) => {
          this.tried.push(change);
          const code = left.shift();
          if (code) return Promise.reject(new EstateError(code, 'refused'));
          this.kept.push(change);
          return Promise.resolve();
        },
      },
      epoch: 1,
      core: this.core,
      metrics,
      logger: createLogger('test', 'silent'),
      onProblem: (text) => this.problems.push(text),
      signal: this.stopping.signal,
    });
  }

  trap(offset: number, kind: 'link.down' | 'link.up'): void {
    const atMs = t0 + offset * second;
    const batch = batchOf([heartbeat(atMs)], [eventOf(1, atMs, kind)]);
    this.core.take({ topic: 'signals', partition: 0, log: 'a', offset, appendedMs: atMs }, batch);
  }
}

describe('while PostgreSQL is away', () => {
  it('what was found waits unchanged, and what comes meanwhile is kept after it, each once', async () => {
    const away = new Refusing('unreachable', 'unreachable');
    away.trap(0, 'link.down');
    const first = away.committer.commit(false);
    const second = away.committer.commit(false);
    const third = away.committer.commit(true);
    away.trap(1, 'link.up');
    await Promise.all([first, second, third]);
    expect(new Set(away.tried.slice(0, 3)).size).toBe(1);
    expect(
      away.kept.flatMap(({ intervals }) => intervals.flatMap((each) => each.intervals.map(({ state }) => state))),
    ).toEqual(['down', 'up']);
    const opened = away.kept.flatMap(({ entries }) => entries.filter(({ kind }) => kind === 'opened'));
    expect(opened).toHaveLength(1);
    expect(away.core.keptOffset(0)).toBe(2);
    expect([away.problems[0], away.problems.at(-1)]).toEqual([expect.stringContaining('refused'), '']);
  });

  it('nothing more is tried by one that no longer leads, or is stopped', async () => {
    const led = new Refusing('leadership_lost');
    led.trap(0, 'link.down');
    await expect(led.committer.commit(false)).rejects.toMatchObject({ code: 'leadership_lost' });
    expect(led.tried).toHaveLength(1);
    const stopped = new Refusing('unreachable', 'unreachable', 'unreachable');
    stopped.trap(0, 'link.down');
    const waiting = stopped.committer.commit(false);
    stopped.stopping.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'leadership_lost' });
    expect(stopped.kept).toEqual([]);
  });
});
