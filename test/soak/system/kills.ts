/** Random kill -9, so many in so much time. Who is held, because an outage of it is under way, is let be. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Victim, World } from './world.ts';

/** How much longer than planned it may take: processes take their time to come back on a busy machine. */
const patience = 1.3;
const shortestPauseMs = 100;

export interface KillOptions {
  readonly kills: number;
  readonly forMs: number;
  readonly random: Random;
  readonly held: ReadonlySet<Victim>;
  readonly signal: AbortSignal;
}

/** Resolves with how often each was killed. */
export async function killAtRandom(world: World, options: KillOptions): Promise<Map<Victim, number>> {
  const { kills, forMs, random, held, signal } = options;
  const done = new Map<Victim, number>();
  const lastPid = new Map<Victim, number>();
  const began = performance.now();
  const isOver = (): boolean => signal.aborted;
  let left = kills;
  // All of them in a random order, then again: none is left out by chance.
  let round: Victim[] = [];
  while (left > 0 && !isOver()) {
    const leftMs = began + forMs - performance.now();
    if (leftMs < -forMs * (patience - 1)) break;
    const meanMs = Math.max(0, leftMs) / left;
    await sleep(Math.max(shortestPauseMs, (meanMs * random.between(40, 160)) / 100), undefined, { signal }).catch(
      () => undefined,
    );
    if (round.length === 0) round = random.shuffle([...world.victims]);
    // One that is not back yet cannot be killed: the next is, and it comes after.
    const at = round.findIndex((name) => !held.has(name) && world.isBack(name, lastPid.get(name)));
    const [victim] = at < 0 ? [] : round.splice(at, 1);
    if (victim === undefined || isOver()) continue;
    const pid = random.pick(world.pids(victim));
    world.kill(victim, pid);
    lastPid.set(victim, pid);
    done.set(victim, (done.get(victim) ?? 0) + 1);
    left--;
  }
  return done;
}
