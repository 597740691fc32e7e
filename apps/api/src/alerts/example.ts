/** A notification that tells of nothing, as an example of what is sent: made-up names, and the trust's own. */
import type { Notification, NotifiedAlert } from '@linewatch/contract';

const minuteMs = 60_000;

export interface ExampleAsked {
  readonly trust: { readonly id: string; readonly name: string };
  /** Id of the subscription. */
  readonly subscription: string;
  /** Undefined: a test, which is told as such. */
  readonly event: 'opened' | 'resolved' | undefined;
  readonly nowMs: number;
  /** `msg_` and 26 characters: other ones for other tests. */
  readonly id: string;
  /** Names the example at the receiver: the same for its opening and its end. */
  readonly key: string;
  readonly sequence: number;
  /** Where people reach the dashboard. */
  readonly url: string | undefined;
}

export function exampleNotification(asked: ExampleAsked): Notification {
  const { trust, subscription, event, nowMs, id, key, sequence } = asked;
  const startedMs = nowMs - 7 * minuteMs;
  const endedMs = event === 'resolved' ? nowMs - minuteMs : null;
  const status = event === 'resolved' ? 'resolved' : 'firing';
  const url = asked.url === undefined ? null : new URL('alerts', asked.url.replace(/\/*$/, '/')).href;
  const alert: NotifiedAlert = {
    key: 'circuit-down/example',
    rule: 'circuit-down',
    title: 'Test: Example Academy main line is down',
    text: 'This is a test. No line is down, and nothing has to be done.',
    severity: 'minor',
    status,
    startedMs,
    endedMs,
    incident: null,
    labels: { rule: 'circuit-down', severity: 'minor', trust: trust.id, academy: 'example', problem: 'example' },
    academy: { id: 'example', name: 'Example Academy', pupils: 900 },
    site: {
      name: 'Example Academy, main site',
      postcode: 'AB1 2CD',
      accessHours: 'Mon to Fri 07:00 to 18:00',
      contact: {
        name: 'Site manager (example)',
        phone: '01632 960001',
        email: 'site@academy.example',
        hours: 'Mon to Fri 08:00 to 16:00',
      },
    },
    circuit: { id: 'example-1', name: 'Example Academy main line', reference: 'EXAMPLE-0001' },
    supplier: {
      id: 'example-telecom',
      name: 'Example Telecom',
      faultLine: '01632 960002',
      faultEmail: 'faults@telecom.example',
      portal: 'https://telecom.example/faults',
    },
    tested: ['Ping of the router at the academy: no answer in 5 tries.'],
    evidence: [
      { atMs: startedMs, source: 'link trap (example)', text: 'Link down on the interface of the main line.' },
    ],
    fixDueMs: startedMs + 300 * minuteMs,
    members: 0,
    url,
  };
  return {
    id,
    event: event ?? 'test',
    atMs: nowMs,
    trust,
    subscription,
    group: { id: 0, key, labels: { problem: 'example' } },
    sequence,
    status,
    severity: 'minor',
    title: 'Test: Example Academy main line is down',
    summary: 'This is a test of alerts. No line is down, and nothing has to be done.',
    startedMs,
    endedMs,
    firing: endedMs === null ? 1 : 0,
    resolved: endedMs === null ? 0 : 1,
    academies: ['Example Academy'],
    alerts: [alert],
    note: null,
    url,
  };
}
