/** The soak of alerts (`npm run soak -- alerts`), a short one. */
import { expect, it } from 'vitest';
import { soakAlerts } from '../soak/alerts/soak.ts';

it('tells every receiver that comes back of every change, in order and once, whatever is killed', async () => {
  const report = await soakAlerts({
    ...{ changes: 200, endpoints: 10, kills: 4, seed: 20_261_122, settleMs: 60_000, say: () => undefined },
    signal: new AbortController().signal,
  });
  expect(report.problems).toEqual([]);
  expect(report.changes).toBeGreaterThanOrEqual(200);
  expect(report.kills).toBe(4);
  expect(report.repeats).toBeGreaterThan(0);
});
