/**
 * Changes of incidents by a real watcher, told by a real notifier to receivers that misbehave, while both are killed again and
 * again; then what each receiver has is compared with what incidents told of themselves.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { webhookTo } from '../../support/receiver.ts';
import { until } from '../../support/system.ts';
import { Random } from '../random.ts';
import { differences, readChanges } from './compare.ts';
import { startEndpoints } from './endpoints.ts';
import { storm } from './storm.ts';
import { type Victim, World } from './world.ts';

export interface AlertSoakOptions {
  readonly changes: number;
  readonly endpoints: number;
  readonly kills: number;
  readonly seed: number;
  readonly settleMs: number;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface AlertSoakReport {
  readonly changes: number;
  readonly incidents: number;
  readonly kills: number;
  readonly requests: number;
  readonly taken: number;
  readonly repeats: number;
  readonly settleSeconds: number;
  readonly problems: readonly string[];
}

const actor = { account: null, name: 'soak', via: 'command', address: null } as const;
const lines = 40;
const victims: readonly Victim[] = ['notifier', 'watcher'];

export async function soakAlerts(options: AlertSoakOptions): Promise<AlertSoakReport> {
  const { changes, endpoints: count, kills, seed, settleMs, say, signal } = options;
  const random = new Random(seed);
  const endpoints = await startEndpoints(count, seed);
  const world = await World.start({
    lines,
    retrySeconds: Array.from({ length: 30 }, (_, i) => Math.min(5, 0.2 * (i + 1))),
  });
  try {
    for (const { name, receiver } of endpoints)
      await world.estate.alerting.putSubscription(
        actor,
        'main',
        name,
        webhookTo(receiver, name, { timeoutSeconds: 1 }),
      );
    const ended = new AbortController();
    await until('watcher and notifier are there', () => victims.every((each) => world.isBack(each)), 30_000);
    const killed = killing(world, kills, changes, new Random(seed + 1), AbortSignal.any([signal, ended.signal]));
    const made = await storm({ world, random, lines, changes, secondMs: 100, signal });
    say(`${made} changes of incidents are made`);
    const times = await killed;
    ended.abort();
    const began = performance.now();
    for (const { goes, receiver } of endpoints) if (!goes) receiver.misbehave = undefined;
    await until(
      'all is taken and nothing waits',
      async () => {
        const [row] = await world.sql(
          `SELECT (SELECT count(*)::integer FROM delivery WHERE state = 'pending') AS pending,
             (SELECT count(*)::integer FROM incident_change WHERE id > (SELECT change_id FROM notifier)) AS untaken,
             (SELECT count(*)::integer FROM incident WHERE state <> 'resolved') AS open`,
        );
        if (row!['pending'] === 0 && row!['untaken'] === 0 && row!['open'] === 0) return true;
        throw new Error(JSON.stringify(row));
      },
      settleMs,
    );
    const settleSeconds = (performance.now() - began) / 1000;
    const truth = await readChanges(world);
    const dead = await world.sql(
      `SELECT s.slug, count(*)::integer AS n, min(d.error) AS error FROM delivery d JOIN subscription s ON s.id = d.subscription_id
       WHERE d.state NOT IN ('delivered') AND s.disabled_at IS NULL GROUP BY s.slug`,
    );
    const gone = await world.sql('SELECT slug FROM subscription WHERE disabled_at IS NOT NULL ORDER BY slug');
    const left = endpoints.filter(({ goes }) => goes).map(({ name }) => name);
    const problems = [
      ...endpoints.filter(({ goes }) => !goes).flatMap((endpoint) => differences(truth, endpoint)),
      ...dead.map(({ slug, n, error }) => `${String(slug)}: ${String(n)} were given up: ${String(error)}`),
      ...(gone.map(({ slug }) => slug).join() === left.toSorted().join()
        ? []
        : [`switched off: ${gone.map(({ slug }) => slug).join()}, gone: ${left.join()}`]),
      ...world.said,
    ];
    const sum = (of: (endpoint: (typeof endpoints)[number]) => number): number =>
      endpoints.reduce((total, each) => total + of(each), 0);
    return {
      ...{ changes: made, incidents: truth.size, kills: times, settleSeconds, problems },
      requests: sum(({ receiver }) => receiver.requests),
      taken: sum(({ receiver }) => receiver.messages.length),
      repeats: sum(({ receiver }) => receiver.repeats),
    };
  } finally {
    await world.end();
    await Promise.all(endpoints.map(({ receiver }) => receiver.stop()));
  }
}

/** So many, spread over the changes; each has time to begin, more or less. */
async function killing(
  world: World,
  kills: number,
  changes: number,
  random: Random,
  signal: AbortSignal,
): Promise<number> {
  let done = 0;
  while (done < kills && !signal.aborted) {
    await sleep(random.between(200, Math.max(1500, (changes * 20) / Math.max(1, kills))));
    const victim = random.pick(victims);
    // One that is not back yet has nothing to lose.
    if (!world.isBack(victim)) continue;
    world.kill(victim);
    done++;
  }
  return done;
}
