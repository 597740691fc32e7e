/** A notification to try things with: what a test sends, and what templates are checked by. Its names and numbers are nobody's. */
import type { Notification, NotificationEvent } from '@linewatch/contract';

/** `Nobody’s` quotes and line ends are in it on purpose: a template that forgets to escape them fails here and not at night. */
export function exampleNotification(
  event: NotificationEvent,
  atMs: number,
  of: {
    readonly id: string;
    readonly trust: Notification['trust'];
    readonly subscription: string;
    readonly url: string | null;
  },
): Notification {
  const startedMs = atMs - 12 * 60_000;
  const isOver = event === 'resolved';
  const labels = {
    rule: 'circuit-down',
    severity: 'critical',
    trust: of.trust.id,
    academy: 'example-academy',
    provider: 'example-telecom',
    circuit: 'example-primary',
    role: 'primary',
    kind: 'outage',
  };
  return {
    id: of.id,
    event,
    atMs,
    trust: of.trust,
    subscription: of.subscription,
    group: { id: 0, key: `linewatch/${of.trust.id}/test-${of.subscription}`, labels: {} },
    sequence: 1,
    status: isOver ? 'resolved' : 'firing',
    severity: 'critical',
    title: 'Test: Example Academy: primary line is down',
    summary: 'This is a test of Linewatch. The line named "Primary" would be down, and nobody need do anything.',
    startedMs,
    endedMs: isOver ? atMs : null,
    firing: isOver ? 0 : 1,
    resolved: isOver ? 1 : 0,
    academies: ['Example Academy'],
    alerts: [
      {
        key: `test/${of.subscription}`,
        rule: 'circuit-down',
        title: 'Test: Example Academy: primary line is down',
        text: 'A test: the line named "Primary" would be down.\nNobody need do anything.',
        severity: 'critical',
        status: isOver ? 'resolved' : 'firing',
        startedMs,
        endedMs: isOver ? atMs : null,
        incident: null,
        labels,
        academy: { id: 'example-academy', name: 'Example Academy', pupils: 850 },
        site: {
          name: 'Main site',
          postcode: 'ZZ99 9ZZ',
          accessHours: 'Mon to Fri, 07:00 to 18:00',
          // A number of Ofcom's range for drama.
          contact: { name: 'Site manager', phone: '01632 960001', email: 'site@example.org', hours: 'Term time' },
        },
        circuit: { id: 'example-primary', name: 'Primary', reference: 'EXAMPLE-0001' },
        supplier: {
          id: 'example-telecom',
          name: 'Example Telecom',
          faultLine: '01632 960002',
          faultEmail: 'faults@example.net',
          portal: null,
        },
        tested: ['The router does not answer (3 of 3 tries).', 'The backup line answers in 12 ms.'],
        evidence: [{ atMs: startedMs, source: 'trap', text: 'link down on port 1' }],
        fixDueMs: startedMs + 5 * 3_600_000,
        members: 0,
        url: of.url,
      },
    ],
    note: null,
    url: of.url,
  };
}
