/** The estate as files, and what was done in batches. */
import type { Batch, ChangeResult, ImportBody, ImportResult, Kind } from '@linewatch/contract';
import { type Request, hasFields, hasList } from './request.ts';

/** A register of a whole country takes its time, on a slow line above all. */
const importTimeoutMs = 600_000;

export interface FilesApi {
  import(body: ImportBody, signal: AbortSignal): Promise<ImportResult>;
  /** Latest first. */
  batches(signal: AbortSignal): Promise<{ batches: Batch[] }>;
  undo(batch: number, options: { readonly dryRun: boolean }, signal: AbortSignal): Promise<ChangeResult>;
}

export function createFilesApi(request: Request): FilesApi {
  return {
    import: (body, signal) =>
      request('/api/v1/estate/import', {
        method: 'POST',
        body,
        check: hasFields<ImportResult>('applied', 'counts', 'problems', 'columns'),
        signal,
        timeoutMs: importTimeoutMs,
      }),
    batches: (signal) => request('/api/v1/estate/batches', { check: hasList<{ batches: Batch[] }>('batches'), signal }),
    undo: (batch, options, signal) =>
      request(`/api/v1/estate/batches/${batch}/undo`, {
        method: 'POST',
        body: options,
        check: hasFields<ChangeResult>('applied', 'problems'),
        signal,
        timeoutMs: importTimeoutMs,
      }),
  };
}

/** Where the browser gets an export: YAML of everything, or CSV of one kind. */
export const exportHref = (kind: Kind | null): string =>
  kind === null ? '/api/v1/estate/export?format=yaml' : `/api/v1/estate/export?format=csv&kind=${kind}`;
