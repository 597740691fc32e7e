/** What only one of the helpdesks has: sign-in, late indexes, fields of its own, alerts instead of tickets. */
import type { NotificationEvent } from '@linewatch/contract';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Fault,
  type Helpdesk,
  freshservice,
  halo,
  jira,
  jsmAlerts,
  serviceNow,
  serviceNowEvents,
  zendesk,
} from '../support/helpdesks/index.ts';
import { Subscriber, problem } from './sending.ts';

const running: { close: () => void; stop: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const { close, stop } of running.splice(0)) {
    close();
    await stop();
  }
});

async function started<T extends Helpdesk>(
  helpdesk: T,
  settings: Record<string, unknown> = {},
  timeoutMs = 2000,
): Promise<[T, Subscriber]> {
  await helpdesk.start();
  const subscriber = new Subscriber(helpdesk, settings, timeoutMs);
  running.push({ close: () => subscriber.close(), stop: () => helpdesk.stop() });
  return [helpdesk, subscriber];
}

describe.each([
  ['ServiceNow', () => serviceNow('oauth')],
  ['HaloITSM', () => halo()],
])('OAuth of %s', (_, make) => {
  it('keeps a token while it lasts, and asks for another before it ends', async () => {
    const [helpdesk, subscriber] = await started(make());
    const it = problem();
    await subscriber.deliver(it.next('opened'));
    await subscriber.deliver(it.next('note'));
    expect(helpdesk.tokens()).toBe(1);
    subscriber.nowMs += 3_600_000;
    await subscriber.deliver(it.next('note'));
    expect(helpdesk.tokens()).toBe(2);
  });

  it('asks for another token once, when the one that it has is not accepted', async () => {
    const [helpdesk, subscriber] = await started(make());
    const it = problem();
    await subscriber.deliver(it.next('opened'));
    helpdesk.forgetTokens();
    expect(await subscriber.once(it.next('note'))).toMatchObject({ is: 'delivered' });
    expect(helpdesk.tokens()).toBe(2);
    helpdesk.faults.when = ({ path }) => (/token/.test(path) ? null : { kind: 'status', status: 401, effect: false });
    expect(await subscriber.once(it.next('note'))).toMatchObject({ is: 'later' });
    expect(helpdesk.tokens()).toBe(3);
  });

  it('shows neither token nor secret in what it says and keeps', async () => {
    const [helpdesk, subscriber] = await started(make());
    subscriber.secrets = { clientSecret: ['a wrong secret'] };
    const sent = await subscriber.once(problem().next('opened'));
    expect(JSON.stringify(sent)).not.toContain('a wrong secret');
    expect(helpdesk.tickets()).toEqual([]);
  });
});

it('gives up waiting, and finds what was made meanwhile', async () => {
  const [helpdesk, subscriber] = await started(zendesk(), {}, 300);
  const opened = problem().next('opened');
  helpdesk.faults.next.push(null, { kind: 'hang', effect: true });
  expect(await subscriber.once(opened)).toMatchObject({ is: 'later', unknown: true });
  expect(await subscriber.deliver(opened)).toMatchObject({ is: 'delivered' });
  expect(helpdesk.tickets()).toHaveLength(1);
});

it('finds a ticket of Freshservice before its filter knows of it', async () => {
  const own = freshservice();
  own.lag = 100;
  const [helpdesk, subscriber] = await started(own);
  for (let others = 0; others < 4; others += 1) {
    subscriber.ticket = null;
    await subscriber.deliver(problem().next('opened'));
  }
  subscriber.ticket = null;
  const opened = problem().next('opened');
  await subscriber.deliver(opened);
  for (let others = 0; others < 4; others += 1) {
    subscriber.ticket = null;
    await subscriber.deliver(problem().next('opened'));
  }
  subscriber.ticket = null;
  await subscriber.deliver(opened);
  expect(helpdesk.tickets()).toHaveLength(9);
});

it('gives the index of Jira a minute after an outcome that nobody knows', async () => {
  const [helpdesk, subscriber] = await started(jira());
  const opened = problem().next('opened');
  helpdesk.faults.next.push(null, { kind: 'reset', effect: true });
  expect(await subscriber.once(opened)).toMatchObject({ is: 'later', unknown: true, afterMs: 60_000 });
  await subscriber.deliver(opened);
  expect(helpdesk.tickets()).toHaveLength(1);
});

it('names the transitions that there are where the one that was set is none of them', async () => {
  const [helpdesk, subscriber] = await started(jira(), { closeTransition: 'Finish' });
  const it = problem();
  await subscriber.deliver(it.next('opened'));
  expect(await subscriber.once(it.next('resolved'))).toMatchObject({
    is: 'refused',
    why: expect.stringContaining('"Resolve this issue"') as string,
  });
  expect(helpdesk.tickets()[0]!.state).toBe('open');
});

