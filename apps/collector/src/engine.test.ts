import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { engineFileOf, startEngine } from './engine.ts';

describe('the SNMP engine of a collector', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-engine-'));
    file = engineFileOf(path.join(directory, 'collector'), 'main');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('has an id of RFC 3411 that it keeps, and one start more each time', async () => {
    const first = await startEngine(file, 1000);
    expect(first).toMatchObject({ boots: 1, startedMs: 1000 });
    expect(Buffer.from(first.id).toString('hex')).toMatch(/^8000000005[0-9a-f]{24}$/);
    const second = await startEngine(file, 2000);
    expect(second).toEqual({ id: first.id, boots: 2, startedMs: 2000 });
    const other = await startEngine(engineFileOf(directory, 'other'), 1000);
    expect(other.id).not.toEqual(first.id);
  });

  it.each([
    ['is not JSON', '{'],
    ['has no id', '{"boots":3}'],
    ['has an id without the top bit', '{"id":"0000000005010203","boots":3}'],
    ['has started as often as can be', '{"id":"8000000005010203","boots":2147483646}'],
  ])('begins anew when its file %s', async (_what, text) => {
    writeFileSync(engineFileOf(directory, 'main'), text);
    const engine = await startEngine(engineFileOf(directory, 'main'), 0);
    expect(engine.boots).toBe(1);
    expect(Buffer.from(engine.id).toString('hex')).toMatch(/^8000000005[0-9a-f]{24}$/);
    expect(JSON.parse(readFileSync(engineFileOf(directory, 'main'), 'utf8'))).toMatchObject({ boots: 1 });
  });
});
