import { describe, expect, it } from 'vitest';
import { createTimeSource, readKernelTime } from './time-source.ts';

describe('the time of day', () => {
  it('is told by the kernel as right or not, with an error that is one', () => {
    const { synchronised, errorMs } = readKernelTime();
    expect(typeof synchronised).toBe('boolean');
    expect(errorMs).toBeGreaterThanOrEqual(0);
    // NTP gives up at 16 s (RFC 5905, MAXDIST and PHI), and the kernel counts no further.
    expect(errorMs).toBeLessThanOrEqual(16_000);
  });

  it('is asked for once a minute, and when the clock was set back', () => {
    let [nowMs, asked] = [0, 0];
    const time = createTimeSource(
      () => nowMs,
      () => ({ synchronised: true, errorMs: ++asked }),
    );
    const at = (ms: number): number => {
      nowMs = ms;
      return time.errorMs;
    };
    expect([0, 59_999, 60_000, 100_000, 30_000].map(at)).toEqual([1, 1, 2, 2, 2]);
    expect([0, -1000].map(at)).toEqual([3, 3]);
    expect(time.synchronised).toBe(true);
  });
});
