/** From real agents' traps and polls to the state of lines and incidents, whatever is killed on the way. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Incident, IncidentDetail, IncidentList } from '@linewatch/contract';
import { createEstate } from '@linewatch/estate';
import { createLogger } from '@linewatch/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { freeUdp } from '../support/ports.ts';
import { System, temporaryDirectory, until } from '../support/system.ts';
import { findTool, tools } from '../support/tools.ts';

const snmptrap = findTool(tools.snmptrap.command);
const snmpd = findTool(tools.snmpd.command);
const command = path.join(import.meta.dirname, '../../node_modules/.bin/linewatch');
const community = 'lan-only-5e1d';
const traps = { down: '1.3.6.1.6.3.1.1.5.3', up: '1.3.6.1.6.3.1.1.5.4' };
const agentAddress = '127.0.2.1';
/** Of interfaces 10, 11, … at this machine's own address; each of a school and a supplier of its own. */
const lines = 8;

const ids = Array.from({ length: lines }, (_, i) => i);

describe.skipIf(!snmptrap || !snmpd)('the watcher', () => {
  let directory: string;
  let system: System;
  let agent: ChildProcess | undefined;
  const others: ChildProcess[] = [];

  beforeAll(async () => {
    directory = temporaryDirectory('watcher');
    const state = path.join(directory, 'state');
    mkdirSync(path.join(state, 'cert_indexes'), { recursive: true });
    const conf = path.join(directory, 'snmpd.conf');
    writeFileSync(conf, `rocommunity ${community} 127.0.0.0/8\n`);
    const port = await freeUdp();
    agent = spawn(
      snmpd!,
      ['-f', '-Lo', '-C', '-c', conf, '-p', path.join(directory, 'pid'), `udp:${agentAddress}:${port}`],
      { env: { ...process.env, SNMP_PERSISTENT_DIR: state }, stdio: 'ignore' },
    );
    system = await System.start({
      config: {
        snmp: {
          credentials: [{ name: 'lan', community }],
          traps: ['lan'],
          polling: {
            everyS: 5,
            timeoutMs: 500,
            retries: 0,
            targets: [{ address: agentAddress, port, credential: 'lan' }],
          },
        },
        watcher: { holdDownSeconds: 3, commitSeconds: 2, leastHoldSeconds: 5 },
      },
    });
    const file = path.join(directory, 'estate.yaml');
    const of = (name: string, provider: string, exporter: string, match: object) => ({
      id: name,
      name,
      academy: name,
      provider,
      role: 'primary',
      exporter,
      interface: match,
    });
    const names = [...ids.map((id) => `line-${id}`), 'polled'];
    writeFileSync(
      file,
      stringify({
        trust: { id: 'main', name: 'Trust' },
        providers: names.map((name) => ({ id: name, name })),
        academies: names.map((name) => ({ id: name, name })),
        circuits: [
          ...ids.map((id) => of(`line-${id}`, `line-${id}`, '127.0.0.1', { index: 10 + id })),
          of('polled', 'polled', agentAddress, { name: 'lo' }),
        ],
      }),
    );
    const { code, err } = await system.run('import', file);
    if (code !== 0) throw new Error(err);
  }, 150_000);

  afterAll(async () => {
    for (const other of others) other.kill('SIGKILL');
    await system.destroy();
    agent?.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }, 30_000);

  function trap(kind: 'down' | 'up', line: number): Promise<void> {
    const index = String(10 + line);
    const child = spawn(
      snmptrap!,
      [
        '-v',
        '2c',
        '-c',
        community,
        `127.0.0.1:${system.ports.traps}`,
        '42',
        traps[kind],
        `1.3.6.1.2.1.2.2.1.1.${index}`,
        'i',
        index,
      ],
      {
        env: { PATH: process.env['PATH'], SNMP_PERSISTENT_DIR: path.join(directory, 'state'), MIBS: '' },
        stdio: 'ignore',
      },
    );
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve());
    });
  }

  const outages = async (line: number): Promise<Incident[]> =>
    (await system.json<IncidentList>(`/api/v1/incidents?kind=outage&circuit=line-${line}&limit=100`)).incidents;

  const when = (what: string, line: number, is: (incident: Incident) => boolean): Promise<Incident> =>
    until(`an outage of line ${line}: ${what}`, async () => (await outages(line)).find(is), 30_000);

  const isOpen = ({ state }: Incident): boolean => state === 'open';

  /** Every outage from the trap on, told once, and nothing of it twice. */
  async function expectOnce(line: number, count = 1): Promise<void> {
    const found = await until(
      `line ${line} has ${count} outages that are over`,
      async () => {
        const all = await outages(line);
        return all.length === count && all.every(({ state }) => state === 'resolved') && all;
      },
      30_000,
    );
    for (const { id } of found) {
      const { timeline } = await system.json<IncidentDetail>(`/api/v1/incidents/${id}`);
      const told = timeline.map(({ kind, atMs, text }) => `${kind} ${atMs} ${text}`);
      expect(new Set(told).size).toBe(told.length);
      for (const kind of ['opened', 'resolved'])
        expect(timeline.filter((entry) => entry.kind === kind)).toHaveLength(1);
    }
  }

  // The first: collectors know by then whose traps they take, and the watcher knows the estate.
  it('knows by polls of an agent that its line is up, and that it is silent when the agent is gone', async () => {
    const { postgres } = JSON.parse(readFileSync(path.join(system.dataDir, 'run/effective.json'), 'utf8')) as {
      postgres: { url: string };
    };
    const estate = createEstate({ url: postgres.url, logger: createLogger('test', 'silent') });
    try {
      const circuit = (await estate.snapshot()).circuits.find(({ slug }) => slug === 'polled')!.id;
      const is = (state: string, cause: string) =>
        until(
          `the polled line is ${state}`,
          async () => {
            const now = (await estate.incidents.now('main')).find((line) => line.circuit === circuit);
            expect(now).toMatchObject({ state, cause });
            return true;
          },
          60_000,
        );
      await is('up', 'none');
      // How long an answer holds is known from the time between two; one alone holds for long.
      await sleep(12_000);
      agent!.kill('SIGKILL');
      await is('unknown', 'silent');
    } finally {
      await estate.close();
    }
  });

  it('opens an incident at a linkDown, and closes it after a linkUp and the hold-down', async () => {
    const beforeMs = Date.now();
    await trap('down', 0);
    const opened = await when('open', 0, isOpen);
    expect(opened.startedMs).toBeGreaterThanOrEqual(beforeMs);
    expect(opened).toMatchObject({ severity: 'critical', cause: 'link', endedMs: null });
    await trap('up', 0);
    await when('recovering', 0, ({ state }) => state === 'recovering');
    const closed = await when('resolved', 0, ({ state }) => state === 'resolved');
    expect(closed.id).toBe(opened.id);
    expect(closed.resolvedMs! - closed.endedMs!).toBe(3000);
    const { timeline } = await system.json<IncidentDetail>(`/api/v1/incidents/${closed.id}`);
    expect(timeline.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['opened', 'evidence', 'recovering', 'resolved']),
    );
    expect(timeline.find(({ kind }) => kind === 'evidence')!.text).toBe('link (main): linkDown trap');
  });

  it('tells every outage once, though it is killed again and again', async () => {
    for (const line of ids.slice(1, 5)) {
      system.kill('watcher');
      await trap('down', line);
      await sleep(300);
      if (line % 2 === 0) system.kill('watcher');
      await trap('up', line);
      await sleep(700);
    }
    for (const line of ids.slice(1, 5)) await expectOnce(line);
  });

  it('goes on while ClickHouse does not answer', async () => {
    const clickhouse = system.part('clickhouse')!;
    process.kill(clickhouse, 'SIGSTOP');
    try {
      await trap('down', 5);
      await when('open', 5, isOpen);
      await trap('up', 5);
      await expectOnce(5);
    } finally {
      process.kill(clickhouse, 'SIGCONT');
    }
  });

  it('is followed within half a minute by another one that stood by, and nothing is told twice', async () => {
    const other = spawn(command, ['watcher', '--worker', '1', '--config', system.configFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    others.push(other);
    let said = '';
    for (const stream of [other.stdout, other.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    await trap('down', 6);
    await when('open', 6, isOpen);
    // The supervisor starts the one that is killed again: whoever is first leads.
    await until(
      'the other one leads',
      async () => {
        if (/"msg":"watching"/.test(said)) return true;
        system.kill('watcher');
        await sleep(1500);
        return false;
      },
      30_000,
    );
    await trap('up', 6);
    await trap('down', 7);
    await when('open', 7, isOpen);
    await trap('up', 7);
    await expectOnce(6);
    await expectOnce(7);
  });
});
