/** The soak of three minutes: `npm run soak -- system` is the long one. */
import { describe, expect, it } from 'vitest';
import { reportText } from '../soak/system/report.ts';
import { soakSystem, whyNotKafka } from '../soak/system/soak.ts';

const why = whyNotKafka();
// Where it is checked for everyone, nothing may be left out.
if (why && process.env['CI']) throw new Error(why);

const minutes = 3;
const seed = Date.now() % 1_000_000_000;

describe.skipIf(why !== undefined)(`the whole system on Apache Kafka under failures (seed ${seed})`, () => {
  it('stores what was accepted exactly once, and sums it to the octet', { timeout: 15 * 60_000 }, async () => {
    const report = await soakSystem({
      queue: 'kafka',
      minutes,
      kills: 24,
      outageMs: 12_000,
      seed,
      rate: 2000,
      exporters: 4,
      say: () => undefined,
      signal: new AbortController().signal,
    });
    expect(report.problems, reportText(report)).toEqual([]);
    expect(report.stored).toBe(report.accepted);
    expect(report.accepted).toBeGreaterThan(minutes * 60 * 1000);
  });
});
