/**
 * The estate file as the source of truth: applied at the start and whenever it changes, by one process of the installation.
 * A file with problems changes nothing.
 */
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeFile } from '@linewatch/contract';
import { type Actor, type Estate, formatFileProblem } from '@linewatch/estate';
import type { App, Logger } from '@linewatch/service';

export interface EstateSyncOptions {
  readonly estate: Pick<Estate, 'importFile' | 'records' | 'whileLeading'>;
  /** Undefined: no file is the source of truth, and what one was before is let go. */
  readonly file: string | undefined;
  readonly trust: string;
  readonly logger: Logger;
  /** How often the file is looked at, ms. */
  readonly everyMs?: number;
}

export interface EstateSync {
  start(): void;
  stop(): Promise<void>;
  /** What is wrong with the file, in a few words; empty = nothing. */
  readonly trouble: string;
}

const actor: Actor = { account: null, name: 'estate file', via: 'sync', address: null };
const maxFileBytes = 64 * 1024 * 1024;

export function createEstateSync({ estate, file, trust, logger, everyMs = 2000 }: EstateSyncOptions): EstateSync {
  let campaign: { stop(): Promise<void> } | undefined;
  let trouble = '';

  async function apply(path: string, text: string): Promise<void> {
    const request = { format: 'yaml', text, trust, actor, title: 'estate file', dryRun: false } as const;
    const { applied, problems, batch, version } = await estate.importFile({ ...request, managed: true, prune: true });
    if (applied) {
      trouble = '';
      if (batch !== null) logger.info({ file: path, batch, version }, 'estate file applied');
      return;
    }
    for (const problem of problems)
      logger.error({ file: path, problem: formatFileProblem(problem) }, 'estate file is wrong');
    const many = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    trouble = `the estate file ${path} has ${many} and was not applied; the first: ${formatFileProblem(problems[0]!)}`;
  }

  /** What the file has, and when that was; undefined: as it was. */
  async function changed(path: string, before: string): Promise<{ mark: string; text: string } | undefined> {
    const { mtimeMs, size, ino } = await stat(path);
    const mark = `${mtimeMs} ${size} ${ino}`;
    if (mark === before) return undefined;
    if (size > maxFileBytes) throw new Error(`it is over ${maxFileBytes} octets`);
    return { mark, text: decodeFile(await readFile(path)) };
  }

  async function follow(path: string, signal: AbortSignal): Promise<void> {
    let mark = '';
    let failed = '';
    while (!signal.aborted) {
      try {
        const next = await changed(path, mark);
        if (next) {
          await apply(path, next.text);
          mark = next.mark;
        }
        failed = '';
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        trouble = `the estate file ${path} could not be applied: ${message}`;
        if (message !== failed) logger.error({ err: error, file: path }, 'estate file not applied');
        failed = message;
      }
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Records of a file that no longer is the source of truth can be changed again. */
  async function letGo(): Promise<void> {
    const { records } = await estate.records.all(trust);
    const changes = records.flatMap(({ kind, id, managed }) =>
      managed ? [{ kind, id, op: 'update' as const, values: {} }] : [],
    );
    if (changes.length === 0) return;
    await estate.records.apply(actor, changes, {
      trust,
      managed: false,
      title: 'the estate file is no longer the source',
    });
    logger.info({ records: changes.length }, 'records of the estate file can be changed again');
  }

  return {
    get trouble() {
      return trouble;
    },
    start() {
      campaign = estate.whileLeading(`estate-sync/${trust}`, async (signal) => {
        if (file !== undefined) await follow(file, signal);
        else {
          await letGo();
          // Once is enough for as long as this process leads.
          if (!signal.aborted) await once(signal, 'abort');
        }
      });
    },
    stop: async () => {
      await campaign?.stop();
    },
  };
}

/** The app with the file followed as long as it runs; its health tells what is wrong with the file. */
export function withSync(app: App, sync: EstateSync): App {
  return {
    start: async () => {
      await app.start();
      sync.start();
    },
    stop: async () => {
      await sync.stop();
      await app.stop();
    },
    health: async () => {
      const health = await app.health();
      return sync.trouble === '' ? health : { ...health, detail: `${health.detail}; ${sync.trouble}` };
    },
  };
}
