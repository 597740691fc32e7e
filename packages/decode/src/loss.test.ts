import { describe, expect, test } from 'vitest';
import { encodeV5 } from './encode.ts';
import { SequenceTracker } from './sequence.ts';
import { harness, ip, message, nowMs, template, uptimeMs } from './testing.ts';

const t = template(256, [[1, 4]]);
const known = { template: t };
const rows = (...octets: number[]) => ({ data: t, rows: octets.map((n) => [n]) });
const set = (id: number, length: number, body = 0) => {
  const out = Buffer.alloc(4 + body, 1);
  out.writeUInt16BE(id, 0);
  out.writeUInt16BE(length, 2);
  return out;
};
const v5Record = { srcAddr: ip('10.0.0.1'), dstAddr: ip('10.0.0.2'), packets: 1, octets: 40, first: 1, last: 2 };

describe('every datagram ends in exactly one outcome', () => {
  test.each([
    ['nothing', Buffer.alloc(0), 'header_truncated'],
    ['three octets', Buffer.from([0, 9, 0]), 'header_truncated'],
    ['half a v9 header', message(9, []).subarray(0, 12), 'header_truncated'],
    ['half an IPFIX header', message(10, []).subarray(0, 12), 'header_truncated'],
    ['half a v5 header', Buffer.from([0, 5, 0, 1, 0, 0]), 'header_truncated'],
    ['NetFlow v1', Buffer.from([0, 1, 0, 1, 0, 0]), 'version_unknown'],
    ['an octet string that is no SNMP message', Buffer.from([0x30, 0x02, 0x05, 0x00]), 'trap_malformed'],
    [
      'IPFIX with a length below its header',
      Buffer.concat([Buffer.from([0, 10, 0, 15]), Buffer.alloc(12)]),
      'message_length_invalid',
    ],
    ['only a set of length 3', Buffer.concat([message(9, []), set(256, 3)]), 'set_length_invalid'],
    ['only a reserved v9 set', Buffer.concat([message(9, []), set(17, 8, 4)]), 'set_id_reserved'],
    [
      'a v5 count without records',
      encodeV5({ uptimeMs, exportMs: nowMs, sequence: 0 }, [v5Record]).subarray(0, 40),
      'message_truncated',
    ],
  ] as const)('%s is rejected', (_, datagram, reason) => {
    const h = harness();
    h.feed(datagram);
    expect(h.counters.datagrams).toEqual({ decoded: 0, held: 0, rejected: 1 });
    expect(h.counters.rejected[reason]).toBe(1);
    expect(h.losses()).toEqual({ [reason]: 1 });
  });

  test.each([
    ['v9 header', message(9, [])],
    ['IPFIX header', message(10, [])],
    ['v5 header', encodeV5({ uptimeMs, exportMs: nowMs, sequence: 0 }, [])],
    ['v9 header and zeros', Buffer.concat([message(9, []), Buffer.alloc(50)])],
  ])('a bare %s is decoded: there was nothing in it to lose', (_, datagram) => {
    const h = harness();
    h.feed(datagram);
    expect(h.counters.datagrams).toEqual({ decoded: 1, held: 0, rejected: 0 });
    expect(h.losses()).toEqual({});
  });
});

