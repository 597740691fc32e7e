import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { overSpans, utilisation } from './utilisation.ts';

const minute = 60_000;
const t0 = Date.UTC(2026, 9, 1, 8);
const G = 1e9;

/** `#`: over, `.`: below, `?`: unknown; one a minute. */
const bps = (minutes: string): (number | null)[] =>
  Array.from(minutes, (each) => (each === '#' ? 0.95 * G : each === '.' ? 0.1 * G : null));
const spans = (minutes: string, forMinutes = 5, firing = false): string[] =>
  overSpans({ startMs: t0, stepMs: minute, bps: bps(minutes) }, 0.9 * G, forMinutes * minute, firing).map(
    ({ fromMs, toMs }) => `${(fromMs - t0) / minute}-${(toMs - t0) / minute}`,
  );

describe('use above a limit', () => {
  it.each([
    ['for long enough, and goes on', '..#####', ['2-Infinity']],
    ['for too short', '..####', []],
    ['with a minute below between, which begins anew', '###.####', []],
    ['ends after five minutes below, where it went below', '#####.....', ['0-5']],
    ['does not end after four', '#####....#', ['0-Infinity']],
    ['has minutes unknown, which are not above', '##??##', []],
    ['has minutes unknown, which are not below', '##??###', ['0-Infinity']],
    ['was lost for too long to be one', '##?????###', []],
    ['ends when nothing is known for a quarter of an hour', `#####${'?'.repeat(15)}`, ['0-5']],
    ['does not end before', `#####${'?'.repeat(14)}`, ['0-Infinity']],
    ['ends by minutes below, whatever is unknown between them', '#####..??...', ['0-5']],
    ['again after it ended', '#####.....#####', ['0-5', '10-Infinity']],
  ])('%s', (_, minutes, expected) => {
    expect(spans(minutes)).toEqual(expected);
  });

  it('goes on where it fired before, until it is below', () => {
    expect(spans('#', 5, true)).toEqual(['0-Infinity']);
    expect(spans('....', 5, true)).toEqual(['0-Infinity']);
    expect(spans('.....', 5, true)).toEqual(['0-0']);
  });

  it('is the same, whether it is looked at once, or after each minute with what came in the last half hour', () => {
    const minutes = fc.array(fc.constantFrom('#', '#', '#', '.', '?'), { maxLength: 90 }).map((all) => all.join(''));
    const isOn = (found: readonly string[]): boolean => found.at(-1)?.endsWith('Infinity') ?? false;
    fc.assert(
      fc.property(minutes, (all) => {
        let firing = false;
        for (let i = 1; i <= all.length; i++) {
          firing = isOn(spans(all.slice(Math.max(0, i - 30), i), 5, firing));
          expect(firing).toBe(isOn(spans(all.slice(0, i))));
        }
      }),
    );
  });

  it('never fires twice without five minutes between', () => {
    const minutes = fc.array(fc.constantFrom('#', '#', '.', '?'), { maxLength: 100 }).map((all) => all.join(''));
    fc.assert(
      fc.property(minutes, (all) => {
        const found = spans(all).map((each) => each.split('-').map(Number));
        for (const [i, [from, to]] of found.entries()) {
          expect(to! - from!).toBeGreaterThanOrEqual(5);
          if (i > 0) expect(from! - found[i - 1]![1]!).toBeGreaterThanOrEqual(5);
        }
      }),
    );
  });
});

describe('a full line', () => {
  const line = { circuit: 7, name: 'Ash primary', committedDownBps: G, committedUpBps: 0.1 * G };
  const rates = (minutes: string) => ({ startMs: t0, stepMs: minute, bps: bps(minutes) });

  it('is one alert for each direction, by its own committed rate', () => {
    const found = utilisation(
      { ...line, down: rates('.#####'), up: rates('......') },
      { percent: 90, minutes: 5 },
      new Map(),
    );
    // 100 Mbit/s are 100 % of the upload.
    expect(found).toEqual([
      {
        subject: 'c7/down',
        startedMs: t0 + minute,
        title: 'Ash primary is full (download)',
        text: 'It carries more than 90 % of its committed 1 Gbit/s for 5 minutes or longer.',
        ...{ circuit: 7, academy: null, provider: null, incident: null },
      },
      expect.objectContaining({ subject: 'c7/up', startedMs: t0, title: 'Ash primary is full (upload)' }),
    ]);
  });

  it('keeps its beginning when that is long past, and has another after it ended', () => {
    const known = new Map([['c7/down', t0 - 500 * minute]]);
    const look = (minutes: string) =>
      utilisation(
        { ...line, committedUpBps: null, down: rates(minutes), up: rates('') },
        { percent: 90, minutes: 5 },
        known,
      );
    expect(look('####')[0]!.startedMs).toBe(t0 - 500 * minute);
    expect(look('.....#####')[0]!.startedMs).toBe(t0 + 5 * minute);
    expect(look('#.....')).toEqual([]);
  });

  it('needs a committed rate', () => {
    const free = { ...line, committedDownBps: null, committedUpBps: 0 };
    expect(
      utilisation({ ...free, down: rates('#####'), up: rates('#####') }, { percent: 0, minutes: 1 }, new Map()),
    ).toEqual([]);
  });
});
