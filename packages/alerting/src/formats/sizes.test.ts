import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fitting } from '../shorten.ts';
import { anyNotification } from '../notification.suite.ts';
import { alertmanagerBody } from './alertmanager.ts';
import { mailOf } from './email.ts';
import { pagerdutyEvent } from './pagerduty.ts';
import { teamsBody } from './teams.ts';
import { webhookBody } from './webhook.ts';

/** Octets, and that it is JSON of well-formed text all through. */
function octetsOf(body: string): number {
  const broken: string[] = [];
  JSON.parse(body, (key, value: unknown) => {
    for (const each of [key, value]) if (typeof each === 'string' && !each.isWellFormed()) broken.push(each);
    return value;
  });
  expect(broken).toEqual([]);
  return Buffer.byteLength(body);
}

it('are kept, whatever is told', () => {
  fc.assert(
    fc.property(anyNotification, (notification) => {
      expect(octetsOf(webhookBody(notification))).toBeLessThan(20_000);
      expect(octetsOf(teamsBody(notification))).toBeLessThanOrEqual(28_000);
      expect(octetsOf(alertmanagerBody(notification))).toBeLessThanOrEqual(256_000);
      const event = pagerdutyEvent(notification, 'key') as {
        dedup_key: string;
        payload?: { summary: string; source: string };
      };
      expect(octetsOf(JSON.stringify(event))).toBeLessThanOrEqual(512_000);
      expect(event.dedup_key.length).toBeLessThanOrEqual(255);
      if (event.payload) {
        expect(event.payload.summary.length).toBeLessThanOrEqual(1024);
        expect(event.payload.summary).not.toBe('');
        expect(event.payload.source).not.toBe('');
      }
      const mail = mailOf(notification, { to: ['a@example.org'], prefix: 'x'.repeat(50) }, ['a@example.org']);
      expect(mail.subject.length).toBeLessThanOrEqual(200);
      expect(/[\r\n]/.test(mail.subject + mail.messageId + (mail.inReplyTo ?? ''))).toBe(false);
      expect(Buffer.byteLength(mail.text + mail.html)).toBeLessThan(900_000);
    }),
    { numRuns: 20 },
  );
});

it('tell how much is left out, to the last', () => {
  fc.assert(
    fc.property(anyNotification, fc.integer({ min: 8000, max: 100_000 }), (notification, most) => {
      const body = fitting(notification, most, (shortened) => shortened);
      expect(octetsOf(body)).toBeLessThanOrEqual(most);
      const { alerts, academies, leftOut } = JSON.parse(body) as {
        alerts: { tested: unknown[]; evidence: unknown[] }[];
        academies: unknown[];
        leftOut: Record<string, number>;
      };
      const all = Math.max(notification.alerts.length, notification.firing + notification.resolved);
      expect(leftOut['alerts']! + alerts.length).toBe(all);
      expect(leftOut['academies']! + academies.length).toBe(notification.academies.length);
      for (const which of ['tested', 'evidence'] as const) {
        const had = notification.alerts.slice(0, alerts.length).reduce((sum, each) => sum + each[which].length, 0);
        expect(leftOut[which]! + alerts.reduce((sum, each) => sum + each[which].length, 0)).toBe(had);
      }
    }),
    { numRuns: 15 },
  );
});
