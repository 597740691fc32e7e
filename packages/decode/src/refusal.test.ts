import { describe, expect, test } from 'vitest';
import { harness, ip, nowMs } from './testing.ts';

describe('a datagram that is not to be read because of whom it is from', () => {
  test('has its one outcome, at its exporter too', () => {
    const { decoder, counters } = harness();
    const exporter = decoder.exporter(ip('192.0.2.1'));
    decoder.reject(exporter, 'exporter_refused', nowMs);
    expect(counters.datagrams).toEqual({ decoded: 0, held: 0, rejected: 1 });
    expect(counters.rejected.exporter_refused).toBe(1);
    expect(exporter.outcomes.rejected).toBe(1);
    expect(exporter.losses.get('exporter_refused')).toBe(1);
  });

  test('takes no room without a handle, and pushes out no one', () => {
    const { decoder, counters } = harness({ limits: { exporters: 1 } });
    const known = decoder.exporter(ip('192.0.2.1'));
    for (let i = 0; i < 1000; i++) decoder.reject(undefined, 'exporter_unapproved', nowMs);
    expect(counters.datagrams).toEqual({ decoded: 0, held: 0, rejected: 1000 });
    expect(counters.rejected.exporter_unapproved).toBe(1000);
    expect(counters.losses.exporter_unapproved).toBe(1000);
    expect([...decoder.exporters]).toEqual([known]);
  });
});
