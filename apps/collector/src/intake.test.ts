import { type FlowSink, createDecoder, encodeV5 } from '@linewatch/decode';
import { createFlowColumns, parseAddress } from '@linewatch/record';
import { describe, expect, test } from 'vitest';
import type { AdmissionRules } from './admission.ts';
import { Intake } from './intake.ts';

const nowMs = Date.UTC(2026, 0, 5, 9);
const address = parseAddress('198.51.100.1').subarray(12);
const datagram = encodeV5({ sequence: 0, exportMs: nowMs, uptimeMs: 5000 }, [
  { srcAddr: address, dstAddr: address, packets: 1, octets: 100, first: 1000, last: 2000 },
]);

/** As the kernel has an address. */
const wordsOf = (text: string): Uint32Array => new Uint32Array(parseAddress(text).buffer);

function intake(rules: Partial<AdmissionRules> = {}, exporters = 4096) {
  const sink: FlowSink = {
    columns: createFlowColumns(64),
    rows: 0,
    flush: () => (sink.rows = 0),
    decoded: () => undefined,
    sample: () => undefined,
    event: () => undefined,
  };
  const decoder = createDecoder({ sink, limits: { exporters } });
  const heard: string[] = [];
  const all = { allow: [], admission: 'open', decisions: new Map(), ...rules } as const;
  const made = new Intake({ decoder, rules: all, onHeard: ({ text }) => heard.push(text) });
  return {
    decoder,
    heard,
    intake: made,
    use: (next: Partial<AdmissionRules>) => made.use({ ...all, ...next }),
    send: (from: string, octets: Uint8Array = datagram, atMs = nowMs) => made.take(octets, wordsOf(from), atMs),
    outsiders: () => [...made.outsiders.all()].map(({ text, why, datagrams }) => [text, why, datagrams]),
  };
}

describe('the intake', () => {
  test('knows an exporter by its address however the socket writes it, and tells of it once', () => {
    const { send, decoder, heard } = intake();
    for (const from of ['::ffff:192.0.2.1', '192.0.2.1', '::ffff:192.0.2.1']) send(from);
    expect([...decoder.exporters].map(({ text, outcomes }) => [text, outcomes.decoded])).toEqual([['192.0.2.1', 3]]);
    expect(heard).toEqual(['192.0.2.1']);
  });

  test('takes made-up exporters, and tells of a thousand a minute', () => {
    const { send, decoder, heard } = intake({}, 16);
    const flood = (atMs: number): void => {
      for (let i = 0; i < 3000; i++) send(`198.18.${i >> 8}.${i & 255}`, datagram, atMs);
    };
    flood(nowMs);
    flood(nowMs + 59_000);
    expect([decoder.counters.flows, heard.length]).toEqual([6000, 1000]);
    flood(nowMs + 60_000);
    expect(heard).toHaveLength(2000);
  });

  test('holds off who awaits approval, lists it with its protocol, and takes it once it is approved', () => {
    const { send, use, decoder, outsiders, intake: own } = intake({ admission: 'approve' });
    send('::ffff:192.0.2.1');
    send('::ffff:192.0.2.1', Uint8Array.of(0, 9));
    send('192.0.2.7', Uint8Array.of(1, 2, 3, 4, 5));
    expect(outsiders()).toEqual([['192.0.2.1', 'awaiting', 2]]);
    expect([...own.outsiders.get('192.0.2.1')!.versions.keys()]).toEqual(['5']);
    expect(decoder.counters.datagrams).toEqual({ decoded: 0, held: 0, rejected: 3 });
    expect(decoder.counters.rejected.exporter_unapproved).toBe(3);
    use({ admission: 'approve', decisions: new Map([['192.0.2.1', 'approved']]) });
    send('::ffff:192.0.2.1');
    expect(decoder.counters.datagrams.decoded).toBe(1);
    expect(outsiders()).toEqual([]);
  });

  test('holds off from the next datagram on whom someone refuses', () => {
    const { send, use, decoder, outsiders } = intake();
    send('192.0.2.1');
    use({ decisions: new Map([['192.0.2.1', 'refused']]) });
    send('192.0.2.1');
    expect(decoder.counters.datagrams).toEqual({ decoded: 1, held: 0, rejected: 1 });
    expect(outsiders()).toEqual([['192.0.2.1', 'refused', 1]]);
  });

  test('lets no flood from outside the allowed networks push out who is known, or grow what is kept', () => {
    const { send, decoder, outsiders } = intake({ allow: ['10.0.0.0/8'] }, 2);
    send('10.0.0.1');
    for (let i = 0; i < 20_000; i++) send(`203.0.${i >> 8}.${i & 255}`);
    expect([...decoder.exporters].map(({ text }) => text)).toEqual(['10.0.0.1']);
    expect(decoder.counters.rejected.exporter_refused).toBe(20_000);
    expect(outsiders().length).toBeLessThanOrEqual(64);
  });

  test('keeps in its list who is heard again, whatever else claims to be there', () => {
    const { send, outsiders } = intake({ admission: 'approve' });
    for (let i = 0; i < 10_000; i++) {
      if (i % 100 === 0) send('192.0.2.1');
      send(`203.0.${i >> 8}.${i & 255}`);
    }
    expect(outsiders()).toContainEqual(['192.0.2.1', 'awaiting', 100]);
    expect(outsiders().length).toBe(256);
  });

  test('keeps the rules that hold when new ones cannot be used', () => {
    const { send, use, decoder } = intake({ allow: ['10.0.0.0/8'] });
    expect(() => use({ allow: ['everyone'] })).toThrow(RangeError);
    send('192.0.2.1');
    expect(decoder.counters.rejected.exporter_refused).toBe(1);
  });
});
