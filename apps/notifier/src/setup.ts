/** Rules, subscriptions and silences, live: read at first, and again soon after anything may have changed. */
import type { AlertingSetup, Notifying } from '@linewatch/estate';
import { type Logger, describe, sleep } from '@linewatch/service';

export interface SetupOptions {
  readonly notifying: Pick<Notifying, 'setup' | 'safeguarding'>;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Rows of the subscriptions that safeguarding mails go by, by trust. */
  readonly onChange: (setup: AlertingSetup, safeguarding: ReadonlyMap<number, number>) => void;
}

export interface FollowedSetup {
  readonly setup: AlertingSetup;
  readonly safeguarding: ReadonlyMap<number, number>;
  /** It may have changed. */
  wake(): void;
  stop(): Promise<void>;
}

/** Incidents wake it, too: it is read at most so often, */
const leastBetweenMs = 1000;
/** and at least so often. */
const everyMs = 15_000;

/** Resolves when it is known once. @throws EstateError when it cannot be read at first. */
export async function followSetup({ notifying, logger, signal, onChange }: SetupOptions): Promise<FollowedSetup> {
  const safeguarding = new Map<number, number>();
  const read = async (): Promise<AlertingSetup> => {
    const setup = await notifying.setup();
    for (const { row } of setup.trusts)
      if (!safeguarding.has(row)) safeguarding.set(row, await notifying.safeguarding(row));
    return setup;
  };
  let current = await read();
  let woken = new AbortController();
  const stopped = new AbortController();
  const ended = AbortSignal.any([signal, stopped.signal]);
  const isOver = (): boolean => ended.aborted;
  const run = async (): Promise<void> => {
    for (;;) {
      await sleep(leastBetweenMs, ended);
      await sleep(everyMs - leastBetweenMs, AbortSignal.any([ended, woken.signal]));
      if (isOver()) return;
      woken = new AbortController();
      try {
        const before = current;
        current = await read();
        if (before.version !== current.version || before.trusts.length !== current.trusts.length)
          onChange(current, safeguarding);
      } catch (error) {
        if (!isOver()) logger.warn({ reason: describe(error) }, 'the set-up of alerts could not be read; trying again');
      }
    }
  };
  const running = run();
  return {
    get setup() {
      return current;
    },
    safeguarding,
    wake: () => woken.abort(),
    stop: async () => {
      stopped.abort();
      await running;
    },
  };
}
