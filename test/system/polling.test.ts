/** Polls of a real SNMP agent, with what the collector needs for it told through the queue and sealed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AcademyList, ChangeResult, Traffic } from '@linewatch/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { System, temporaryDirectory, until } from '../support/system.ts';
import { findTool, tools } from '../support/tools.ts';

const snmpd = findTool(tools.snmpd.command);
const secrets = {
  community: 'lan-only-7f3a',
  auth: 'auth-secret-91c2',
  priv: 'priv-secret-4d8e',
  wrong: 'wrong-secret-a5b6',
  estate: 'estate-only-3c9d',
};
/** One agent at four addresses: each is a device to us. */
const devices = {
  community: '127.0.1.1',
  user: '127.0.1.2',
  wrongUser: '127.0.1.3',
  wrongCommunity: '127.0.1.4',
  /** Its AES-256 key is made as Cisco makes it. */
  cisco: '127.0.1.5',
  /** In no configuration: the estate has it. */
  estate: '127.0.1.6',
  /** In both. */
  both: '127.0.1.7',
};

const freeUdp = (): Promise<number> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });

describe.skipIf(!snmpd)(`polling (${snmpd ?? 'snmpd is not installed'})`, () => {
  let directory: string;
  let agent: ChildProcess | undefined;
  let system: System | undefined;
  let port = 0;

  beforeAll(async () => {
    directory = temporaryDirectory('snmpd');
    port = await freeUdp();
    const state = path.join(directory, 'state');
    mkdirSync(state);
    const conf = path.join(directory, 'snmpd.conf');
    writeFileSync(
      conf,
      [
        `rocommunity ${secrets.community} 127.0.0.0/8`,
        `rocommunity ${secrets.estate} 127.0.0.0/8`,
        `createUser watcher SHA-256 "${secrets.auth}" AES "${secrets.priv}"`,
        'rouser watcher authpriv',
        `createUser cisco SHA "${secrets.auth}" AES-256-C "${secrets.priv}"`,
        'rouser cisco authpriv',
        'sysName edge-of-test',
      ].join('\n'),
    );
    const places = Object.values(devices).map((address) => `udp:${address}:${port}`);
    agent = spawn(snmpd!, ['-f', '-Lo', '-C', '-c', conf, '-p', path.join(directory, 'pid'), places.join(',')], {
      env: { ...process.env, SNMP_PERSISTENT_DIR: state },
      stdio: 'ignore',
    });
    const target = (address: string, credential: string) => ({ address, port, credential });
    system = await System.start({
      config: {
        snmp: {
          credentials: [
            { name: 'lan', community: secrets.community },
            { name: 'other', community: secrets.wrong },
            {
              name: 'user',
              user: 'watcher',
              auth: { protocol: 'sha256', password: secrets.auth },
              priv: { protocol: 'aes128', password: secrets.priv },
            },
            {
              name: 'cisco',
              user: 'cisco',
              auth: { protocol: 'sha1', password: secrets.auth },
              priv: { protocol: 'aes256', password: secrets.priv },
            },
            {
              name: 'impostor',
              user: 'watcher',
              auth: { protocol: 'sha256', password: secrets.wrong },
              priv: { protocol: 'aes128', password: secrets.priv },
            },
          ],
          polling: {
            everyS: 5,
            timeoutMs: 500,
            retries: 1,
            targets: [
              target(devices.community, 'lan'),
              target(devices.user, 'user'),
              target(devices.wrongUser, 'impostor'),
              target(devices.wrongCommunity, 'other'),
              target(devices.cisco, 'cisco'),
              target(devices.both, 'lan'),
            ],
          },
        },
      },
    });
  }, 120_000);

  afterAll(async () => {
    await system?.destroy();
    agent?.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }, 30_000);

  const address = (text: string): string => `toIPv6('${text}')`;

  it('reads names, states and counters with a community and as a user', async () => {
    const store = system!.store();
    for (const device of [devices.community, devices.user, devices.cisco]) {
      const names = await until(`the names of ${device}`, async () => {
        const rows = await store.query<{ interface: number; name: string }>(
          `SELECT interface, name FROM interface_names WHERE exporter = ${address(device)} AND kind = 'name'`,
        );
        return rows.some(({ name }) => name === 'lo') && rows;
      });
      const lo = names.find(({ name }) => name === 'lo')!.interface;
      const metrics = await until(`two readings of ${device}`, async () => {
        const rows = await store.query<{ metric: string; n: number; last: number }>(
          `SELECT metric, count() AS n, toFloat64(argMax(value, time)) AS last FROM samples
           WHERE exporter = ${address(device)} AND interface = ${lo} GROUP BY metric`,
        );
        const by = new Map(rows.map((row) => [row.metric, row]));
        return (by.get('interface.in.octets')?.n ?? 0) >= 2 && by.has('interface.in.bps') && by;
      });
      expect(metrics.get('interface.oper.state')?.last).toBe(1);
      expect(metrics.get('interface.in.octets')?.last).toBeGreaterThan(0);
      expect(metrics.get('interface.in.bps')?.last).toBeGreaterThan(0);
      const texts = await store.query<{ text: string }>(
        `SELECT text FROM samples WHERE exporter = ${address(device)} AND metric = 'device.name'`,
      );
      expect(texts[0]?.text).toBe('edge-of-test');
      // No flows came of it, and yet it has a bandwidth.
      const sums = await until(`the bandwidth of ${device}`, async () => {
        const rows = await store.query<{ basis: number; octets: number; ms: number }>(
          `SELECT basis, toFloat64(sum(octets)) AS octets, toFloat64(sum(flows)) AS ms FROM interface_1m
           WHERE exporter = ${address(device)} AND interface = ${lo} AND side = 0 GROUP BY basis`,
        );
        return rows.length > 0 && rows;
      });
      expect(sums).toMatchObject([{ basis: 2 }]);
      expect(sums[0]!.octets).toBeGreaterThan(0);
      expect(sums[0]!.ms).toBeGreaterThanOrEqual(2000);
    }
    await store.close();
  }, 90_000);

  it('shows the bandwidth of a circuit whose device sends no flows, now and over time', async () => {
    const file = path.join(system!.directory, 'estate.yaml');
    writeFileSync(
      file,
      `
trust: { name: Test Trust }
providers: [{ id: acme, name: Acme }]
academies: [{ id: hill, name: Hill Academy, phase: Primary }]
circuits:
  - { id: hill-1, academy: hill, provider: acme, committed: { down: 100M, up: 50M }, exporter: ${devices.user}, interface: { name: lo } }
`,
    );
    expect(await system!.run('import', file)).toMatchObject({ code: 0 });
    await until('the live rate', async () => {
      const { academies } = await system!.json<AcademyList>('/api/v1/academies');
      const [hill] = academies;
      return hill?.state === 'reporting' && hill.inBps > 0 && hill.outBps > 0;
    });
    await until('the stored traffic', async () => {
      const now = Date.now();
      const where = `/api/v1/academies/hill/traffic?from=${now - 600_000}&to=${now}&step=60`;
      return (await system!.json<Traffic>(where)).inBps.some((bps) => (bps ?? 0) > 0);
    });
  }, 90_000);

  it('says why a device was not read', async () => {
    const store = system!.store();
    const reason = (device: string): Promise<string> =>
      until(`the reason at ${device}`, async () => {
        const [row] = await store.query<{ value: number; text: string }>(
          `SELECT value, text FROM samples WHERE exporter = ${address(device)} AND metric = 'poll.ok' ORDER BY time DESC LIMIT 1`,
        );
        return row?.value === 0 && row.text;
      });
    expect(await reason(devices.wrongUser)).toMatch(/^authentication: /);
    expect(await reason(devices.wrongCommunity)).toBe('timeout: no answer');
    expect(await system!.metric('linewatch_collector_polls_total', { result: 'ok' })).toBeGreaterThan(1);
    await store.close();
  }, 60_000);

  it("polls the estate's devices with the estate's credentials, until they end there", async () => {
    const store = system!.store();
    const polls = async (device: string): Promise<{ ok: number; failed: number; lastMs: number }> => {
      const [row] = await store.query<{ ok: number; failed: number; lastMs: number }>(
        `SELECT toUInt32(countIf(value = 1)) AS ok, toUInt32(countIf(value = 0)) AS failed,
           toFloat64(toUnixTimestamp64Milli(max(time))) AS lastMs
         FROM samples WHERE exporter = ${address(device)} AND metric = 'poll.ok'`,
      );
      return row!;
    };
    const change = async (changes: object[]): Promise<ChangeResult> => {
      const response = await fetch(`${system!.url}/api/v1/estate/changes`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ changes }),
      });
      return (await response.json()) as ChangeResult;
    };
    const create = (kind: string, values: { id: string; [field: string]: unknown }) => ({
      kind,
      id: values.id,
      op: 'create',
      values,
    });
    const device = (id: keyof typeof devices, credential: string) =>
      create('exporter', { id, address: devices[id], collector: 'main', credential, snmpPort: port });
    const before = await polls(devices.both);
    expect(
      await change([
        create('credential', { id: 'wan', community: secrets.estate }),
        create('credential', { id: 'not-right', community: secrets.wrong }),
        device('estate', 'wan'),
        // The configuration polls it with what works.
        device('both', 'not-right'),
      ]),
    ).toMatchObject({ applied: true, problems: [] });
    await until('it is polled', async () => (await polls(devices.estate)).ok >= 2);
    const both = await until('the configured one goes on', async () => {
      const now = await polls(devices.both);
      return now.ok >= before.ok + 2 && now;
    });
    expect(both.failed).toBe(before.failed);
    const log = readFileSync(path.join(system!.dataDir, 'logs/linewatch.log'), 'utf8');
    expect(log).toContain(`${devices.both} is polled as the configuration says`);
    expect(log).not.toContain(`${devices.estate} is polled`);

    expect(await change([{ kind: 'exporter', id: 'estate', op: 'end' }])).toMatchObject({ applied: true });
    await until('it is polled no more', async () => {
      const [own, other] = await Promise.all([polls(devices.estate), polls(devices.both)]);
      // Three periods of the others without it.
      return other.lastMs - own.lastMs > 15_000;
    });
    await store.close();
  }, 120_000);

  it('keeps secrets from whoever reads the queue, the log, or what `check` prints', async () => {
    const files = (at: string): string[] =>
      readdirSync(at).flatMap((name) => {
        const file = path.join(at, name);
        return statSync(file).isDirectory() ? files(file) : [file];
      });
    const bytes = files(path.join(system!.dataDir, 'queue')).map((file) => readFileSync(file));
    const onQueue = (text: string): boolean => bytes.some((each) => each.includes(text));
    expect(onQueue('control/main/main')).toBe(true);
    const checked = await system!.run('check');
    expect(checked.out).toContain('watcher');
    const log = readFileSync(path.join(system!.dataDir, 'logs/linewatch.log'), 'utf8') + system!.output;
    for (const secret of Object.values(secrets)) {
      expect(onQueue(secret)).toBe(false);
      expect(checked.out).not.toContain(secret);
      expect(log).not.toContain(secret);
    }
    expect(statSync(path.join(system!.dataDir, 'collector/main/main.key.pem')).mode & 0o077).toBe(0);
  }, 30_000);
});
