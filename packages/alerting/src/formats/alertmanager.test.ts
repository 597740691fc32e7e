import { afterEach, expect, it } from 'vitest';
import { exampleMs, notificationOf } from '../notification.suite.ts';
import { alertmanager, alertmanagerBody, fingerprintOf } from './alertmanager.ts';
import { type Receiver, startReceiver } from './receiver.suite.ts';

let receiver: Receiver | undefined;
afterEach(() => receiver?.close());

const members = [
  'alerts',
  'commonAnnotations',
  'commonLabels',
  'externalURL',
  'groupKey',
  'groupLabels',
  'receiver',
  'status',
  'truncatedAlerts',
  'version',
];
const ofAlert = ['annotations', 'endsAt', 'fingerprint', 'generatorURL', 'labels', 'startsAt', 'status'];
type Body = Record<string, unknown> & {
  alerts: (Record<string, string> & { labels: Record<string, string>; annotations: Record<string, string> })[];
};

it('is the body of version 4, with a bearer token', async () => {
  receiver = await startReceiver(({ headers, body }) => {
    const found = JSON.parse(body) as Body;
    expect(headers).toMatchObject({
      authorization: 'Bearer tok-en-1',
      'content-type': 'application/json',
      'x-team': 'a',
    });
    expect(Object.keys(found).toSorted()).toEqual(members);
    for (const alert of found.alerts) {
      expect(Object.keys(alert).toSorted()).toEqual(ofAlert);
      expect(alert['fingerprint']).toMatch(/^[0-9a-f]{16}$/);
      for (const name of Object.keys({ ...alert.labels, ...alert.annotations }))
        expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_]*$/);
    }
    return { status: 200 };
  });
  const settings = { url: receiver.url, headers: [{ name: 'X-Team', value: 'a' }] };
  const { sent } = await receiver.send(alertmanager, { settings, secrets: { bearer: ['tok-en-1'] } });
  expect(sent).toEqual({ is: 'delivered' });
  expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({
    version: '4',
    groupKey: 'linewatch/north/3',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'desk',
    groupLabels: { academy: 'oak' },
    commonLabels: { alertname: 'circuit-down', severity: 'critical' },
    externalURL: 'https://linewatch.example.org/incidents/7',
    alerts: [
      {
        status: 'firing',
        startsAt: '2026-07-15T01:48:00.000Z',
        endsAt: '0001-01-01T00:00:00Z',
        labels: { alertname: 'circuit-down', academy: 'example-academy' },
        annotations: { circuit_reference: 'EXAMPLE-0001', fault_line: '01632 960002, faults@example.net' },
      },
    ],
  });
});

it('keeps an alert’s fingerprint when its severity changes, and tells when it ended', () => {
  const of = (more: object) => (JSON.parse(alertmanagerBody(notificationOf({}, more))) as Body).alerts[0]!;
  const over = of({ severity: 'minor', status: 'resolved', endedMs: exampleMs });
  expect(over['fingerprint']).toBe(of({})['fingerprint']);
  expect(over['endsAt']).toBe(new Date(exampleMs).toISOString());
  // Of FNV-1a's published test values.
  expect([fingerprintOf(''), fingerprintOf('a'), fingerprintOf('foobar')]).toEqual([
    'cbf29ce484222325',
    'af63dc4c8601ec8c',
    '85944171f73967e8',
  ]);
});

it('has in common what all alerts agree in, and counts what is left out', () => {
  const [one] = notificationOf().alerts;
  const alerts = ['major', 'minor'].map((severity) => ({ ...one!, key: severity, severity: severity as 'major' }));
  const body = JSON.parse(alertmanagerBody(notificationOf({ alerts, firing: 120 }))) as Body;
  expect(body['commonLabels']).not.toHaveProperty('severity');
  expect(body['commonLabels']).toMatchObject({ provider: 'example-telecom' });
  expect(body['truncatedAlerts']).toBe(118);
});
