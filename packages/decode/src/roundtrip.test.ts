import { formatAddress } from '@linewatch/record';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EncodedTemplate, Value } from './encode.ts';
import { variableLength } from './template.ts';
import { harness, message, nowMs, uptimeMs } from './testing.ts';

/** What may be in a template: the JSON name it comes out under, its lengths, and how it is read. */
const columns = [
  { id: 1, json: 'octets', lengths: [1, 2, 3, 4, 5, 6, 7, 8, 9], bits: 64 },
  { id: 2, json: 'packets', lengths: [1, 2, 4, 8], bits: 64 },
  { id: 4, json: 'protocol', lengths: [1, 2], bits: 8 },
  { id: 5, json: 'tos', lengths: [1], bits: 8 },
  { id: 6, json: 'tcpFlags', lengths: [1, 2], bits: 16 },
  { id: 7, json: 'srcPort', lengths: [1, 2, 4], bits: 16 },
  { id: 11, json: 'dstPort', lengths: [2], bits: 16 },
  { id: 10, json: 'inIf', lengths: [1, 2, 3, 4, 8], bits: 32 },
  { id: 14, json: 'outIf', lengths: [2, 4], bits: 32 },
  { id: 8, json: 'srcAddr', lengths: [4], bits: 0 },
  { id: 28, json: 'dstAddr', lengths: [16], bits: 0 },
  { id: 62, json: 'nextHop', lengths: [16], bits: 0 },
  { id: 225, json: 'postNatSrcAddr', lengths: [4], bits: 0 },
  { id: 16, json: 'srcAs', lengths: [2, 4], bits: 32 },
  { id: 9, json: 'srcMask', lengths: [1], bits: 8 },
  { id: 243, json: 'srcVlan', lengths: [2], bits: 16 },
  { id: 95, json: 'applicationId', lengths: [1, 3, 4, 8], bits: 64 },
  { id: 89, json: 'forwardingStatus', lengths: [1, 4], bits: 8 },
  { id: 4000, json: '', lengths: [1, 5, 40], bits: 0 },
  { id: 210, json: '', lengths: [1, 2, 3], bits: 0 },
] as const;

interface Sent {
  readonly template: EncodedTemplate;
  readonly rows: readonly Value[][];
}

const sent: fc.Arbitrary<Sent> = fc
  .record({
    chosen: fc.shuffledSubarray(
      columns.map((_, i) => i),
      { minLength: 1 },
    ),
    seeds: fc.array(fc.nat(1000), { minLength: columns.length, maxLength: columns.length }),
    variable: fc.array(fc.boolean(), { minLength: columns.length, maxLength: columns.length }),
    anyVariable: fc.boolean(),
    id: fc.integer({ min: 256, max: 65535 }),
    rows: fc.array(fc.uint8Array({ minLength: 64, maxLength: 64 }), { minLength: 1, maxLength: 8 }),
  })
  .map(({ chosen, seeds, variable, anyVariable, id, rows }) => {
    const lengths = chosen.map((c) => columns[c]!.lengths[seeds[c]! % columns[c]!.lengths.length]!);
    // The last octet of a record is not zero, or it could not be told from padding.
    const end = { id: 4001, length: 1, pen: 0 };
    const fields = chosen.map((c, i) => ({
      id: columns[c]!.id,
      length: anyVariable && variable[c] ? variableLength : lengths[i]!,
      pen: 0,
    }));
    return {
      template: { id, fields: [...fields, end] },
      rows: rows.map((bytes) => [
        ...lengths.map((length, i) => bytes.subarray(i % 16, (i % 16) + length)),
        Buffer.from([1]),
      ]),
    };
  });

function expected({ template, rows }: Sent): Record<string, unknown>[] {
  return rows.map((row) => {
    const flow: Record<string, unknown> = {};
    template.fields.forEach((field, i) => {
      const column = columns.find((c) => c.id === field.id);
      if (!column || column.json === '') return;
      const octets = row[i] as Uint8Array;
      if (column.bits === 0) {
        const address = new Uint8Array(16);
        if (octets.length === 4) address.fill(0xff, 10, 12);
        address.set(octets, 16 - octets.length);
        flow[column.json] = formatAddress(address);
        return;
      }
      const value = BigInt.asUintN(column.bits, BigInt(`0x${Buffer.from(octets).toString('hex')}`));
      flow[column.json] = value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
    });
    return flow;
  });
}

describe('what is encoded is what is decoded', () => {
  test.each([9, 10] as const)('for random templates and records of version %i', (version) => {
    const h = harness();
    fc.assert(
      fc.property(sent, fc.integer({ min: 0, max: 3 }), (one, padding) => {
        const fixed = one.template.fields.every((f) => f.length !== variableLength);
        const data = {
          data: one.template,
          rows: one.rows,
          padding: fixed ? 0 : Math.min(padding, one.template.fields.length - 1),
        };
        expect(h.feed(message(version, [{ template: one.template }, data, data]))).toMatchObject([
          ...expected(one),
          ...expected(one),
        ]);
      }),
      { numRuns: 400 },
    );
    expect(h.losses()).toEqual({});
  });

  test('for times, as uptimes and as milliseconds', () => {
    const h = harness();
    const template = { id: 256, fields: [22, 21].map((id) => ({ id, length: 4, pen: 0 })) };
    const ms = { id: 257, fields: [152, 153].map((id) => ({ id, length: 8, pen: 0 })) };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 86_400_000 }),
        fc.nat(86_400_000),
        fc.nat(2 ** 32 - 1),
        (ago, length, up) => {
          const start = nowMs - ago;
          const end = Math.min(nowMs, start + length);
          const uptime = (at: number): number => (((up - (nowMs - at)) % 2 ** 32) + 2 ** 32) % 2 ** 32;
          const v9 = message(9, [{ template }, { data: template, rows: [[uptime(start), uptime(end)]] }], {
            uptimeMs: up,
          });
          fc.pre(uptime(start) + uptime(end) > 0);
          const v10 = message(10, [{ template: ms }, { data: ms, rows: [[start, end]] }]);
          expect([...h.feed(v9), ...h.feed(v10)]).toMatchObject([1, 2].map(() => ({ startMs: start, endMs: end })));
        },
      ),
      { numRuns: 500 },
    );
    expect(uptimeMs).toBeGreaterThan(0);
  });
});
