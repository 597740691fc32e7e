/** What every format that keeps a ticket does, over real HTTP, against strict helpdesks. */
import type { FormatName, NotificationEvent } from '@linewatch/contract';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Fault,
  type Helpdesk,
  freshservice,
  halo,
  jira,
  serviceNow,
  zendesk,
} from '../support/helpdesks/index.ts';
import { Subscriber, problem } from './sending.ts';

/** Priorities of critical, major and minor; what a ticket's address looks like. */
const desks: readonly [
  name: string,
  make: () => Helpdesk,
  of: { priorities: readonly [string, string, string]; url: RegExp; reference: RegExp; closes: boolean },
][] = [
  [
    'ServiceNow',
    () => serviceNow(),
    {
      priorities: ['1', '2', '3'],
      url: /\/nav_to\.do\?uri=incident\.do%3Fsys_id%3D[0-9a-f]{32}$/,
      reference: /^INC\d{7}$/,
      closes: true,
    },
  ],
  [
    'ServiceNow by OAuth',
    () => serviceNow('oauth'),
    {
      priorities: ['1', '2', '3'],
      url: /\/nav_to\.do\?uri=incident\.do%3Fsys_id%3D[0-9a-f]{32}$/,
      reference: /^INC\d{7}$/,
      closes: true,
    },
  ],
  [
    'Jira',
    jira,
    { priorities: ['Highest', 'High', 'Medium'], url: /\/browse\/HELP-\d+$/, reference: /^HELP-\d+$/, closes: true },
  ],
  [
    'Freshservice',
    freshservice,
    { priorities: ['4', '3', '2'], url: /\/a\/tickets\/\d+$/, reference: /^#\d+$/, closes: true },
  ],
  [
    'Zendesk',
    zendesk,
    { priorities: ['urgent', 'high', 'normal'], url: /\/agent\/tickets\/\d+$/, reference: /^#\d+$/, closes: true },
  ],
  ['HaloITSM', halo, { priorities: ['1', '2', '3'], url: /\/tickets\?id=\d+$/, reference: /^#\d+$/, closes: true }],
];

const count = (text: string, part: string): number => text.split(part).length - 1;
/** How often a message is in a ticket. */
const told = (helpdesk: Helpdesk, id: string): number =>
  helpdesk.tickets().reduce((sum, { description, notes }) => sum + count([description, ...notes].join('\n'), id), 0);

describe.each(desks)('tickets of %s', (_, make, { priorities, url, reference }) => {
  let helpdesk: Helpdesk;
  let subscriber: Subscriber;
  beforeEach(async () => {
    helpdesk = make();
    await helpdesk.start();
    subscriber = new Subscriber(helpdesk);
  });
  afterEach(async () => {
    subscriber.close();
    await helpdesk.stop();
  });
  const only = () => {
    expect(helpdesk.tickets()).toHaveLength(1);
    return helpdesk.tickets()[0]!;
  };

  it('opens one with all that is needed, follows it, resolves it, opens it again', async () => {
    const it = problem('minor');
    await subscriber.deliver(it.next('opened'));
    const opened = only();
    expect(opened.state).toBe('open');
    expect(opened.priority).toBe(priorities[2]);
    expect(opened.title).toContain('Oak Academy: the line is down');
    for (const words of [
      'Oak Academy',
      'Sam Reed',
      'Mon to Fri 07:00',
      'Fibre Ltd',
      'ONEA123456',
      '+44 800 000000',
      it.key,
    ])
      expect(opened.description).toContain(words);
    expect(opened.description).toContain('<b>Both</b> probes fail & the port');
    expect(JSON.stringify(opened.row) + opened.description).toContain('/incidents/42');
    expect(subscriber.ticket?.id).toBe(opened.id);
    expect(subscriber.ticket?.reference).toMatch(reference);
    expect(subscriber.ticket?.url).toMatch(url);
    expect(new URL(subscriber.ticket!.url!).origin).toBe(helpdesk.url);

    await subscriber.deliver(it.next('updated', { severity: 'major' }));
    expect(only().priority).toBe(priorities[1]);
    await subscriber.deliver(it.next('acknowledged'));
    await subscriber.deliver(it.next('note'));
    expect(only().notes.at(-1)).toContain('The engineer is on the way.');
    await subscriber.deliver(it.next('reminder'));
    expect(only().notes).toHaveLength(4);
    expect(only().state).toBe('open');

    await subscriber.deliver(it.next('resolved'));
    expect(only().state).toBe('resolved');
    expect(only().notes).toHaveLength(5);
    await subscriber.deliver(it.next('reopened', { severity: 'critical' }));
    expect(only()).toMatchObject({ state: 'open', priority: priorities[0] });
    await subscriber.deliver(it.next('resolved'));
    expect(only().state).toBe('resolved');
    expect(helpdesk.problems()).toEqual([]);
  });

  it('leaves a priority that a person chose, as long as the severity is not what changed', async () => {
    const it = problem('critical');
    await subscriber.deliver(it.next('opened'));
    for (const event of ['acknowledged', 'note', 'reminder'] as const)
      await subscriber.deliver(it.next(event, { severity: 'major' }));
    expect(only().priority).toBe(priorities[0]);
  });

  it('finds the ticket by its key when it is not known, and says nothing twice', async () => {
    const it = problem();
    const opened = it.next('opened');
    await subscriber.deliver(opened);
    subscriber.ticket = null;
    await subscriber.deliver(opened);
    expect(only().notes).toEqual([]);
    expect(subscriber.ticket).not.toBeNull();
    const note = it.next('note');
    subscriber.ticket = null;
    await subscriber.deliver(note);
    await subscriber.deliver(note);
    expect(only().notes).toHaveLength(1);
  });

  it('keeps two problems apart', async () => {
    const [one, other] = [problem(), problem()];
    await subscriber.deliver(one.next('opened'));
    subscriber.ticket = null;
    await subscriber.deliver(other.next('opened'));
    expect(helpdesk.tickets()).toHaveLength(2);
  });

  it('makes a deleted ticket anew while the problem lasts, and not when it is over', async () => {
    const it = problem();
    await subscriber.deliver(it.next('opened'));
    const first = subscriber.ticket!.id;
    helpdesk.person.remove(first);
    await subscriber.deliver(it.next('updated'));
    expect(only().state).toBe('open');
    expect(subscriber.ticket!.id).toBe(only().id);
    helpdesk.person.remove(only().id);
    expect(await subscriber.deliver(it.next('resolved'))).toMatchObject({ is: 'delivered' });
    expect(helpdesk.tickets()).toEqual([]);
  });

  it('follows up in a new ticket what comes back after the old one was closed for good', async () => {
    const it = problem();
    await subscriber.deliver(it.next('opened'));
    await subscriber.deliver(it.next('resolved'));
    const old = subscriber.ticket!;
    helpdesk.person.move(old.id, 'closed');
    const again = it.next('reopened');
    await subscriber.deliver(again);
    expect(helpdesk.tickets()).toHaveLength(2);
    const made = helpdesk.tickets().find(({ id }) => id !== old.id)!;
    expect(made.state).toBe('open');
    expect(made.description).toContain(`Follows ${old.reference}`);
    expect(subscriber.ticket!.id).toBe(made.id);
    // The attempt's end was lost: the new one is found, whichever is known.
    subscriber.ticket = old;
    await subscriber.deliver(again);
    subscriber.ticket = null;
    await subscriber.deliver(again);
    expect(helpdesk.tickets()).toHaveLength(2);
    await subscriber.deliver(it.next('resolved'));
    expect(helpdesk.tickets().find(({ id }) => id === made.id)!.state).toBe('resolved');
    helpdesk.person.move(made.id, 'closed');
    expect(await subscriber.deliver(it.next('resolved'))).toMatchObject({ is: 'delivered' });
    expect(helpdesk.tickets()).toHaveLength(2);
    expect(helpdesk.problems()).toEqual([]);
  });

  it('adds to a ticket that a person resolved, and does not open it', async () => {
    const it = problem();
    await subscriber.deliver(it.next('opened'));
    helpdesk.person.move(subscriber.ticket!.id, 'resolved');
    await subscriber.deliver(it.next('updated'));
    await subscriber.deliver(it.next('resolved'));
    expect(only()).toMatchObject({ state: 'resolved' });
    expect(only().notes).toHaveLength(2);
  });

  it('opens and resolves a ticket for a test', async () => {
    expect(await subscriber.deliver(problem().next('test'))).toMatchObject({ is: 'delivered' });
    expect(only().state).toBe('resolved');
    expect(only().description).toContain('Nothing is wrong');
    expect(helpdesk.problems()).toEqual([]);
  });

  it('tells of a problem that is over and was never told of to nobody', async () => {
    expect(await subscriber.deliver(problem().next('resolved'))).toEqual({ is: 'delivered' });
    expect(helpdesk.tickets()).toEqual([]);
  });

  it('keeps within lengths whatever is told', async () => {
    const it = problem();
    const long = 'Ωðé 🏫 <&>"\n'.repeat(30_000);
    const opened = it.next('opened', { title: long, summary: long });
    const alerts = Array.from({ length: 50 }, () => ({
      ...opened.alerts[0]!,
      title: long.slice(0, 5000),
      text: long.slice(0, 5000),
      tested: Array.from({ length: 100 }, () => long.slice(0, 500)),
    }));
    await subscriber.deliver({ ...opened, alerts, firing: 300 });
    await subscriber.deliver(it.next('note', { note: { by: long, text: long }, summary: long }));
    await subscriber.deliver({ ...it.next('resolved', { summary: long }), alerts });
    expect(helpdesk.problems()).toEqual([]);
    expect(only()).toMatchObject({ state: 'resolved' });
    expect(only().notes).toHaveLength(2);
  });

  it('waits for as long as it is told to', async () => {
    const headers = { 'retry-after': '120' };
    helpdesk.faults.when = () => ({ kind: 'status', status: 429, effect: false, headers });
    expect(await subscriber.once(problem().next('opened'))).toMatchObject({ is: 'later', afterMs: 120_000 });
    helpdesk.faults.when = () => ({ kind: 'status', status: 503, effect: false, headers });
    expect(await subscriber.once(problem().next('opened'))).toMatchObject({ is: 'later', afterMs: 120_000 });
    expect(helpdesk.tickets()).toEqual([]);
  });

  it('keeps for later what is not let in, and says so; says that it is gone; a redirect leads nowhere', async () => {
    const answers = (status: number) => {
      helpdesk.faults.when = ({ path }) => (/token/.test(path) ? null : { kind: 'status', status, effect: false });
      return subscriber.once(problem().next('opened'));
    };
    expect(await answers(401)).toMatchObject({ is: 'later', why: expect.stringContaining('not accepted') as string });
    expect(await answers(403)).toMatchObject({ is: 'later', why: expect.stringContaining('may not') as string });
    expect(await answers(410)).toMatchObject({ is: 'gone' });
    expect(await answers(302)).toMatchObject({ is: 'later' });
    expect(await answers(400)).toMatchObject({ is: 'refused' });
    expect(await answers(404)).toMatchObject({ is: 'refused' });
    helpdesk.faults.when = null;
    subscriber.memory.clear();
    subscriber.secrets = Object.fromEntries(Object.keys(helpdesk.secrets).map((name) => [name, ['wrong secret']]));
    expect(await subscriber.once(problem().next('opened'))).toMatchObject({
      is: 'later',
      why: expect.stringContaining('not accepted') as string,
    });
    subscriber.secrets = {};
    expect(await subscriber.once(problem().next('opened'))).toMatchObject({
      is: 'later',
      why: expect.stringMatching(/^there is no .*: it has to be set$/) as string,
    });
    expect(helpdesk.tickets()).toEqual([]);
  });

  it('says that it does not know, where it does not', async () => {
    for (const kind of ['reset', 'cut', 'garbage'] as const) {
      const it = problem();
      helpdesk.faults.when = ({ method, path }) =>
        method === 'GET' || /token/.test(path) ? null : { kind, effect: true };
      const opened = it.next('opened');
      const before = helpdesk.tickets().length;
      // Jira's second request is for its priority, which nothing waits for.
      expect(await subscriber.once(opened)).toMatchObject({ is: 'later', unknown: true });
      helpdesk.faults.when = null;
      expect(helpdesk.tickets()).toHaveLength(before + 1);
      expect(await subscriber.deliver(opened)).toMatchObject({ is: 'delivered' });
      expect(helpdesk.tickets()).toHaveLength(before + 1);
      subscriber.ticket = null;
    }
  });

  const fault: fc.Arbitrary<Fault | null> = fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
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
        status: fc.constantFrom(500, 502, 503, 504, 408),
        effect: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('status' as const),
        status: fc.constantFrom(401, 403, 429),
        effect: fc.constant(false),
      }),
    },
  );
  const events = fc.array(
    fc.constantFrom<NotificationEvent>('updated', 'acknowledged', 'note', 'reminder', 'resolved', 'reopened'),
    { maxLength: 6 },
  );

  it('has one ticket, in the right state, with each word once, whatever goes wrong on the way', async () => {
    await fc.assert(
      fc.asyncProperty(events, fc.infiniteStream(fault), fc.boolean(), async (said, faults, forgets) => {
        const own = make();
        await own.start();
        const sender = new Subscriber(own, {}, 2000);
        try {
          const it = problem();
          own.faults.when = () => faults.next().value as Fault | null;
          const ids: string[] = [];
          // What is over is reopened before anything else is said of it.
          let isOver = false;
          for (const event of ['opened' as const, ...said]) {
            if (isOver !== (event === 'reopened')) continue;
            isOver = event === 'resolved';
            const notification = it.next(event);
            ids.push(notification.id);
            expect(await sender.deliver(notification, 200)).toMatchObject({ is: 'delivered' });
            // A notifier that was killed before it kept what it learnt sends it again.
            if (forgets) {
              sender.ticket = null;
              expect(await sender.deliver(notification, 200)).toMatchObject({ is: 'delivered' });
            }
          }
          expect(own.tickets()).toHaveLength(1);
          expect(own.tickets()[0]!.state).toBe(isOver ? 'resolved' : 'open');
          expect(ids.map((id) => told(own, id))).toEqual(ids.map(() => 1));
          expect(own.problems()).toEqual([]);
        } finally {
          sender.close();
          await own.stop();
        }
      }),
      { numRuns: 25 },
    );
  });
});

it('covers every format that keeps a ticket of its own', () => {
  const covered = new Set<FormatName>(desks.map(([, make]) => make().format));
  expect([...covered].toSorted()).toEqual([
    'freshservice',
    'haloitsm',
    'jsm-request',
    'servicenow-incident',
    'zendesk',
  ]);
});
