import type { Alert, Group, Telling } from '@linewatch/alerting';
import { Notification } from '@linewatch/contract';
import type { EstateRecord, Values } from '@linewatch/contract';
import type { Academy, Circuit, Provider } from '@linewatch/estate';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { merged } from './conditions/merge.ts';
import { messageId } from './message-id.ts';
import { type NotificationContext, notificationOf } from './notification.ts';
import { silencesAt } from './routes.ts';
import { safeguardingMail, safeguardingNotification } from './safeguarding.ts';
import { Subjects } from './subjects.ts';

const t0 = Date.UTC(2026, 8, 14, 8);
const minuteMs = 60_000;

const record = (kind: EstateRecord['kind'], values: { readonly id: string }): EstateRecord => ({
  ...{ kind, id: values.id, revision: 1, ended: null, managed: false, changedMs: t0, changedBy: '' },
  ...{ values, hidden: [] },
});
const circuit: Values<'circuit'> = {
  ...{ id: 'fibre', name: 'Fibre', academy: 'oak', provider: 'north', role: 'primary', site: 'annexe' },
  ...{ reference: 'ABC-1', faultLine: '0800 1' },
};
const academies = Array.from({ length: 130 }, (_, i) => ({
  id: i + 1,
  slug: `a${i}`,
  name: `School ${i}`,
  pupils: 10,
}));
const subjects = new Subjects({
  snapshot: {
    version: 1,
    trusts: [{ id: 1, key: 7, label: 'main', name: 'Trust' }],
    providers: [{ id: 1, slug: 'north', name: 'North', trust: 1, endedMs: null } satisfies Provider],
    academies: [{ id: 500, slug: 'oak', name: 'Oak', pupils: 300 }, ...academies].map((each): Academy => ({
      ...each,
      phase: null,
      urn: null,
      postcode: 'OX1 1AA',
      networks: [],
      trust: 1,
      endedMs: null,
    })),
    circuits: [
      {
        ...{ id: 9, slug: 'fibre', name: 'Fibre', trust: 1, academy: 500, provider: 'North', providerRow: 1, site: 3 },
        ...{ contract: null, role: 'primary', kind: null, exporter: null, collector: 'main', interface: null },
        ...{ tunnel: null, probe: null, parent: null, pop: null, downloadSide: 'in', committedDownBps: null },
        ...{ committedUpBps: null, validFromMs: null, validToMs: null },
      } satisfies Circuit,
    ],
  },
  records: new Map([
    [
      'main',
      [
        record('circuit', circuit),
        record('provider', { id: 'north', name: 'North', faultLine: '0800 9', faultEmail: 'f@north.example' } as never),
        record('site', { id: 'annexe', name: 'Annexe', academy: 'oak', accessHours: '8 to 4' } as never),
        record('contact', { id: 'h', name: 'Head', academy: 'oak', duty: 'head', phone: '1' } as never),
        record('contact', {
          id: 'k',
          name: 'Keeper',
          academy: 'oak',
          site: 'annexe',
          duty: 'site',
          phone: '2',
        } as never),
        record('contact', {
          id: 's',
          name: 'Lead',
          academy: 'oak',
          duty: 'safeguarding-lead',
          email: 'l@oak.example',
        } as never),
      ],
    ],
  ]),
});

const alertOf = (more: Partial<Alert> = {}): Alert => ({
  ...{ key: 'circuit-down/i5', trust: 1, rule: 'circuit-down', kind: 'circuit-down', severity: 'major' },
  ...{ title: 'Oak, Fibre: down', text: 'Since 08:00.', labels: {}, startedMs: t0, endedMs: null, incident: 5 },
  ...{
    circuit: 9,
    academy: 500,
    provider: 1,
    parent: null,
    acknowledged: null,
    quietUntilMs: null,
    safeguarding: false,
  },
  ...more,
});
const group: Group = {
  ...{ id: 77, subscription: 1, key: 'k', labels: {}, alerts: [], openedMs: t0, toldMs: t0, sequence: 1, dueMs: null },
  ...{ closedMs: null, mergedInto: null, severity: 'critical', memo: {} },
};
const tellingOf = (alerts: readonly Alert[], more: Partial<Telling> = {}): Telling => {
  const firing = alerts.filter(({ endedMs }) => endedMs === null).length;
  const counts = { firing, resolved: alerts.length - firing, changed: [] };
  return { group, event: 'opened', sequence: 1, atMs: t0 + minuteMs, alerts, ...counts, note: null, ...more };
};
const context: NotificationContext = {
  subjects,
  subscription: 'desk',
  publicUrl: 'https://linewatch.example/',
  findings: {
    timelines: new Map([
      [
        5,
        {
          detectedMs: t0,
          members: 2,
          entries: [
            { incident: 5, atMs: t0, kind: 'evidence', text: 'probe (main): no answer' },
            { incident: 5, atMs: t0 + 5000, kind: 'evidence', text: 'link (main): linkDown trap' },
            { incident: 5, atMs: t0 + 9000, kind: 'evidence', text: 'probe (main): no answer again' },
          ],
        },
      ],
    ]),
    fixDue: new Map([[5, t0 + 300 * minuteMs]]),
  },
};

