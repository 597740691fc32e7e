/** The embedded ClickHouse server: closed to its passwordless user, and what it has accepted outlives a stop. */
import { globSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClickHouseEngine, startClickHouse } from '../../apps/linewatch/src/engines/clickhouse.ts';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';

describe('the embedded ClickHouse server', () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-engines-'));
  let engine: ClickHouseEngine;
  const start = async (): Promise<void> => {
    engine = await startClickHouse({ directory, port: await freePort(), user: 'linewatch', password: 'p-1' });
  };
  beforeAll(start);
  afterAll(async () => {
    await engine.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const query = async (sql: string, user = 'linewatch', password = 'p-1'): Promise<string> => {
    const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password, connection: 'close' };
    const response = await fetch(engine.url, { method: 'POST', body: sql, headers });
    return (await response.text()).trim();
  };

  it('gives the user without a password neither files nor tables', async () => {
    await query('CREATE TABLE t (n UInt32) ENGINE = MergeTree ORDER BY n');
    await query('INSERT INTO t VALUES (1), (2)');
    const file = path.join(directory, 'data', 'secret.txt');
    writeFileSync(file, 'secret');
    for (const sql of [
      `SELECT * FROM file('${file}', 'LineAsString', 'l String')`,
      `SELECT * FROM file('/etc/passwd', 'LineAsString', 'l String')`,
      'SELECT n FROM t',
      'SELECT * FROM system.query_log',
      'SELECT query FROM system.processes',
      `SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString', 'l String')`,
      'INSERT INTO t VALUES (3)',
      'CREATE TABLE u (n UInt32) ENGINE = Memory',
    ])
      expect(await query(sql, 'default', '')).toMatch(/ACCESS_DENIED|UNKNOWN_TABLE/);
    expect(await query('SELECT 1', 'linewatch', 'wrong')).toContain('AUTHENTICATION_FAILED');
    expect(await query('SELECT sum(n) FROM t')).toBe('3');
  });

  it('keeps what it has accepted when it is stopped and started', async () => {
    await query('INSERT INTO t VALUES (39)');
    await engine.stop();
    await expect(query('SELECT 1')).rejects.toThrow();
    await start();
    expect(await query('SELECT sum(n) FROM t')).toBe('42');
  });

  it('does not start on a disk that is nearly full', async () => {
    const options = { directory: `${directory}-full`, port: await freePort(), user: 'linewatch', password: 'p-1' };
    const start = startClickHouse({ ...options, diskFloorBytes: Number.MAX_SAFE_INTEGER });
    await expect(start).rejects.toThrow(/MiB free on the disk of .*; it needs 8589934591 MiB/);
    rmSync(options.directory, { recursive: true });
  });

  it('starts with a definition that a full disk left empty', async () => {
    await query('CREATE TABLE cut (n UInt32) ENGINE = MergeTree ORDER BY n');
    await engine.stop();
    const [file] = globSync(path.join(directory, 'data/store/*/*/cut.sql'));
    truncateSync(file!);
    await start();
    expect(await query('EXISTS TABLE cut')).toBe('0');
    expect(await query('SELECT sum(n) FROM t')).toBe('42');
  });
});