describe('a fault costs its part only', () => {
  test.each([9, 10] as const)('reserved sets are passed over (version %i)', (version) => {
    const h = harness();
    const raw = Buffer.from(
      message(version, [known, rows(1), { data: template(200, [[1, 4]]), rows: [[9]] }, rows(2)]),
    );
    expect(h.feed(raw).map((f) => f['octets'])).toEqual([1, 2]);
    expect(h.losses()).toEqual({ set_id_reserved: 1 });
  });

  test('a set that cannot be framed ends the datagram, not what came before', () => {
    const h = harness();
    expect(h.feed(Buffer.concat([message(9, [known, rows(1)]), set(256, 2, 8)]))).toHaveLength(1);
    expect(h.losses()).toEqual({ set_length_invalid: 1 });
    expect(h.counters.datagrams.decoded).toBe(1);
  });

  test('of a set that overruns its message the whole records are read', () => {
    const h = harness();
    const raw = Buffer.from(message(9, [known, rows(1, 2)]));
    raw.writeUInt16BE(400, raw.length - 10);
    expect(h.feed(raw).map((f) => f['octets'])).toEqual([1, 2]);
    expect(h.losses()).toEqual({ set_overrun: 1 });
  });

  test('a malformed template does not cost the next set', () => {
    const h = harness();
    const raw = Buffer.from(message(9, [{ template: template(300, [[1, 4]]) }, known, rows(1)]));
    raw.writeUInt16BE(500, 20 + 6);
    expect(h.feed(raw)).toHaveLength(1);
    expect(h.losses()).toEqual({ template_malformed: 1 });
  });

  test('a v9 count that is too small or too large changes nothing', () => {
    for (const count of [0, 1, 65535]) {
      const h = harness();
      const raw = Buffer.from(message(9, [known, rows(1, 2, 3)]));
      raw.writeUInt16BE(count, 2);
      expect(h.feed(raw)).toHaveLength(3);
    }
  });

  test('octets after the length of an IPFIX message are not read (RFC 7011 section 3.1)', () => {
    const h = harness();
    h.feed(message(10, [known]));
    expect(h.feed(Buffer.concat([message(10, [rows(1)]), set(256, 8, 4)]))).toHaveLength(1);
    expect(h.losses()).toEqual({ octets_trailing: 1 });
  });

  test('of an IPFIX message longer than its datagram the whole records are read', () => {
    const h = harness();
    const raw = message(10, [known, rows(1, 2, 3)]);
    expect(h.feed(raw.subarray(0, raw.length - 2))).toHaveLength(2);
    expect(h.losses()).toEqual({ message_truncated: 1, set_overrun: 1 });
  });

  test('a v5 count that promises more than is there costs what is not there', () => {
    const h = harness();
    const raw = Buffer.from(encodeV5({ uptimeMs, exportMs: nowMs, sequence: 0 }, [v5Record, v5Record]));
    raw.writeUInt16BE(55_582, 2);
    expect(h.feed(raw)).toHaveLength(2);
    expect(h.losses()).toEqual({ message_truncated: 1 });
  });

  test('a v5 count that promises less leaves the rest, counted', () => {
    const h = harness();
    const raw = Buffer.from(encodeV5({ uptimeMs, exportMs: nowMs, sequence: 0 }, [v5Record, v5Record]));
    raw.writeUInt16BE(1, 2);
    expect(h.feed(raw)).toHaveLength(1);
    expect(h.losses()).toEqual({ octets_trailing: 1 });
  });
});

describe('what is kept is bounded', () => {
  test('exporters that are heard again outlive those heard once', () => {
    const h = harness({ limits: { exporters: 4 } });
    h.feed(message(9, [known]), { from: '192.0.2.1' });
    for (let n = 1; n < 100; n++) {
      h.feed(message(9, [known]), { from: `10.0.0.${n}` });
      expect(h.feed(message(9, [rows(n)]), { from: '192.0.2.1' })).toHaveLength(1);
    }
    expect([...h.decoder.exporters]).toHaveLength(4);
    expect(h.losses()).toEqual({ exporter_evicted: 96 });
  });

  test('the handle of an exporter that was pushed out begins anew', () => {
    const h = harness({ limits: { exporters: 1 } });
    const handle = h.decoder.exporter(ip('192.0.2.1'));
    h.decoder.exporter(ip('192.0.2.2'));
    expect(handle.evicted).toBe(true);
    h.decoder.decode(handle, message(9, [known]), nowMs);
    expect([...h.decoder.exporters].map((e) => e.text)).toEqual(['192.0.2.1']);
  });

  test('observation domains are bounded for an exporter', () => {
    const h = harness({ limits: { domainsPerExporter: 3 } });
    for (let domain = 0; domain < 10; domain++)
      h.feed(message(9, [known, { data: template(999, [[1, 4]]), rows: [[1]] }], { domain }));
    expect(h.losses()).toEqual({ domain_evicted: 7, held_evicted: 7 });
    const [exporter] = [...h.decoder.exporters];
    expect(exporter).toMatchObject({ templateCount: 3 });
  });

  test('all that is remembered is bounded together', () => {
    const h = harness({ limits: { remembered: 100 } });
    h.feed(message(9, [known]), { from: '192.0.2.1' });
    for (let n = 0; n < 200; n++) {
      h.feed(message(9, [known, { template: template(300 + n, [[1, 4]]) }], { domain: n % 3 }), {
        from: `10.0.0.${n}`,
      });
      expect(h.feed(message(9, [rows(n + 1)]), { from: '192.0.2.1' })).toHaveLength(1);
    }
    expect([...h.decoder.exporters].length).toBeLessThan(12);
    const weight = [...h.decoder.exporters].reduce((sum, e) => sum + e.weight, 0);
    expect(weight).toBeLessThanOrEqual(100);
  });

  test('an exporter that alone weighs too much is forgotten', () => {
    const h = harness({ limits: { remembered: 100 } });
    const many = Array.from({ length: 100 }, (_, n) => ({ template: template(256 + n, [[1, 4]]) }));
    for (let n = 0; n < 5; n++) h.feed(message(9, many));
    expect(h.losses()).toEqual({ exporter_evicted: 4 });
  });

  test('compiling is bounded in a second: sets of further layouts wait, and are decoded later', () => {
    const h = harness({ limits: { compilesPerSecond: 2 } });
    const one = (id: number) =>
      template(id, [
        [1, 4],
        [210, id - 250],
      ]);
    for (let id = 256; id < 260; id++) h.feed(message(9, [{ template: one(id) }, { data: one(id), rows: [[id, 0]] }]));
    expect(h.sink.flows.map((f) => f['octets'])).toEqual([256, 257]);
    expect(h.counters.datagrams).toEqual({ decoded: 4, held: 0, rejected: 0 });
    const later = { at: nowMs + 1000 };
    expect(h.feed(message(9, [{ data: one(258), rows: [[2, 0]] }]), later).map((f) => f['octets'])).toEqual([258, 2]);
    expect(h.feed(message(9, [{ template: one(259) }]), later).map((f) => f['octets'])).toEqual([259]);
    expect(h.losses()).toEqual({});
  });

  test('compiled layouts are bounded', () => {
    const h = harness({ limits: { programs: 2 } });
    for (let id = 256; id < 270; id++) {
      const one = template(id, [
        [1, 4],
        [210, id - 250],
      ]);
      expect(h.feed(message(9, [{ template: one }, { data: one, rows: [[id, 0]] }]))[0]).toMatchObject({ octets: id });
    }
  });
});

