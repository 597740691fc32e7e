/** An import in a thread of its own: reading and comparing a large file takes seconds, in which a server must answer others. */
import { Worker } from 'node:worker_threads';
import type { ImportResult } from '@linewatch/contract';
import { LinewatchError } from '@linewatch/service';
import type { DatabaseOptions } from '../database.ts';
import { EstateError, type EstateErrorCode } from '../errors.ts';
import type { ImportRequest } from './import.ts';

export interface Apart {
  readonly database: Pick<DatabaseOptions, 'url' | 'applicationName'>;
  readonly secretKey: Uint8Array | undefined;
  readonly request: ImportRequest;
}

export type Told =
  | { readonly result: ImportResult }
  | { readonly failed: { readonly code: EstateErrorCode; readonly message: string } }
  | { readonly broke: string };

/** The file is more than the thread may use. */
export class TooMuch extends LinewatchError<'too_much'> {}

/** A file of this many characters is read in some 50 ms; starting a thread takes longer. */
const smallFile = 64 * 1024;
/** A file of the largest size takes about half of it. */
const maxHeapMb = 2048;
/** Less than a server waits for its answer. */
const maxMs = 170_000;

export const isLarge = ({ text, second, membership }: ImportRequest): boolean =>
  text.length + (second?.length ?? 0) + (membership?.length ?? 0) > smallFile;

/** Ending the thread ends its connection, and with it the transaction. @throws EstateError, TooMuch */
export function importApart(data: Apart, signal: AbortSignal): Promise<ImportResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('import-worker.ts', import.meta.url), {
      workerData: data,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
    const end = (): void => void worker.terminate();
    const late = setTimeout(() => {
      reject(new TooMuch('too_much', `takes over ${maxMs / 1000} s to import: split it`));
      end();
    }, maxMs);
    signal.addEventListener('abort', end, { once: true });
    worker.once('message', (told: Told) => {
      if ('result' in told) resolve(told.result);
      else if ('failed' in told) reject(new EstateError(told.failed.code, told.failed.message));
      else reject(new EstateError('query_failed', `the import failed: ${told.broke}`));
    });
    worker.once('error', (error) => {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ERR_WORKER_OUT_OF_MEMORY')
        reject(new TooMuch('too_much', 'takes too much memory to read: split it'));
      else reject(new EstateError('query_failed', 'the import failed', { cause: error }));
    });
    worker.once('exit', () => {
      clearTimeout(late);
      signal.removeEventListener('abort', end);
      // Of no effect after an answer.
      reject(new EstateError('closed', 'the import was ended'));
    });
  });
}
