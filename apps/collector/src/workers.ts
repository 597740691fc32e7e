/** The workers of a collector, and what is done for all of them before the first one starts. */
import { readdir, rm } from 'node:fs/promises';
import { isIP } from 'node:net';
import { ownerOf, parseAddress } from '@linewatch/record';
import type { Logger } from '@linewatch/service';
import { keyFileOf, readKey } from './key.ts';
import { type Remembered, memoryFileOf, readMemory, writeMemory } from './memory.ts';

/** This process among the workers of one collector. */
export interface Place {
  /** From 0 on. */
  readonly worker: number;
  readonly workers: number;
}

export const onlyWorker: Place = { worker: 0, workers: 1 };

export interface PrepareOptions {
  /** Where the collector keeps what it remembers. */
  readonly directory: string;
  readonly label: string;
  readonly workers: number;
  readonly logger: Logger;
}

/** Makes the key that they share, and where their number has changed gives each what is known of its exporters. */
export async function prepareWorkers(options: PrepareOptions): Promise<void> {
  const { directory, label, workers, logger } = options;
  await readKey(keyFileOf(directory, label), logger);
  const before = await numbersOf(directory, label);
  const asBefore = before.length === workers && before.every((number, i) => number === i);
  if (before.length === 0 || asBefore) return;
  const memories = (
    await Promise.all(before.map((number) => readMemory(memoryFileOf(directory, label, number))))
  ).filter((memory) => memory !== undefined);
  if (memories.length === 0) return;
  const domains = memories.flatMap(({ templates }) => domainsIn(templates));
  // Of none is more known to be summed than of all: what was, says so itself.
  const coveredMs = Math.min(...memories.map((memory) => memory.coveredMs));
  const epoch = Math.max(0, ...memories.map((memory) => memory.epoch ?? 0));
  for (let worker = 0; worker < workers; worker++) {
    const own = domains.filter((domain) => ownerIn(domain, workers) === worker);
    const memory: Remembered = { coveredMs, epoch, templates: { format: 1, domains: own } };
    await writeMemory(memoryFileOf(directory, label, worker), memory);
  }
  for (const number of before) if (number >= workers) await rm(memoryFileOf(directory, label, number), { force: true });
  logger.info({ workers, before: before.length }, 'shared out what is remembered among the workers');
}

/** Numbers of the workers that have left something, ascending. */
async function numbersOf(directory: string, label: string): Promise<number[]> {
  const names = await readdir(directory).catch(() => []);
  const form = new RegExp(`^${label}(?:\\.([1-9]\\d?))?\\.json$`);
  return names
    .flatMap((name) => {
      const match = form.exec(name);
      return match ? [Number(match[1] ?? 0)] : [];
    })
    .sort((a, b) => a - b);
}

/** Whatever is in the file: it is checked when it is restored. */
function domainsIn(templates: unknown): unknown[] {
  const { format, domains } = (templates ?? {}) as { format?: unknown; domains?: unknown };
  return format === 1 && Array.isArray(domains) ? (domains as unknown[]) : [];
}

function ownerIn(domain: unknown, workers: number): number {
  const { exporter } = (domain ?? {}) as { exporter?: unknown };
  return typeof exporter === 'string' && isIP(exporter) !== 0 ? ownerOf(parseAddress(exporter), workers) : 0;
}
