import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyNotification, exampleMs, notificationOf } from './notification.suite.ts';
import { blocksOf, extents, htmlOf, lineOf, statusOf, subjectOf, textOf, titleOf, updateOf } from './words.ts';

describe('a ticket', () => {
  it('says what, since when, until when, whom to ring, who is on site, what was tested', () => {
    expect(textOf(notificationOf())).toBe(`Status: Critical, since 15 Jul 2026 02:48.
Summary: The primary line of Oak Academy is down.
Details: https://linewatch.example.org/incidents/7

What: A test: the line named "Primary" would be down. Nobody need do anything.
When: since 15 Jul 2026 02:48
Fix by: 15 Jul 2026 07:48 (UK time), by the contract
Academy: Example Academy, 850 pupils
Line: Primary
Supplier: Example Telecom
Circuit reference: EXAMPLE-0001
Fault line: 01632 960002, faults@example.net
Site: Main site, ZZ99 9ZZ
Access hours: Mon to Fri, 07:00 to 18:00
Site contact: Site manager, 01632 960001, site@example.org, Term time
Tested:
- The router does not answer (3 of 3 tries).
- The backup line answers in 12 ms.
Evidence:
- 15 Jul 2026 02:48 trap: link down on port 1`);
  });

  it('leaves out what is not known', () => {
    const nothing = {
      academy: null,
      site: null,
      circuit: null,
      supplier: null,
      fixDueMs: null,
      tested: [],
      evidence: [],
    };
    const text = textOf(notificationOf({ url: null }, { ...nothing, url: null }));
    expect(text).not.toMatch(/null|undefined|: $/m);
    expect(text.split('\n').map((line) => line.split(':')[0])).toEqual(['Status', 'Summary', '', 'What', 'When']);
  });

  it('says how it stands', () => {
    const over = { event: 'resolved', status: 'resolved', endedMs: exampleMs + 48 * 60_000 } as const;
    expect(statusOf(notificationOf(over))).toBe('Over: 15 Jul 2026 02:48 to 15 Jul 2026 03:48 (1 h).');
    expect(statusOf(notificationOf({ firing: 3, severity: 'major' }))).toBe(
      'Major, since 15 Jul 2026 02:48, 3 alerts.',
    );
    expect(statusOf(notificationOf({ event: 'test' }))).toBe('This is a test. Nothing is wrong.');
    expect(subjectOf(notificationOf(over))).toBe('Resolved: Oak Academy: primary line is down');
    expect(titleOf(notificationOf(over))).toBe('Oak Academy: primary line is down');
  });

  it('tells further alerts in a line each, and counts those left out', () => {
    const one = notificationOf().alerts[0]!;
    const alerts = Array.from({ length: 50 }, (_, index) => ({ ...one, title: `Line ${index}` }));
    const text = textOf(notificationOf({ alerts, firing: 300 }));
    expect(text).toContain('Also:\n- Line 5, EXAMPLE-0001, Example Telecom, since 15 Jul 2026 02:48\n');
    expect(text.endsWith('- 250 more left out')).toBe(true);
    const short = textOf(notificationOf({ alerts, firing: 300 }), { mostCharacters: 2500 });
    expect(short.endsWith('- 289 more left out')).toBe(true);
  });

  it('has a comment for what is new, with a person’s words', () => {
    expect(updateOf(notificationOf({ event: 'note', note: { by: 'Ann', text: 'Engineer\nat noon' } }))).toBe(
      'Note: Critical, since 15 Jul 2026 02:48.\nAnn: Engineer\nat noon\nThe primary line of Oak Academy is down.\nDetails: https://linewatch.example.org/incidents/7',
    );
  });

  it('is one line for a telephone, with the link whole', () => {
    expect(lineOf(notificationOf(), { mostCharacters: 200 })).toMatch(
      /^New: Oak Academy: primary line is down\. Critical, since 15 Jul 2026 02:48\. Example Telecom, 01632 960002, .*https:\/\/linewatch\.example\.org\/incidents\/7$/,
    );
    const short = lineOf(notificationOf(), { mostCharacters: 70 });
    expect(short).toMatch(/^New: Oak Academy: primary line is down\. Critical, since.*…$/);
  });
});

describe('whatever is told', () => {
  // eslint-disable-next-line no-control-regex
  const wellFormed = (text: string) => text.isWellFormed() && !/[\u0000-\u0009\u000b-\u001f\u202e]/.test(text);

  it('stays within its size, is well-formed, and no markup', () => {
    fc.assert(
      fc.property(anyNotification, fc.integer({ min: 0, max: 5000 }), (notification, most) => {
        for (const make of [textOf, updateOf, lineOf]) {
          const characters = make(notification, { mostCharacters: most });
          expect(characters.length).toBeLessThanOrEqual(most);
          expect(wellFormed(characters)).toBe(true);
          expect(Buffer.byteLength(make(notification, { mostOctets: most }))).toBeLessThanOrEqual(most);
        }
        expect(lineOf(notification)).not.toContain('\n');
        expect(subjectOf(notification, most).length).toBeLessThanOrEqual(most);
        const html = htmlOf(notification, { mostOctets: most });
        if (most >= 7) expect(Buffer.byteLength(html)).toBeLessThanOrEqual(most);
        expect(wellFormed(html)).toBe(true);
        // Ours are the only tags, each closed where it has to be, and links lead to http(s).
        const tags = (html.match(/<[^>]*>/g) ?? []).map((tag) => tag.replace(/ href="https?:[^"<>]*"/, ''));
        expect(tags.every((tag) => /^<\/?(p|b|br|h3|ul|li|a)>$/.test(tag))).toBe(true);
        for (const name of ['p', 'b', 'h3', 'ul', 'li', 'a'])
          expect(tags.filter((tag) => tag === `<${name}>`)).toHaveLength(
            tags.filter((tag) => tag === `</${name}>`).length,
          );
      }),
      { numRuns: 25 },
    );
  });

  it('says less in every smaller extent', () => {
    fc.assert(
      fc.property(anyNotification, (notification) => {
        const counts = extents.map(
          (extent) => blocksOf(notification, extent).flatMap(({ lists }) => lists.flatMap(({ items }) => items)).length,
        );
        expect(counts).toEqual(counts.toSorted((a, b) => b - a));
      }),
      { numRuns: 15 },
    );
  });
});
