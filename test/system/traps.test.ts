/** Traps and informs of net-snmp's own senders, in every version, to events in the store. */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { System, temporaryDirectory, until } from '../support/system.ts';
import { findTool, tools } from '../support/tools.ts';

const snmptrap = findTool(tools.snmptrap.command);
const community = 'lan-only-2b9d';
const passwords = { auth: 'auth-secret-77aa', priv: 'priv-secret-3c1f' };
const linkDown = '1.3.6.1.6.3.1.1.5.3';
const ifIndex = (index: number): string[] => [`1.3.6.1.2.1.2.2.1.1.${index}`, 'i', String(index)];

interface Row {
  readonly interface: number;
  readonly kind: string;
  readonly detail: string;
  readonly exporter: string;
}

describe.skipIf(!snmptrap)(`traps (${snmptrap ?? 'snmptrap is not installed'})`, () => {
  let directory: string;
  let system: System;

  beforeAll(async () => {
    directory = temporaryDirectory('traps');
    mkdirSync(path.join(directory, 'state/cert_indexes'), { recursive: true });
    const user = (name: string, auth: string, priv: string) => ({
      name,
      user: name,
      auth: { protocol: auth, password: passwords.auth },
      priv: { protocol: priv, password: passwords.priv },
    });
    system = await System.start({
      config: {
        snmp: {
          credentials: [
            { name: 'lan', community },
            user('modern', 'sha256', 'aes256'),
            user('usual', 'sha1', 'aes128'),
            user('old', 'md5', 'des'),
          ],
          traps: ['lan', 'modern', 'usual', 'old'],
        },
      },
    });
  }, 120_000);

  afterAll(async () => {
    await system.destroy();
    rmSync(directory, { recursive: true, force: true });
  }, 30_000);

  /** Runs snmptrap; an inform (`-Ci`) ends with 0 only when it was answered. */
  function send(...args: string[]): Promise<{ code: number | null; err: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(snmptrap!, ['-r', '1', '-t', '2', ...args], {
        env: {
          PATH: process.env['PATH'],
          SNMP_PERSISTENT_DIR: path.join(directory, 'state'),
          MIBS: '',
          SNMPCONFPATH: directory,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let err = '';
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, err }));
    });
  }
  const target = (): string => `127.0.0.1:${system.ports.traps}`;
  const asUser = (name: string, auth: string, priv: string, password = passwords.auth): string[] => [
    ...['-v', '3', '-l', 'authPriv', '-u', name],
    ...['-a', auth, '-A', password, '-x', priv, '-X', passwords.priv],
  ];
  const v2c = (as = community): string[] => ['-v', '2c', '-c', as];

  async function eventOf(index: number): Promise<Row> {
    const store = system.store();
    try {
      return await until(
        `the event of interface ${index}`,
        async () => {
          const rows = await store.query<Row>(
            `SELECT interface, kind, detail, toString(exporter) AS exporter FROM events WHERE interface = ${index}`,
          );
          return rows[0];
        },
        15_000,
      );
    } finally {
      await store.close();
    }
  }

  it('reads a v1 trap as its agent’s', async () => {
    const sent = await send(
      '-v',
      '1',
      '-c',
      community,
      target(),
      '1.3.6.1.4.1.9.1.1',
      '198.51.100.9',
      '2',
      '0',
      '42',
      ...ifIndex(101),
    );
    expect(sent).toEqual({ code: 0, err: '' });
    const { kind, detail, exporter } = await eventOf(101);
    expect(kind).toBe('link.down');
    expect(exporter).toBe('::ffff:198.51.100.9');
    expect(JSON.parse(detail)).toMatchObject({ trapOid: linkDown, source: '127.0.0.1', to: 'down' });
  });

  it('reads a v2c trap', async () => {
    await send(...v2c(), target(), '42', linkDown, ...ifIndex(102));
    const { kind, exporter } = await eventOf(102);
    expect({ kind, exporter }).toEqual({ kind: 'link.down', exporter: '::ffff:127.0.0.1' });
  });

  const users = [
    ['modern', 'SHA-256', 'AES-256'],
    ['usual', 'SHA', 'AES'],
    ['old', 'MD5', 'DES'],
  ] as const;

  it.each(users.map((user, i) => [...user, 110 + i] as const))(
    'reads a v3 trap of %s (%s, %s)',
    async (name, auth, priv, index) => {
      const sent = await send(...asUser(name, auth, priv), target(), '42', linkDown, ...ifIndex(index));
      expect(sent).toEqual({ code: 0, err: '' });
      expect(JSON.parse((await eventOf(index)).detail)).toMatchObject({ version: 'v3', user: name });
    },
  );

  it('answers a v2c inform', async () => {
    expect(await send('-Ci', ...v2c(), target(), '42', linkDown, ...ifIndex(120))).toEqual({ code: 0, err: '' });
    expect((await eventOf(120)).kind).toBe('link.down');
  });

  it.each(users.map((user, i) => [...user, 130 + i] as const))(
    'tells its engine id and answers a v3 inform of %s (%s, %s)',
    async (name, auth, priv, index) => {
      const sent = await send('-Ci', ...asUser(name, auth, priv), target(), '42', linkDown, ...ifIndex(index));
      expect(sent).toEqual({ code: 0, err: '' });
      expect(JSON.parse((await eventOf(index)).detail)).toMatchObject({ version: 'v3', user: name });
    },
  );

  it('refuses and counts an unknown community, an unknown user and a wrong password', async () => {
    const lost = (reason: string): Promise<number> => system.metric('linewatch_collector_losses_total', { reason });
    const reasons = ['trap_community_unknown', 'trap_user_unknown', 'trap_authentication_failed'] as const;
    expect(await Promise.all(reasons.map(lost))).toEqual([0, 0, 0]);
    await send(...v2c('guess'), target(), '42', linkDown, ...ifIndex(140));
    await send(...asUser('stranger', 'SHA-256', 'AES-256'), target(), '42', linkDown, ...ifIndex(140));
    await send(...asUser('modern', 'SHA-256', 'AES-256', 'another-secret'), target(), '42', linkDown, ...ifIndex(140));
    await until('all three are counted', async () =>
      (await Promise.all(reasons.map(lost))).every((count) => count === 1),
    );
    const refused = await send(
      '-Ci',
      ...asUser('modern', 'SHA-256', 'AES-256', 'another-secret'),
      target(),
      '42',
      linkDown,
      ...ifIndex(140),
    );
    expect(refused.code).not.toBe(0);
    // One that is sent later is stored: what was refused is not on its way.
    await send(...v2c(), target(), '42', linkDown, ...ifIndex(141));
    await eventOf(141);
    const store = system.store();
    expect(await store.query('SELECT kind FROM events WHERE interface = 140')).toEqual([]);
    await store.close();
  });

  it('keeps the first and the last of a storm', async () => {
    const sent = 120;
    for (let i = 0; i < sent; i++) await send(...v2c(), target(), String(1000 + i), linkDown, ...ifIndex(150));
    const store = system.store();
    const uptimes = await until(
      'the last of the storm',
      async () => {
        const rows = await store.query<Row>(
          'SELECT interface, kind, detail, toString(exporter) AS exporter FROM events WHERE interface = 150',
        );
        const all = rows.map(({ detail }) => (JSON.parse(detail) as { uptime: number }).uptime);
        return all.includes(1000 + sent - 1) && all;
      },
      20_000,
    );
    await store.close();
    expect(uptimes).toContain(1000);
    expect(uptimes.length).toBeLessThan(sent);
    expect(await system.metric('linewatch_collector_losses_total', { reason: 'trap_storm' })).toBe(
      sent - uptimes.length,
    );
    expect(await system.metric('linewatch_collector_events_total', { kind: 'link.down' })).toBeGreaterThan(50);
  });

  it('goes on as the same engine, once more started, after a restart of the collector', async () => {
    const engine = (): unknown =>
      JSON.parse(readFileSync(path.join(system.dataDir, 'collector/main/main.engine.json'), 'utf8'));
    const before = engine() as { id: string; boots: number };
    system.kill('collector');
    await until('the collector is back', async () => {
      const sent = await send(
        '-Ci',
        ...asUser('modern', 'SHA-256', 'AES-256'),
        target(),
        '42',
        linkDown,
        ...ifIndex(160),
      );
      return sent.code === 0;
    });
    await eventOf(160);
    expect(engine()).toEqual({ id: before.id, boots: before.boots + 1 });
  });
});
