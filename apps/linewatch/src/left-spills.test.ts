import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { leftSpills } from './left-spills.ts';
import { paths } from './paths.ts';

it('what is left is that of workers of this collector that are no more, whatever trusts and collectors are called', async () => {
  const data = mkdtempSync(path.join(os.tmpdir(), 'linewatch-spills-'));
  const { spill } = paths(data);
  try {
    expect(await leftSpills({ directory: spill('main', 'hub'), workers: 1 })).toEqual([]);
    for (const [trust, label] of [
      ['main', 'hub'],
      ['main', '5'],
      ['7', 'hub'],
    ] as const)
      for (const worker of ['0', '1', '2', '31'])
        mkdirSync(path.join(spill(trust, label), worker), { recursive: true });
    expect((await leftSpills({ directory: spill('main', 'hub'), workers: 2 })).sort()).toEqual(['2', '31']);
    expect(await leftSpills({ directory: spill('7', 'hub'), workers: 32 })).toEqual([]);
  } finally {
    rmSync(data, { recursive: true });
  }
});
