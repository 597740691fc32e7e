import { flowColumns, parseAddress } from '@linewatch/record';
import { describe, expect, test } from 'vitest';
import { type CaptureRecord, type CaptureSummary, decodeCapture } from './decode-capture.ts';
import { encodeSflow, sflowHeader, xdr } from './encode-sflow.ts';
import { message, nowMs, template } from './testing.ts';

function run(bytes: Uint8Array): { records: CaptureRecord[]; summary: CaptureSummary } {
  const records: CaptureRecord[] = [];
  const reading = decodeCapture(bytes);
  for (;;) {
    const next = reading.next();
    if (next.done === true) return { records, summary: next.value };
    records.push(next.value);
  }
}

describe('decodeCapture', () => {
  const t = template(256, [
    [1, 8],
    [2, 4],
    [1, 8, 29305],
  ]);
  const totals = template(257, [[85, 8]]);
  const names = template(
    300,
    [
      [10, 4],
      [82, 8],
    ],
    1,
  );
  const file = Buffer.concat([
    message(10, [{ template: names }, { data: names, rows: [[3, 'Gi0/1']] }, { data: t, rows: [[100, 1, 7]] }]),
    message(10, [
      { template: t },
      { template: totals },
      { data: t, rows: [[2n ** 60n, 2, 0]] },
      { data: totals, rows: [[5]] },
    ]),
    message(10, [
      { data: template(999, [[1, 4]]), rows: [[1]] },
      { data: template(4, [[1, 4]]), rows: [[1]] },
    ]),
  ]);

  test('gives a record for each flow, sample and loss, and sums of forward delta flows', () => {
    const { records, summary } = run(file);
    expect(records.map((r) => r.type)).toEqual(['sample', 'flow', 'flow', 'flow', 'flow', 'loss']);
    expect(records[0]).toEqual({
      type: 'sample',
      timeMs: nowMs,
      exporter: '::',
      interface: 3,
      metric: 'interface.name',
      value: 0,
      text: 'Gi0/1',
    });
    expect(records.at(-1)).toEqual({
      type: 'loss',
      reason: 'set_id_reserved',
      count: 1,
      timeMs: nowMs,
      exporter: '::',
    });
    expect(summary).toMatchObject({
      datagrams: 3,
      decoded: 2,
      held: 1,
      rejected: 0,
      flows: 4,
      octets: String(2n ** 60n + 100n),
      packets: 3,
      templates: 2,
      optionTemplates: 1,
      dataRecords: 3,
      optionRecords: 1,
      setsAwaitingTemplate: 1,
      losses: { set_id_reserved: 1 },
    });
  });

  test('a flow has every column under its JSON name', () => {
    const flow = run(file).records.find((r) => r.type === 'flow');
    expect(Object.keys(flow ?? {}).sort()).toEqual(['type', ...flowColumns.map((c) => c.json)].sort());
    expect(JSON.parse(JSON.stringify(flow))).toEqual(flow);
  });

  test('sFlow is counted by kind of sample, and what has no column is shown as it was sent, cut to 1 KiB', () => {
    const from = { sequence: 1, source: 3 };
    const datagram = encodeSflow({
      agent: parseAddress('192.0.2.1'),
      sequence: 1,
      samples: [
        { kind: 'flow', ...from, rate: 10, input: 3, output: 4, records: [{ tag: 1005, octets: xdr(1, 'a', 'b') }] },
        { kind: 'discard', ...from, input: 3, output: 0, reason: 258, records: [sflowHeader(new Uint8Array(60))] },
        { kind: 'counter', ...from, records: [{ tag: 1002, octets: xdr(1, 2, 3) }] },
        { kind: 'opaque', tag: (4300 << 12) + 1002, octets: new Uint8Array(2000) },
      ],
    });
    const { records, summary } = run(datagram);
    expect(records.map((r) => r.type).toSorted()).toEqual(
      ['flow', 'flow', 'loss', 'sample', 'sample', 'sample', 'sample', 'sample', 'sample'].toSorted(),
    );
    expect(records.filter((r) => r.type === 'sample' && r.metric.startsWith('sflow.'))).toMatchObject([
      { metric: 'sflow.flow.0.1005', value: 20, text: '0000000100000001610000000000000162000000' },
      { metric: 'sflow.sample.4300.1002', value: 2000, text: '00'.repeat(1024) },
    ]);
    expect(summary).toMatchObject({ samples: { flow: 1, counter: 1, discard: 1 }, octets: 60, packets: 2, flows: 2 });
    expect(JSON.parse(JSON.stringify(records))).toEqual(records);
    // A file may hold an hour in a few ms: nothing is limited.
    const counters = run(Buffer.concat([datagram, datagram])).records.filter((r) => r.type === 'sample');
    expect(counters.filter((sample) => sample.metric === 'radio.elapsed.ms')).toHaveLength(2);
  });

  test('a file that is none says so', () => {
    expect(run(Buffer.from('#!/bin/sh\necho'))).toMatchObject({
      records: [{ type: 'loss', reason: 'capture_unrecognised' }],
      summary: { datagrams: 0 },
    });
  });
});