it('has one ticket of Zendesk even while its list is behind, by the idempotency key', async () => {
  const [helpdesk, subscriber] = await started(zendesk());
  const opened = problem().next('opened');
  // The list answers as if there were none.
  const none: Fault = { kind: 'status', status: 200, effect: false, body: { tickets: [], count: 0 } };
  helpdesk.faults.next.push(null, { kind: 'cut', effect: true }, none, null);
  expect(await subscriber.once(opened)).toMatchObject({ is: 'later', unknown: true });
  expect(await subscriber.once(opened, true)).toMatchObject({ is: 'delivered' });
  expect(helpdesk.requests().filter(({ method }) => method === 'POST')).toHaveLength(2);
  expect(helpdesk.tickets()).toHaveLength(1);
});

it.each([
  ['ServiceNow', serviceNow],
  ['Jira', jira],
  ['Freshservice', freshservice],
  ['Zendesk', zendesk],
  ['HaloITSM', halo],
] as const)('makes no ticket of %s while it cannot be told whether there is one', async (_, make) => {
  const [helpdesk, subscriber] = await started<Helpdesk>(make());
  const odd: Fault = { kind: 'status', status: 200, effect: false, body: { message: 'back soon' } };
  helpdesk.faults.when = ({ path }) => (/token/.test(path) ? null : odd);
  expect(await subscriber.once(problem().next('opened'))).toMatchObject({ is: 'later' });
  expect(helpdesk.requests().filter(({ method, path }) => method === 'POST' && !/token/.test(path))).toEqual([]);
});

describe('further fields', () => {
  const field = (name: string, value: string) => ({ name, value });

  it.each([
    [
      'ServiceNow',
      serviceNow,
      [field('category', '{{ alert.rule }}'), field('urgency', '3'), field('correlation_id', 'mine')],
      { category: 'circuit-down', urgency: '3' },
    ],
    [
      'Freshservice',
      freshservice,
      [field('cf_site', '{{ alert.academy.name }}'), field('group_id', '77'), field('resolved:cf_fix_code', 'line')],
      { custom_fields: { cf_site: 'Oak Academy' }, group_id: 77 },
    ],
    [
      'Zendesk',
      zendesk,
      [field('360001', '{{ alert.circuit.reference }}'), field('tags', '["line", "{{ severity }}"]')],
      { custom_fields: [{ id: 360_001, value: 'ONEA123456' }], tags: ['line', 'critical'] },
    ],
    [
      'HaloITSM',
      halo,
      [field('CFSite', '{{ alert.academy.name }}'), field('priority_id', '5'), field('id', '2001')],
      { customfields: [{ name: 'CFSite', value: 'Oak Academy' }], priority_id: 5 },
    ],
    [
      'Jira',
      jira,
      [field('customfield_10050', '{"value": "{{ alert.academy.name }}"}')],
      { fields: { customfield_10050: { value: 'Oak Academy' } } },
    ],
  ] as const)('of %s are filled in, and ours are not replaced', async (_, make, fields, row) => {
    const [helpdesk, subscriber] = await started(make(), { fields });
    const it = problem();
    const opened = it.next('opened');
    await subscriber.deliver(opened);
    expect(helpdesk.tickets()[0]!.row).toMatchObject(row);
    subscriber.ticket = null;
    await subscriber.deliver(opened);
    expect(helpdesk.tickets()).toHaveLength(1);
    expect(await subscriber.deliver(it.next('resolved'))).toMatchObject({ is: 'delivered' });
    expect(helpdesk.tickets()[0]!.state).toBe('resolved');
    expect(helpdesk.problems()).toEqual([]);
  });

  it('for a resolved ticket are sent when it is resolved', async () => {
    const [helpdesk, subscriber] = await started(freshservice(), {
      fields: [field('resolved:cf_fix_code', '{{ event }}')],
    });
    const it = problem();
    await subscriber.deliver(it.next('opened'));
    expect(helpdesk.tickets()[0]!.row).not.toHaveProperty('custom_fields');
    await subscriber.deliver(it.next('resolved'));
    expect(helpdesk.tickets()[0]!.row).toMatchObject({ custom_fields: { cf_fix_code: 'resolved' } });
  });

  it('that cannot be filled in are refused, by name', async () => {
    const [, subscriber] = await started(serviceNow(), { fields: [field('category', '{{ alert | nosuch }}')] });
    expect(await subscriber.once(problem().next('opened'))).toMatchObject({
      is: 'refused',
      why: expect.stringContaining('category') as string,
    });
  });
});

