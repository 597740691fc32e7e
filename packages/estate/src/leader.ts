/** Leadership by a session's advisory lock: the server frees it when the holder's connection ends. */
import type { Client } from 'pg';
import { type Logger, backoffMs, describe, sleep } from '@linewatch/service';
import type { Database } from './database.ts';
import { EstateError, toEstateError } from './errors.ts';
import { lockSpace } from './migrate.ts';

export interface Leadership {
  /** Aborts when the lock is lost or released; its reason is an EstateError. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

const heartbeatMs = 2000;
/** A dead connection is noticed here within heartbeat + timeout = 5 s, before the server gives up on it (about 10 s). */
const queryTimeoutMs = 2000;
const keepAlive = 'SET tcp_keepalives_idle = 6; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3';

/** Tries once. Undefined: another session holds the lock. */
export async function tryLead(database: Database, name: string): Promise<Leadership | undefined> {
  const lost = new AbortController();
  const end = (code: 'leadership_lost' | 'closed', message: string, cause?: unknown): void =>
    lost.abort(new EstateError(code, message, { cause }));
  const onLost = (error: Error): void => end('leadership_lost', `the lock "${name}" was lost`, error);
  const client = await database.connect(`leading "${name}"`, queryTimeoutMs, onLost);
  const close = (): void => void client.end().catch(() => undefined);
  try {
    await client.query(keepAlive);
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1, hashtext($2)) AS held', [
      lockSpace,
      name,
    ]);
    if (!rows[0]!.held) {
      close();
      return undefined;
    }
  } catch (error) {
    close();
    throw toEstateError(error, `leading "${name}"`);
  }
  void beat(client, lost.signal).catch(onLost).then(close);
  return {
    signal: lost.signal,
    release: async () => {
      // The lock goes with the session; unlocking first lets the next one have it without waiting for that.
      if (!lost.signal.aborted) await client.query('SELECT pg_advisory_unlock_all()').catch(() => undefined);
      end('closed', `the lock "${name}" was released`);
    },
  };
}

async function beat(client: Client, ended: AbortSignal): Promise<void> {
  for (;;) {
    await sleep(heartbeatMs, ended);
    if (ended.aborted) return;
    await client.query('SELECT');
  }
}

export interface Campaign {
  /** Resolves when the work has ended and the lock is free. */
  stop(): Promise<void>;
}

/**
 * Does `work` whenever this process holds the lock, and waits for it otherwise. `work` is to end when its signal aborts; when it
 * returns or rejects, the lock is released and tried again after a pause.
 */
export function whileLeading(
  database: Database,
  logger: Logger,
  name: string,
  work: (signal: AbortSignal) => Promise<void>,
  retryMs = 1000,
): Campaign {
  const stopped = new AbortController();
  async function run(): Promise<void> {
    let failures = 0;
    while (!stopped.signal.aborted) {
      try {
        const leadership = await tryLead(database, name);
        if (leadership) {
          logger.info({ name }, 'leading');
          const ended = AbortSignal.any([leadership.signal, stopped.signal]);
          try {
            // Stopped or lost before it began: work that waits for the signal would wait for ever.
            if (!ended.aborted) await work(ended);
          } finally {
            await leadership.release();
            logger.info({ name }, 'no longer leading');
          }
        }
        failures = 0;
      } catch (error) {
        if (failures++ === 0) logger.warn({ name, reason: describe(error) }, 'leadership failed; trying again');
      }
      await sleep(backoffMs(failures, retryMs, 10_000), stopped.signal);
    }
  }
  const running = run();
  return {
    stop: () => {
      stopped.abort();
      return running;
    },
  };
}
