import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ownerOf, parseAddress } from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryFileOf, readMemory, writeMemory } from './memory.ts';
import { prepareWorkers } from './workers.ts';

const logger = createLogger('test', 'silent');

describe('what workers remember', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-workers-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const exporters = Array.from({ length: 40 }, (_, i) => `10.0.${i}.1`);
  const file = (worker: number): string => memoryFileOf(directory, 'main', worker);
  const prepare = (workers: number): Promise<void> => prepareWorkers({ directory, label: 'main', workers, logger });
  const files = (): string[] => readdirSync(directory).filter((name) => name.endsWith('.json'));
  const remember = (worker: number, coveredMs: number, own: readonly string[]): Promise<void> =>
    writeMemory(file(worker), {
      coveredMs,
      epoch: 640 + worker,
      templates: { format: 1, domains: own.map((exporter) => ({ exporter })) },
    });
  async function known(worker: number): Promise<string[]> {
    const { templates } = (await readMemory(file(worker)))!;
    return (templates as { domains: { exporter: string }[] }).domains.map(({ exporter }) => exporter).sort();
  }

  it('goes to the owners of the exporters when there are more of them, and when there are fewer', async () => {
    await remember(0, 5000, exporters);
    await prepare(3);
    expect(files().sort()).toEqual(['main.1.json', 'main.2.json', 'main.json']);
    for (const worker of [0, 1, 2])
      expect(await known(worker)).toEqual(exporters.filter((text) => ownerOf(parseAddress(text), 3) === worker).sort());
    await remember(2, 3000, await known(2));
    await prepare(1);
    expect(files()).toEqual(['main.json']);
    expect(await known(0)).toEqual([...exporters].sort());
    // The earliest: what the third left uncovered after it is the first one's to sum.
    expect((await readMemory(file(0)))!.coveredMs).toBe(3000);
  });

  it('stays where it is while their number does', async () => {
    await remember(0, 5000, exporters.slice(0, 3));
    await remember(1, 6000, exporters.slice(3));
    await prepare(2);
    expect(await known(0)).toEqual(exporters.slice(0, 3).sort());
    expect((await readMemory(file(1)))!.coveredMs).toBe(6000);
  });

  it('of other collectors, and files that cannot be read, are no matter', async () => {
    await writeMemory(memoryFileOf(directory, 'main-2', 0), { coveredMs: 1, templates: undefined });
    writeFileSync(path.join(directory, 'main.engine.json'), '{}');
    writeFileSync(file(1), 'broken');
    await remember(0, 5000, exporters);
    await prepare(1);
    expect(files().sort()).toEqual(['main-2.json', 'main.engine.json', 'main.json']);
    expect((await known(0)).length).toBe(exporters.length);
  });
});
