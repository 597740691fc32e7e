/** All that one leadership runs, from its epoch to its end. */
import { createTransport, formatsByName } from '@linewatch/alerting';
import type { AlertingSetup, Estate } from '@linewatch/estate';
import { type Logger, describe, sleep } from '@linewatch/service';
import { createConditionRounds } from './conditions/rounds.ts';
import type { ConditionContext, Conditions } from './conditions/port.ts';
import type { NotifierConfig } from './config.ts';
import { Engine } from './delivery/engine.ts';
import { createSender } from './delivery/sender.ts';
import { Settler } from './delivery/settler.ts';
import { followEstate } from './following.ts';
import { Heartbeats } from './heartbeat.ts';
import { Leader } from './leader.ts';
import type { NotifierFigures, NotifierMetrics } from './metrics.ts';
import { publishStatusPages } from './publishing.ts';
import { pruneNowAndThen } from './pruning.ts';
import { receiverConditions } from './receivers.ts';
import { safeguardingSubscription } from './routes.ts';
import { createRuleBook } from './rule-book.ts';
import { safeguardingMail } from './safeguarding.ts';
import { followSetup } from './setup.ts';
import { Vitals } from './vitals.ts';

export interface LeadOptions {
  readonly config: NotifierConfig;
  readonly estate: Estate;
  readonly holder: string;
  readonly metrics: NotifierMetrics;
  readonly logger: Logger;
  readonly now: () => number;
  readonly conditions: readonly ((context: ConditionContext) => Conditions)[];
  readonly onLeading: (leading: Leading | undefined) => void;
  readonly signal: AbortSignal;
}

/** What is told of it while it leads. */
export interface Leading {
  figures(): NotifierFigures;
  /** What holds it up; empty: nothing does. */
  problem(): string;
  detail(): string;
}

/** Groups that closed before are not opened again, alerts that ended before are not told of. */
const rememberMs = 8 * 24 * 3_600_000;
/** What is under way when it ends is waited for so long. */
const graceMs = 2000;
/**
 * What was made before it began, or shortly after by a clock that differs, may have been on its way when another was killed: its
 * effect is looked for first.
 */
const skewMs = 30_000;