describe('a notification', () => {
  it('says whom to ring, what to quote, who is on site, what was tested and until when', () => {
    const told = notificationOf(tellingOf([alertOf()]), context);
    expect(Value.Check(Notification, told)).toBe(true);
    expect(told).toMatchObject({
      ...{ status: 'firing', severity: 'major', title: 'Oak, Fibre: down', startedMs: t0, endedMs: null, firing: 1 },
      ...{ group: { id: 77, key: 'linewatch/main/77' }, url: 'https://linewatch.example/incidents/5' },
      alerts: [
        {
          circuit: { reference: 'ABC-1' },
          // The line's own goes before its supplier's.
          supplier: { name: 'North', faultLine: '0800 1', faultEmail: 'f@north.example' },
          site: { name: 'Annexe', postcode: 'OX1 1AA', accessHours: '8 to 4', contact: { name: 'Keeper', phone: '2' } },
          tested: [
            'link (main): linkDown trap, 14 Sep 2026 09:00:05',
            'probe (main): no answer again, 14 Sep 2026 09:00:09',
          ],
          ...{ fixDueMs: t0 + 300 * minuteMs, members: 2 },
        },
      ],
    });
    expect(told.summary).toContain('Fault line of North: 0800 1, quote ABC-1.');
  });

  it('is of the problem that carries the others, with bounds on what it lists', () => {
    const members = academies.map(({ id }) =>
      alertOf({
        key: `circuit-down/i${100 + id}`,
        incident: 100 + id,
        academy: id,
        circuit: null,
        parent: 'i99',
        severity: 'critical',
      }),
    );
    const parent = alertOf({
      key: 'provider-down/i99',
      incident: 99,
      circuit: null,
      academy: null,
      title: 'North: 130 lines down',
    });
    const told = notificationOf(tellingOf([...members, parent]), context);
    expect(Value.Check(Notification, told)).toBe(true);
    expect(told).toMatchObject({ title: 'North: 130 lines down', severity: 'critical', firing: 131 });
    expect([told.alerts.length, told.academies.length, told.alerts[0]!.incident]).toEqual([50, 100, 99]);
  });

  it('is over when none fires any more, as grave as it was, and bounded whatever people write', () => {
    const text = '\u0000\ud800x'.repeat(5000);
    const told = notificationOf(
      tellingOf([alertOf({ endedMs: t0 + 50, title: text, text })], { event: 'resolved', note: { by: text, text } }),
      context,
    );
    expect(told).toMatchObject({ status: 'resolved', severity: 'critical', endedMs: t0 + 50, firing: 0, resolved: 1 });
    const json = JSON.stringify(told);
    expect(json).not.toMatch(/\\u0000|\\ud800/);
    expect(json.length).toBeLessThan(20_000);
  });

  it('has the same id whenever it is made again, and another one for any other', () => {
    const ids = [
      messageId('main', 1, t0, 1),
      messageId('main', 1, t0, 2),
      messageId('main', 2, t0, 1),
      messageId('other', 1, t0, 1),
    ];
    expect(new Set(ids).size).toBe(4);
    expect(ids[0]).toBe(messageId('main', 1, t0, 1));
    for (const id of ids) expect(id).toMatch(/^msg_[0-9a-hjkmnp-tv-z]{26}$/);
  });
});

describe('what safeguarding leads are told', () => {
  it('names the academy and a link, and no address, supplier or person', () => {
    const alert = alertOf({ kind: 'safeguarding', rule: 'safeguarding', safeguarding: true });
    const told = safeguardingNotification(tellingOf([alert]), subjects, 'https://linewatch.example');
    const to = subjects.safeguardingLeads(1, told.group.labels['academy']!);
    const mail = safeguardingMail(told, to);
    expect(mail).toMatchObject({ to: ['l@oak.example'], subject: 'There is something to look at for Oak' });
    for (const text of [JSON.stringify(told), mail.subject, mail.text, mail.html])
      expect(text).not.toMatch(/North|ABC-1|0800|Keeper|Lead|l@oak|Fibre|OX1/);
    expect(mail.text).toContain('https://linewatch.example/safeguarding');
  });
});

describe('conditions', () => {
  const found = (subject: string, startedMs: number, more: Partial<Alert> = {}): Alert =>
    alertOf({ key: `dates/${subject}/${startedMs}`, rule: 'dates', kind: 'dates', incident: null, startedMs, ...more });

  it('that go on keep their names, those that are not found have ended, and what could not be looked at stands', () => {
    const firing = [found('a', 1), found('b', 1), found('c', 1, { rule: 'blind' })];
    const now = [found('a', 50), found('d', 50)];
    expect(merged(firing, now, new Set(['blind']), 100)).toEqual([found('d', 50), found('b', 1, { endedMs: 100 })]);
    expect(merged(firing, [found('a', 50, { severity: 'critical' })], new Set(['blind', 'dates']), 100)).toEqual([
      found('a', 1, { severity: 'critical' }),
    ]);
  });

  it('that the database gave back with fields in another order are the same', () => {
    const alert = found('a', 1, { labels: { rule: 'dates', trust: 'main' } });
    const back = Object.fromEntries(Object.entries({ ...alert, labels: { trust: 'main', rule: 'dates' } }).reverse());
    expect(merged([back as unknown as Alert], [alert], new Set(), 5)).toEqual([]);
  });
});

describe('silences', () => {
  const silence = {
    ...{ id: 1, trust: 1, matchers: [], startMs: t0, endMs: t0 + 60 * minuteMs, rrule: 'FREQ=DAILY', timeZone: null },
    endedMs: null,
  };

  it('hold in their occurrences, until an end that somebody gives', () => {
    const dayMs = 1440 * minuteMs;
    expect(silencesAt([silence], t0 + dayMs + minuteMs)).toEqual({
      active: [{ id: 1, trust: 1, matchers: [], untilMs: t0 + dayMs + 60 * minuteMs }],
      nextMs: t0 + dayMs + 60 * minuteMs,
    });
    expect(silencesAt([silence], t0 - minuteMs)).toEqual({ active: [], nextMs: t0 });
    expect(silencesAt([{ ...silence, endedMs: t0 + minuteMs }], t0 + 2 * minuteMs).active).toEqual([]);
    expect(silencesAt([{ ...silence, rrule: 'nonsense' }], t0).active).toEqual([]);
  });
});
