/** Notifications for tests: one as it may be, and any, however large and hostile. */
import type { Notification, NotifiedAlert } from '@linewatch/contract';
import { notificationEvents, severities } from '@linewatch/contract';
import fc from 'fast-check';
import { exampleNotification } from './formats/example.ts';

export const exampleMs = Date.UTC(2026, 6, 15, 2, 0);

export const notificationOf = (more: Partial<Notification> = {}, alert: Partial<NotifiedAlert> = {}): Notification => {
  const made = exampleNotification('opened', exampleMs, {
    id: 'msg_01example',
    trust: { id: 'north', name: 'North Trust' },
    subscription: 'desk',
    url: 'https://linewatch.example.org/incidents/7',
  });
  return {
    ...made,
    group: { id: 3, key: 'linewatch/north/3', labels: { academy: 'oak' } },
    title: 'Oak Academy: primary line is down',
    summary: 'The primary line of Oak Academy is down.',
    ...more,
    alerts: (more.alerts ?? made.alerts).map((each) => ({ ...each, incident: 7, ...alert })),
  };
};

const pieces = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.constantFrom(
    '\ud83d',
    '\udc00',
    '\u0000',
    '\r\nBcc: a@b',
    '<script>alert(1)</script>',
    '"}',
    '\\',
    '\u202e',
    '{{ 1 }}',
    '[a](http://b)',
  ),
  fc.constantFrom('😀', 'ŵ', '"', '\u0001', 'x ').map((each) => each.repeat(3000)),
);
const text = fc.array(pieces, { maxLength: 4 }).map((all) => all.join(''));
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const labels = fc.dictionary(fc.constantFrom('rule', 'academy', 'circuit', 'provider', 'problem', 'cause'), text);
const url = nullable(fc.oneof(fc.webUrl(), fc.constant('javascript:alert(1)'), text));

const alert: fc.Arbitrary<NotifiedAlert> = fc.record({
  key: text,
  rule: text,
  title: text,
  text,
  severity: fc.constantFrom(...severities),
  status: fc.constantFrom('firing' as const, 'resolved' as const),
  startedMs: time,
  endedMs: nullable(time),
  incident: nullable(fc.integer({ min: 1 })),
  labels,
  academy: nullable(fc.record({ id: text, name: text, pupils: nullable(fc.nat()) })),
  site: nullable(
    fc.record({
      name: text,
      postcode: nullable(text),
      accessHours: nullable(text),
      contact: nullable(fc.record({ name: text, phone: nullable(text), email: nullable(text), hours: nullable(text) })),
    }),
  ),
  circuit: nullable(fc.record({ id: text, name: text, reference: nullable(text) })),
  supplier: nullable(
    fc.record({ id: text, name: text, faultLine: nullable(text), faultEmail: nullable(text), portal: nullable(text) }),
  ),
  tested: fc.array(text, { maxLength: 60 }),
  evidence: fc.array(fc.record({ atMs: time, source: text, text }), { maxLength: 60 }),
  fixDueMs: nullable(time),
  members: fc.nat({ max: 1000 }),
  url,
});

export const anyNotification: fc.Arbitrary<Notification> = fc
  .record({
    id: text,
    event: fc.constantFrom(...notificationEvents),
    atMs: time,
    trust: fc.record({ id: text, name: text }),
    subscription: text,
    group: fc.record({ id: fc.nat(), key: text, labels }),
    sequence: fc.integer({ min: 1, max: 1000 }),
    status: fc.constantFrom('firing' as const, 'resolved' as const),
    severity: fc.constantFrom(...severities),
    title: text,
    summary: text,
    startedMs: time,
    endedMs: nullable(time),
    firing: fc.nat({ max: 500 }),
    resolved: fc.nat({ max: 500 }),
    academies: fc.array(text, { maxLength: 100 }),
    // Large ones are made of few: what is the same takes as much room.
    alerts: fc
      .tuple(fc.array(alert, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 50 }))
      .map(([some, count]) => Array.from({ length: count }, (_, index) => some[index % some.length]!)),
    note: nullable(fc.record({ by: text, text })),
    url,
  })
  .map((made) => made);