/** Resolves when the signal aborts. Rejects when it cannot go on: then another begins anew, from what was kept. */
export async function lead(options: LeadOptions): Promise<void> {
  const { config, estate, metrics, logger, now } = options;
  const { notifying } = estate;
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  let lost: unknown;
  const onLost = (error: unknown): void => {
    lost ??= error;
    ended.abort();
  };
  const problems = new Map<string, string>();
  const problemOf = (what: string) => (text: string) => void problems.set(what, text);

  const epoch = await notifying.claim(options.holder);
  const sinceMs = now() + skewMs;
  const memory = await notifying.read(now() - rememberMs);
  const incidents = await notifying.openIncidents();
  // Both are followed before anything else looks at them.
  let leader: Leader | undefined;
  const following = await followEstate(estate, () => leader?.review());
  const transport = createTransport({
    allowNetworks: config.allowNetworks,
    allowHttp: config.allowHttp,
    ...(config.smtp && { smtp: config.smtp }),
  });
  const subjects = () => following.subjects;
  const sender = createSender({
    transport,
    formats: formatsByName,
    safeguarding: ({ notification }, { trust }) =>
      safeguardingMail(notification, subjects().safeguardingLeads(trust, notification.group.labels['academy'] ?? '')),
    now,
  });
  const settler = new Settler({ notifying, epoch, metrics, logger, onProblem: problemOf('settling'), onLost, signal });
  const engine = new Engine({
    ...{ notifying, epoch, sender, settler, config, sinceMs, metrics, logger, now, onLost, signal },
    random: Math.random,
  });
  const vitals = new Vitals(notifying, logger, now);
  const heartbeats = new Heartbeats({
    ...{ transport, metrics, logger, now, signal },
    trouble: () => [...problems.values()].find((text) => text !== '') ?? vitals.trouble(engine.overdueMs),
  });
  const apply = (setup: AlertingSetup, safeguarding: ReadonlyMap<number, number>): void => {
    leader?.follow(setup, safeguarding);
    engine.follow([
      ...setup.subscriptions,
      ...[...safeguarding].map(([trust, row]) => safeguardingSubscription(row, trust)),
    ]);
    heartbeats.follow(setup.subscriptions);
  };
  const running: Promise<unknown>[] = [];
  try {
    const setup = await followSetup({ notifying, logger, signal, onChange: apply });
    const rules = await createRuleBook({ setup: () => setup.setup, subjects, watching: estate.watching, logger });
    leader = new Leader({
      ...{
        estate,
        epoch,
        memory,
        incidents,
        setup: setup.setup,
        safeguardingRows: setup.safeguarding,
        subjects,
        rules,
      },
      ...{ publicUrl: config.publicUrl, metrics, logger, now, signal, onProblem: problemOf('telling') },
      onDeliveries: (subscriptions) => engine.wake(subscriptions),
    });
    const telling = leader;
    const rounds = createConditionRounds({
      sources: [
        receiverConditions({ setup: () => setup.setup, lanes: () => engine.lanes(), subjects, rules }),
        ...options.conditions.map((make) =>
          make({
            ...{ estate, subjects, setup: () => setup.setup, healthUrls: config.healthUrls, logger, signal },
            firing: () => telling.machine.alerts(),
            onFailed: () => metrics.conditionFailed(),
          }),
        ),
      ],
      everyMs: config.everySeconds * 1000,
      onFound: (alerts, unknown) => telling.conditions(alerts, unknown),
      ...{ metrics, logger, now, signal },
    });
    apply(setup.setup, setup.safeguarding);
    engine.start();
    heartbeats.start();
    const watch = notifying.watch(() => {
      telling.wake();
      engine.wakeAll();
      setup.wake();
    });
    options.onLeading(leadingOf(telling, engine, vitals, problems, now));
    logger.info({ epoch, alerts: memory.alerts.length, groups: memory.groups.length }, 'telling');
    running.push(
      telling.run().catch(onLost),
      vitals.run(signal),
      rules.follow(signal),
      rounds,
      publishStatusPages({ estate, subjects, directory: config.statusDirectory, logger, now, signal }),
      pruneNowAndThen({ notifying, keepDays: config.keepDays, metrics, logger, now, signal }),
    );
    await aborted(signal);
    await watch.stop();
    await setup.stop();
  } finally {
    options.onLeading(undefined);
    ended.abort();
    const stopping = Promise.all([engine.stop(), heartbeats.stop(), ...running, following.stop()]);
    await Promise.race([stopping, sleep(graceMs)]);
    transport.close();
    await stopping;
    await settler.end();
  }
  if (lost !== undefined && !options.signal.aborted) throw lost instanceof Error ? lost : new Error(describe(lost));
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });

function leadingOf(
  leader: Leader,
  engine: Engine,
  vitals: Vitals,
  problems: ReadonlyMap<string, string>,
  now: () => number,
): Leading {
  return {
    figures: () => {
      const alerts: Record<string, number> = { critical: 0, major: 0, minor: 0, info: 0 };
      for (const { severity, endedMs } of leader.machine.alerts()) if (endedMs === null) alerts[severity]!++;
      const receivers = { closed: 0, open: 0, 'half-open': 0 };
      for (const lane of engine.lanes()) receivers[lane.breaker]++;
      const { pending = 0, dead = 0, oldestMs = null } = vitals.latest ?? {};
      return {
        ...{ leading: true, lagSeconds: vitals.lagSeconds, alerts, pending, dead, receivers },
        groups: [...leader.machine.groups()].length,
        oldestSeconds: oldestMs === null ? 0 : Math.max(0, (now() - oldestMs) / 1000),
      };
    },
    problem: () => [...problems.values()].find((text) => text !== '') ?? '',
    detail: () => {
      const lanes = [...engine.lanes()];
      const failing = lanes.filter(({ isOpen }) => isOpen).map(({ subscription }) => subscription.slug);
      const lag = Math.round(vitals.lagSeconds);
      const words = [
        `telling ${lanes.length === 1 ? '1 receiver' : `${lanes.length} receivers`}`,
        ...(failing.length > 0 ? [`${failing.slice(0, 5).join(', ')} failing`] : []),
        ...(lag > 10 ? [`${lag} s behind`] : []),
      ];
      return words.join(', ');
    },
  };
}