it('makes an alert of ServiceNow of each problem, with severity and end', async () => {
  const [helpdesk, subscriber] = await started(serviceNowEvents());
  const it = problem('major');
  for (const event of ['opened', 'updated', 'acknowledged', 'note', 'reminder'] as const)
    await subscriber.deliver(it.next(event));
  expect(helpdesk.tickets()).toMatchObject([{ id: it.key, state: 'open', priority: '2' }]);
  expect(helpdesk.events()[0]).toMatchObject({
    resolution_state: 'New',
    time_of_event: '2026-11-22 10:25:00',
    node: 'oak-main',
  });
  await subscriber.deliver(it.next('resolved'));
  expect(helpdesk.tickets()).toMatchObject([{ state: 'resolved', priority: '0' }]);
  expect(helpdesk.events().at(-1)).toMatchObject({ resolution_state: 'Closing', severity: '0' });
  await subscriber.deliver(it.next('reopened'));
  expect(helpdesk.tickets()).toMatchObject([{ state: 'open' }]);
  await subscriber.deliver(problem().next('test'));
  expect(helpdesk.tickets()[1]).toMatchObject({ state: 'resolved' });
  expect(helpdesk.problems()).toEqual([]);
});

it('opens, notes, acknowledges and closes an alert of Jira by its alias', async () => {
  const [helpdesk, subscriber] = await started(jsmAlerts());
  const it = problem('minor');
  await subscriber.deliver(it.next('opened'));
  await subscriber.deliver(it.next('reminder'));
  expect(helpdesk.tickets()).toMatchObject([{ reference: it.key, state: 'open', priority: 'P3', row: { count: 2 } }]);
  await subscriber.deliver(it.next('acknowledged'));
  expect(helpdesk.tickets()[0]!.row).toMatchObject({ status: 'acked' });
  await subscriber.deliver(it.next('note'));
  expect(helpdesk.tickets()[0]!.notes.at(-1)).toContain('The engineer is on the way.');
  await subscriber.deliver(it.next('resolved'));
  expect(helpdesk.tickets()).toMatchObject([{ state: 'resolved' }]);
  // A closed alert is not opened again: one that comes back is another with the same alias.
  await subscriber.deliver(it.next('reopened'));
  expect(helpdesk.tickets()).toMatchObject([{ state: 'resolved' }, { state: 'open', reference: it.key }]);
  await subscriber.deliver(problem().next('test'));
  expect(helpdesk.tickets()[2]).toMatchObject({ state: 'resolved' });
  expect(helpdesk.problems()).toEqual([]);
});

describe.each([
  ['ServiceNow', serviceNowEvents],
  ['Jira', jsmAlerts],
] as const)('alerts of %s', (_, make) => {
  it('keep within lengths whatever is told', async () => {
    const [helpdesk, subscriber] = await started<Helpdesk>(make(), {});
    const it = problem();
    const long = 'Ωðé 🏫 <&>"\n'.repeat(30_000);
    await subscriber.deliver(it.next('opened', { title: long, summary: long }));
    await subscriber.deliver(it.next('note', { note: { by: long, text: long }, summary: long }));
    await subscriber.deliver(it.next('resolved', { summary: long }));
    expect(helpdesk.problems()).toEqual([]);
    expect(helpdesk.tickets()).toMatchObject([{ state: 'resolved' }]);
  });

  it('are one a problem, and end as it does, whatever goes wrong on the way', async () => {
    const fault: fc.Arbitrary<Fault | null> = fc.oneof(
      { weight: 2, arbitrary: fc.constant(null) },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constantFrom('reset' as const, 'cut' as const, 'garbage' as const),
          effect: fc.boolean(),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          kind: fc.constant('status' as const),
          status: fc.constantFrom(500, 503, 429, 401),
          effect: fc.boolean(),
        }),
      },
    );
    const events = fc.array(fc.constantFrom<NotificationEvent>('updated', 'acknowledged', 'note', 'reminder'), {
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(events, fc.boolean(), fc.infiniteStream(fault), async (said, ends, faults) => {
        const own = make();
        await own.start();
        const sender = new Subscriber(own);
        try {
          const it = problem();
          own.faults.when = () => faults.next().value as Fault | null;
          const all = ['opened' as const, ...said, ...(ends ? ['resolved' as const] : [])].map((event) =>
            it.next(event),
          );
          for (const each of all) expect(await sender.deliver(each, 200)).toMatchObject({ is: 'delivered' });
          expect(own.tickets()).toMatchObject([{ state: ends ? 'resolved' : 'open' }]);
          const [alert] = own.tickets();
          const text = [alert!.description, ...alert!.notes].join('\n');
          // A reminder of an open alert is counted there, and has no words of its own.
          for (const { id, event } of all) if (event !== 'reminder') expect(text).toContain(id);
          expect(own.problems()).toEqual([]);
        } finally {
          sender.close();
          await own.stop();
        }
      }),
      { numRuns: 20 },
    );
  });
});
