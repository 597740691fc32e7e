/** From real traps to what helpdesks receive, whatever is killed on the way. */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryList, Incident, IncidentAction, IncidentList, SubscriptionBody } from '@linewatch/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Helpdesk, serviceNow } from '../support/helpdesks/index.ts';
import { Receiver, subscriptionTo, webhookTo } from '../support/receiver.ts';
import { System, temporaryDirectory, until } from '../support/system.ts';
import { findTool, tools } from '../support/tools.ts';

const snmptrap = findTool(tools.snmptrap.command);
const community = 'lan-only-71c3';
const traps = { down: '1.3.6.1.6.3.1.1.5.3', up: '1.3.6.1.6.3.1.1.5.4' };
/** Of suppliers of their own; then those of one supplier. */
const single = ['oak', 'ash', 'elm', 'yew', 'fir'];
const shared = ['core-a', 'core-b', 'core-c', 'core-d'];
const names = [...single, ...shared];

describe.skipIf(!snmptrap)('alerts', () => {
  let directory: string;
  let system: System;
  const receiver = new Receiver();
  const slow = new Receiver();
  const desk: Helpdesk = serviceNow();

  beforeAll(async () => {
    directory = temporaryDirectory('alerts');
    mkdirSync(path.join(directory, 'state', 'cert_indexes'), { recursive: true });
    await Promise.all([receiver.start(), slow.start(), desk.start()]);
    slow.misbehave = () => ({ kind: 'hang', effect: false });
    system = await System.start({
      config: {
        snmp: { credentials: [{ name: 'lan', community }], traps: ['lan'] },
        watcher: { holdDownSeconds: 2, commitSeconds: 2, leastHoldSeconds: 5 },
        notifier: {
          allowNetworks: ['127.0.0.0/8'],
          publicUrl: 'https://linewatch.example',
          retrySeconds: Array.from({ length: 30 }, () => 0.3),
          breaker: { failures: 5, seconds: 0.5, mostSeconds: 1 },
        },
      },
    });
    const file = path.join(directory, 'estate.yaml');
    writeFileSync(
      file,
      stringify({
        trust: { id: 'main', name: 'Trust' },
        providers: [
          ...single.map((id) => ({ id: `net-${id}`, name: `Net ${id}`, faultLine: '0800 111111' })),
          { id: 'core', name: 'Core', faultLine: '0800 222222', portal: 'https://core.example/faults' },
        ],
        academies: names.map((id) => ({ id, name: `${id} Academy`, pupils: 200, postcode: 'OX1 1AA' })),
        sites: [{ id: 'oak-site', name: 'Oak Street', academy: 'oak', accessHours: 'Mon–Fri 07:30–17:30' }],
        contacts: [
          { id: 'keeper', name: 'Pat Keeper', academy: 'oak', site: 'oak-site', duty: 'site', phone: '01865 100200' },
        ],
        circuits: names.map((id, i) => ({
          ...{ id: `line-${id}`, name: `Line ${id}`, academy: id, role: 'primary', reference: `REF-${id}` },
          provider: single.includes(id) ? `net-${id}` : 'core',
          ...{ exporter: '127.0.0.1', interface: { index: 10 + i } },
        })),
      }),
    );
    const { code, err } = await system.run('import', file);
    if (code !== 0) throw new Error(err);
    await subscribe('slow', webhookTo(slow, 'Slow'));
    await subscribe('hook', webhookTo(receiver, 'Hook'));
    await subscribe(
      'desk',
      subscriptionTo(
        'Desk',
        { format: desk.format, settings: desk.settings(), secrets: desk.secrets },
        {
          group: { by: ['problem'], waitSeconds: 0, intervalSeconds: 1, repeatHours: 0 },
        },
      ),
    );
  }, 150_000);

  afterAll(async () => {
    await system.destroy();
    await Promise.all([receiver.stop(), slow.stop(), desk.stop()]);
    rmSync(directory, { recursive: true, force: true });
  }, 30_000);

  async function ask<T>(method: string, route: string, body: unknown): Promise<T> {
    const response = await fetch(`${system.url}${route}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
  const subscribe = (id: string, body: SubscriptionBody) => ask('PUT', `/api/v1/alerts/subscriptions/${id}`, body);
  const act = (id: number, action: IncidentAction) => ask<Incident>('POST', `/api/v1/incidents/${id}/actions`, action);

  function trap(kind: 'down' | 'up', name: string): Promise<void> {
    const index = String(10 + names.indexOf(name));
    const to = `127.0.0.1:${system.ports.traps}`;
    const child = spawn(
      snmptrap!,
      ['-v', '2c', '-c', community, to, '42', traps[kind], `1.3.6.1.2.1.2.2.1.1.${index}`, 'i', index],
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

  const incidentOf = (name: string): Promise<Incident> =>
    until(
      `an outage of ${name}`,
      async () => (await system.json<IncidentList>(`/api/v1/incidents?kind=outage&circuit=line-${name}`)).incidents[0],
      20_000,
    );
  const events = (incident: number): string[] => receiver.of(incident).map(({ data }) => data.event);

  // The first: collectors know by then whose traps they take, and the watcher knows the estate.
  it('tells a signed webhook of an outage, what people do about it, and its end; and a helpdesk by one ticket', async () => {
    // Until whoever takes traps knows the community.
    await until(
      'the first trap is taken',
      async () => {
        await trap('down', 'oak');
        await sleep(500);
        return (await system.json<IncidentList>('/api/v1/incidents?kind=outage&circuit=line-oak')).incidents.length > 0;
      },
      30_000,
    );
    const { id } = await incidentOf('oak');
    const [opened] = await until('it is told', () => receiver.of(id).length > 0 && receiver.of(id), 10_000);
    expect(opened).toMatchObject({
      type: 'incident.opened',
      data: {
        ...{ event: 'opened', status: 'firing', severity: 'critical', sequence: 1, trust: { id: 'main' } },
        url: `https://linewatch.example/incidents/${id}`,
        alerts: [
          {
            academy: { id: 'oak', name: 'oak Academy', pupils: 200 },
            site: { name: 'Oak Street', accessHours: 'Mon–Fri 07:30–17:30', contact: { phone: '01865 100200' } },
            circuit: { id: 'line-oak', reference: 'REF-oak' },
            supplier: { name: 'Net oak', faultLine: '0800 111111' },
            evidence: expect.arrayContaining([
              expect.objectContaining({ text: expect.stringContaining('linkDown') as unknown }) as unknown,
            ]) as unknown,
            tested: [expect.stringContaining('linkDown trap') as unknown],
          },
        ],
      },
    });
    await until('a ticket is opened', () => desk.tickets().length === 1, 10_000);
    await act(id, { action: 'acknowledge', note: 'On it' });
    await act(id, { action: 'note', text: 'The supplier was rung' });
    await until('both are told', () => events(id).includes('acknowledged') && events(id).includes('note'), 10_000);
    expect(receiver.of(id).find(({ data }) => data.event === 'note')!.data.note!.text).toBe('The supplier was rung');
    await until('the ticket says so', () => desk.tickets()[0]!.notes.some((note) => note.includes('was rung')), 15_000);
    await trap('up', 'oak');
    await until('its end is told', () => events(id).at(-1) === 'resolved', 15_000);
    await until('the ticket is resolved', () => desk.tickets()[0]!.state === 'resolved', 15_000);
    expect(events(id).filter((event) => event === 'opened' || event === 'resolved')).toEqual(['opened', 'resolved']);
    expect(desk.tickets()).toHaveLength(1);
    expect([...desk.problems(), ...receiver.problems]).toEqual([]);
    const { deliveries } = await system.json<DeliveryList>(
      `/api/v1/alerts/deliveries?incident=${id}&subscription=desk`,
    );
    expect(deliveries[0]!.ticket!.reference).toMatch(/^INC/);
  }, 90_000);

  it('is not delayed by a receiver that hangs', async () => {
    const waited = slow.requests;
    await trap('down', 'ash');
    const { id } = await incidentOf('ash');
    await until('it is told', () => receiver.of(id).length > 0, 10_000);
    expect(slow.messages).toEqual([]);
    expect(waited).toBeGreaterThan(0);
    await trap('up', 'ash');
    await until('its end is told', () => events(id).at(-1) === 'resolved', 15_000);
    slow.misbehave = undefined;
    await until('it is told when it is back', () => slow.of(id).at(-1)?.data.event === 'resolved', 30_000);
    expect(slow.of(id).map(({ data }) => data.event)).toEqual(events(id));
  }, 90_000);

  it('tells every change once and in order, though watcher and notifier are killed again and again', async () => {
    const killed = single.slice(2);
    for (const [i, name] of killed.entries()) {
      system.kill(i % 2 === 0 ? 'notifier' : 'watcher');
      await trap('down', name);
      await sleep(400);
      system.kill('notifier');
      await trap('up', name);
      await sleep(600);
    }
    for (const name of killed) {
      const { id } = await incidentOf(name);
      await until(`the incident of ${name} is over`, async () => (await incidentOf(name)).state === 'resolved', 40_000);
      // One that the watcher found out about when it was over already, too.
      for (const each of [receiver, slow]) {
        await until(`the end of ${name} is told`, () => each.of(id).at(-1)?.data.event === 'resolved', 40_000);
        const came = each.of(id);
        expect(came.filter(({ data }) => data.event === 'opened')).toHaveLength(1);
        expect(came.filter(({ data }) => data.event === 'resolved')).toHaveLength(1);
        expect(came.map(({ data }) => data.sequence)).toEqual(came.map((_, i) => i + 1));
      }
      // What was over before the notifier was back needs no ticket.
      const tickets = () => desk.tickets().filter(({ title }) => title.includes(`${name} Academy`));
      await until(`no ticket of ${name} is open`, () => tickets().every(({ state }) => state === 'resolved'), 20_000);
      expect(tickets().length).toBeLessThanOrEqual(1);
    }
    expect([...desk.problems(), ...receiver.problems, ...slow.problems]).toEqual([]);
  }, 120_000);

  it('makes one ticket of the failure of a supplier', async () => {
    const before = desk.tickets().length;
    await Promise.all(shared.map((name) => trap('down', name)));
    const open = () =>
      desk
        .tickets()
        .slice(before)
        .filter(({ state }) => state === 'open');
    const [ticket] = await until(
      'one ticket is open, of the supplier',
      () => {
        const all = open();
        return all.length === 1 && /Core/.test(all[0]!.title + all[0]!.description + all[0]!.notes.join()) && all;
      },
      20_000,
    );
    await Promise.all(shared.map((name) => trap('up', name)));
    await until('it is resolved', () => open().length === 0, 30_000);
    expect(desk.tickets().find(({ id }) => id === ticket!.id)!.state).toBe('resolved');
    expect(desk.problems()).toEqual([]);
  }, 90_000);
});
