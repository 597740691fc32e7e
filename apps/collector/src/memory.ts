/** What a collector remembers over restarts, in one file of its own: templates, and up to when all flows were summed. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

export interface Remembered {
  /** Unix ms up to which every accepted flow was in accepted sums. */
  readonly coveredMs: number;
  /** The decoder's snapshot; validated when it is restored. */
  readonly templates: unknown;
  /** Of the start that wrote it; absent in files of earlier versions. */
  readonly epoch?: number | undefined;
}

/** The first worker's has no number: it is there before there are others. */
export const memoryFileOf = (directory: string, label: string, worker: number): string =>
  path.join(directory, worker === 0 ? `${label}.json` : `${label}.${worker}.json`);

const maxBytes = 64 * 1024 * 1024;

/** Undefined when there is none, or it cannot be read: then exporters' next templates do. */
export async function readMemory(file: string): Promise<Remembered | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.length > maxBytes) return undefined;
    const value = JSON.parse(text) as Partial<Remembered>;
    const { coveredMs, templates, epoch } = value;
    if (typeof coveredMs !== 'number') return undefined;
    return { coveredMs, templates, epoch: Number.isSafeInteger(epoch) ? epoch : undefined };
  } catch {
    return undefined;
  }
}

/** Replaces the file in one step. */
export async function writeMemory(file: string, memory: Remembered): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, JSON.stringify(memory), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
