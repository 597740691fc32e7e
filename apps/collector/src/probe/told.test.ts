import { labelKey, metricCatalogue } from '@linewatch/record';
import { mos } from '@linewatch/sla';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Jitter } from './jitter.ts';
import { type Outcome, failureOf, untried } from './outcome.ts';
import { Told } from './told.ts';

const url = 'stamp://192.0.2.1';
const packets = (sent: number, ...rttsMs: number[]): Outcome => ({ is: 'packets', packets: { sent, rttsMs } });

function tell(told: Told, outcome: Outcome, timeMs = 1000) {
  const samples = told.samples(outcome, timeMs);
  for (const sample of samples) {
    expect(sample).toMatchObject({ timeMs, interface: labelKey(url), exporter: new Uint8Array(16) });
    expect(metricCatalogue.map(({ name }) => name as string)).toContain(sample.metric);
  }
  return Object.fromEntries(samples.map(({ metric, value, text }) => [metric, text === url ? value : [value, text]]));
}

describe('what is told of a run', () => {
  it('is that it was answered, and how long that took', () => {
    expect(tell(new Told(url), { is: 'answered', rttMs: 12, trouble: '' })).toEqual({
      'probe.ok': 1,
      'probe.rtt.ms': 12,
    });
    expect(
      tell(new Told(url), { is: 'answered', rttMs: 12, trouble: 'http 503', expiresMs: 1000 - 43_200_000 }),
    ).toEqual({
      'probe.ok': [1, `${url} http 503`],
      'probe.rtt.ms': 12,
      'probe.tls.days': -0.5,
    });
  });

  it('has the end of a certificate to the ms, whenever it was asked', () => {
    fc.assert(
      fc.property(fc.nat(4e12), fc.nat(253e12), (timeMs, expiresMs) => {
        const told = tell(new Told(url), { is: 'answered', rttMs: 1, trouble: '', expiresMs }, timeMs);
        expect(Math.round(timeMs + (told['probe.tls.days'] as number) * 86_400_000)).toBe(expiresMs);
      }),
    );
  });

  it('is why it was not, in one printable line', () => {
    expect(tell(new Told(url), { is: 'failed', reason: 'timeout' })).toEqual({ 'probe.ok': [0, `${url} timeout`] });
    expect(tell(new Told(url), { is: 'failed', reason: 'a\nb\u2028c' })).toEqual({ 'probe.ok': [0, `${url} a?b?c`] });
    expect(tell(new Told(url), { is: 'failed', reason: 'timeout', sent: 5 })).toEqual({
      'probe.ok': [0, `${url} timeout`],
      'probe.loss.percent': 100,
    });
  });

  it('is nothing where nothing was found out', () => {
    expect(tell(new Told(url), untried('stalled', ''))).toEqual({});
    expect(failureOf(Object.assign(new Error(), { code: 'EMFILE' }))).toEqual(untried('local', 'EMFILE'));
  });

  it('is the figures of its packets, and what speech would sound like', () => {
    expect(tell(new Told(url), packets(4, 10, 14, 12))).toEqual({
      'probe.ok': 1,
      'probe.rtt.ms': 12,
      'probe.rtt.min.ms': 10,
      'probe.rtt.max.ms': 14,
      'probe.loss.percent': 25,
      'probe.jitter.ms': 3,
      'probe.mos': mos(12, 1.5, 25),
    });
    // Of one packet there is no jitter.
    expect(tell(new Told(url), packets(4, 10))).not.toHaveProperty(['probe.jitter.ms']);
  });

  it('is what speech would sound like over the minute, whatever its runs', () => {
    const told = new Told(url);
    tell(told, packets(10, 200, 200), 0);
    tell(told, packets(10, 10, 10), 50_000);
    tell(told, { is: 'failed', reason: 'timeout', sent: 10 }, 60_000);
    // The first is over a minute ago: two and two of thirty.
    const { 'probe.mos': found } = tell(told, packets(10, 30, 30), 70_000);
    expect(found).toBeCloseTo(mos(20, 0, (26 / 30) * 100), 6);
  });

  it('is what each way was, where that is known', () => {
    const oneWay = {
      lost: { sent: 10, out: 2, back: 4 },
      outTransitsMs: [5, 7, 5],
      backTransitsMs: [-3, -3, 1],
      delay: { outMs: 5.7, backMs: 1 },
    };
    const found = tell(new Told(url), { is: 'packets', packets: { sent: 9, rttsMs: [1, 2, 3], oneWay } });
    expect(found).toMatchObject({
      'probe.out.loss.percent': 20,
      'probe.back.loss.percent': 50,
      'probe.out.jitter.ms': 2,
      'probe.back.jitter.ms': 2,
      'probe.out.delay.ms': 5.7,
      'probe.back.delay.ms': 1,
    });
  });
});

describe('jitter', () => {
  it('is estimated as in RFC 3550, from the mean of the first run on', () => {
    const jitter = new Jitter();
    expect(jitter.add([])).toBeUndefined();
    expect(jitter.add([7])).toBeUndefined();
    expect(jitter.add([10, 12, 8])).toBe(3);
    // |D| of 19 and 0: 3 + 16/16 = 4, then 4 − 4/16.
    expect(jitter.add([100, 119, 119])).toBe(3.75);
  });

  it('is of differences only: any offset of a clock is the same', () => {
    const transits = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(
        fc.array(transits, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: -1e6, max: 1e6 }),
        (runs, offset) => {
          const [plain, moved] = [new Jitter(), new Jitter()];
          for (const run of runs) {
            const found = plain.add(run);
            expect(moved.add(run.map((each) => each + offset))).toBe(found);
            expect(found).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });
});
