import { flowColumns } from '@linewatch/record';
import { describe, expect, test } from 'vitest';
import { type CaptureRecord, type CaptureSummary, decodeCapture } from './decode-capture.ts';
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

  test('a file that is none says so', () => {
    expect(run(Buffer.from('#!/bin/sh\necho'))).toMatchObject({
      records: [{ type: 'loss', reason: 'capture_unrecognised' }],
      summary: { datagrams: 0 },
    });
  });
});
