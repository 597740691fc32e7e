import type { PublicStatus } from '@linewatch/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joined, stateOf } from './read.ts';
import { noStatusHtml, renderStatus, statusPolicy } from './render.ts';

const nowMs = Date.UTC(2026, 8, 14, 9, 30, 20);
const hourMs = 3_600_000;
const status = (over: Partial<PublicStatus> = {}): PublicStatus => ({
  ...{ title: 'Ash Academy', message: null, nowMs, seenMs: nowMs, state: 'working', sinceMs: nowMs - hourMs },
  ...{ planned: [], past: [] },
  ...over,
});

describe('a status page', () => {
  test.each([
    ['working', 'The internet connection works.'],
    ['disturbed', 'works, but not as well as it should'],
    ['down', 'The internet connection does not work.'],
    ['unknown', 'We cannot tell'],
  ] as const)('says in plain words that it is %s, and since when', (state, words) => {
    const html = renderStatus(status({ state }));
    expect(html).toContain(words);
    expect(html).toContain('14 Sep 2026 09:30');
  });

  test('tells what is planned and how it was', () => {
    const html = renderStatus(
      status({
        planned: [{ fromMs: nowMs + hourMs, toMs: nowMs + 2 * hourMs }],
        past: [
          { fromMs: nowMs - hourMs, toMs: null, state: 'disturbed' },
          { fromMs: nowMs - 30 * hourMs, toMs: nowMs - 28 * hourMs, state: 'down' },
        ],
      }),
    );
    expect(html).toContain('14 Sep 2026 11:30 to 14 Sep 2026 12:30');
    expect(html).toContain('Does not work well: since 14 Sep 2026 09:30');
    expect(html).toContain('2 h');
  });

  test('runs nothing, fetches nothing, is in no index and allows its own style only', () => {
    for (const html of [renderStatus(status()), noStatusHtml]) {
      expect(html).not.toMatch(/<script|<img|<link|<iframe|\son\w+=|https?:|src=|url\(|@import/i);
      expect(html).toContain('<meta name="robots" content="noindex, nofollow">');
      expect(html).toContain('width=device-width');
      expect(html).toContain('color-scheme:light dark');
    }
    expect(renderStatus(status())).toContain('http-equiv="refresh"');
    expect(statusPolicy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}';/);
  });

  test('is small, and holds whatever people write as text', () => {
    const spans = Array.from({ length: 30 }, (_, i) => ({
      fromMs: nowMs - (i + 2) * hourMs,
      toMs: nowMs - (i + 1) * hourMs - 61_000,
    }));
    const full = (title: string, message: string): string =>
      renderStatus(
        status({
          ...{ title, message, planned: spans.slice(0, 10) },
          past: spans.map((each) => ({ ...each, state: 'disturbed' as const })),
        }),
      );
    const tags = (html: string): number => html.match(/<[a-z!/]/g)!.length;
    const plain = tags(full('x', 'x'));
    const text = fc.string({ unit: 'binary', maxLength: 1000 });
    fc.assert(
      fc.property(text, text, (title, message) => {
        const html = full(title.slice(0, 200), message);
        expect(tags(html)).toBe(plain);
        expect(Buffer.byteLength(html)).toBeLessThan(15_000);
      }),
    );
    expect(Buffer.byteLength(full('"'.repeat(200), '"'.repeat(1000)))).toBeLessThan(15_000);
  });
});

describe('the connection of an academy', () => {
  const line = (text: string) => {
    const [role, state] = text.split(' ') as ['primary' | 'backup', 'up' | 'degraded' | 'down' | 'unknown'];
    return { role, state };
  };
  test.each([
    ['working', ['primary up']],
    ['working', ['primary up', 'backup down']],
    ['working', ['primary unknown', 'primary up']],
    ['disturbed', ['primary degraded', 'backup up']],
    ['disturbed', ['primary down', 'backup up']],
    ['disturbed', ['primary down', 'primary up']],
    ['down', ['primary down']],
    ['down', ['primary down', 'backup down']],
    ['down', ['primary down', 'backup unknown']],
    ['unknown', ['primary unknown', 'backup up']],
    ['working', ['backup up']],
    ['unknown', []],
  ])('is %s with %j', (state, lines) => {
    expect(stateOf(lines.map(line))).toBe(state);
  });

  test('is one of its lines at each moment, without gaps', () => {
    const edge = fc.integer({ min: 0, max: 50 });
    const states = fc.constantFrom('up' as const, 'degraded' as const, 'down' as const, 'unknown' as const);
    const pieces = fc.array(fc.tuple(edge, states), { maxLength: 8 }).map((drawn) => {
      const sorted = [...new Map(drawn)].sort(([a], [b]) => a - b);
      return sorted.slice(0, -1).map(([fromMs, state], i) => ({ fromMs, toMs: sorted[i + 1]![0], state }));
    });
    const lines = fc.array(fc.record({ role: fc.constantFrom('primary' as const, 'backup' as const), pieces }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(lines, (all) => {
        const whole = joined(all, { fromMs: 0, toMs: 50 });
        expect(whole.map(({ fromMs }) => fromMs)).toEqual([0, ...whole.slice(0, -1).map(({ toMs }) => toMs)]);
        expect(whole.at(-1)!.toMs).toBe(50);
        for (let atMs = 0; atMs < 50; atMs++) {
          const now = all.flatMap(({ role, pieces: own }) =>
            own.filter(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs).map(({ state }) => ({ role, state })),
          );
          expect(whole.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)!.state).toBe(stateOf(now));
        }
      }),
    );
  });
});