describe('lost upstream', () => {
  const v5 = (sequence: number, records: number) =>
    encodeV5(
      { uptimeMs, exportMs: nowMs, sequence },
      Array.from({ length: records }, () => v5Record),
    );

  test('v5 counts flows', () => {
    const h = harness();
    for (const [sequence, records] of [
      [100, 2],
      [102, 3],
      [110, 1],
    ] as const)
      h.feed(v5(sequence, records));
    expect(h.counters.sequence).toMatchObject({ lostFlows: 5, restarts: 0 });
  });

  test('v9 counts datagrams', () => {
    const h = harness();
    for (const sequence of [7, 8, 12]) h.feed(message(9, [known, rows(1, 2)], { sequence }));
    expect(h.counters.sequence).toMatchObject({ lostDatagrams: 3 });
  });

  test('IPFIX counts data records, options records too, in each domain', () => {
    const h = harness();
    const options = template(
      300,
      [
        [144, 4],
        [34, 4],
      ],
      1,
    );
    h.feed(
      message(10, [known, { template: options }, { data: options, rows: [[1, 10]] }, rows(1, 2)], { sequence: 50 }),
    );
    h.feed(message(10, [rows(1)], { sequence: 900, domain: 3 }));
    h.feed(message(10, [rows(1, 2)], { sequence: 53 }));
    expect(h.counters.sequence.lostRecords).toBe(0);
    h.feed(message(10, [rows(1)], { sequence: 65 }));
    expect(h.counters.sequence.lostRecords).toBe(10);
    expect([...[...h.decoder.exporters][0]!.domains.values()].map((d) => [d.id, d.sequence.lost])).toEqual([
      [7, 10],
      [3, 0],
    ]);
  });

  test('an IPFIX message whose records cannot be counted yet is no loss', () => {
    const h = harness();
    h.feed(message(10, [rows(1, 2, 3)], { sequence: 1 }));
    h.feed(message(10, [known, rows(1)], { sequence: 4 }));
    h.feed(message(10, [rows(1)], { sequence: 5 }));
    expect(h.counters.sequence.lostRecords).toBe(0);
  });

  test('template records that an exporter counts as data (softflowd) are no loss', () => {
    const h = harness();
    h.feed(message(10, [known, known, rows(1)], { sequence: 0 }));
    h.feed(message(10, [rows(1)], { sequence: 3 }));
    expect(h.counters.sequence.lostRecords).toBe(0);
  });

  test('datagrams out of order were not lost, and duplicates are told apart', () => {
    const h = harness();
    for (const sequence of [1, 2, 4, 3, 5, 5, 6]) h.feed(message(9, [known], { sequence }));
    expect(h.counters.sequence).toMatchObject({ lostDatagrams: 1, lateDatagrams: 1, duplicates: 1, restarts: 0 });
  });

  test('a restarted exporter is no loss, whether its numbers begin far or near', () => {
    const far = new SequenceTracker('datagrams');
    for (const n of [4_000_000, 4_000_001, 0, 1, 2]) far.see(n, 1);
    expect(far).toMatchObject({ lost: 0, restarts: 1 });
    const near = new SequenceTracker('datagrams');
    for (const n of [500, 501, 0, 1, 2, 3]) near.see(n, 1);
    expect(near).toMatchObject({ lost: 0, restarts: 1 });
  });

  test('the numbers wrap at 2^32', () => {
    const tracker = new SequenceTracker('records');
    tracker.see(2 ** 32 - 2, 4);
    tracker.see(2, 1);
    tracker.see(5, 1);
    expect(tracker).toMatchObject({ lost: 2, restarts: 0 });
  });

  test('an exporter whose number never moves loses nothing', () => {
    const tracker = new SequenceTracker('datagrams');
    for (let i = 0; i < 50; i++) tracker.see(0, 1);
    expect(tracker.lost).toBe(0);
  });
});
