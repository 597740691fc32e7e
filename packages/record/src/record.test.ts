import path from 'node:path';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import {
  type Column,
  type ElementColumn,
  ElementColumnBuilder,
  MessageError,
  columnWidth,
  createFlowColumns,
  createSumColumns,
  decodeFlowBatch,
  decodeSignalBatch,
  encodeFlowBatch,
  encodeSignalBatch,
  flowColumns,
  formatAddress,
  labelKey,
  maxBatchRows,
  nativeBlock,
  parseAddress,
  shortField,
  sumColumns,
} from './index.ts';

const identity = { trust: 'main', collector: 'hub', epoch: 1_795_000_000_123, sequence: 41 };
const proto = path.join(import.meta.dirname, '../../../proto/linewatch/v1');

/** Fills every column of `rows` rows with numbers that differ by row and column. */
function filled(set: ReturnType<typeof createFlowColumns>, rows: number): void {
  set.bytes.forEach((bytes, column) => {
    const width = columnWidth[set.table[column]!.type];
    for (let i = 0; i < rows * width; i++) bytes[i] = (i * 7 + column * 13 + 1) & 0xff;
  });
}

const snake = (field: protobuf.Field | undefined): string | undefined =>
  field?.name.replaceAll(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

describe('the published .proto files', () => {
  it.each([
    ['flow.proto', 'linewatch.v1.FlowBatch', flowColumns],
    ['signal.proto', 'linewatch.v1.SignalBatch', sumColumns],
  ] as const)('%s has every column with its number and type', async (file, message, table: readonly Column[]) => {
    const type = (await protobuf.load(path.join(proto, file))).lookupType(message);
    const wire = { u8: 'bytes', u16: 'bytes', ip: 'bytes', u32: 'fixed32', u64: 'fixed64' };
    for (const column of table) {
      const field = type.fieldsById[column.field];
      expect({ column: column.name, type: field?.type }).toEqual({ column: column.name, type: wire[column.type] });
      expect(snake(field)).toBe(column.name);
      const short = type.fieldsById[shortField(column)];
      const wanted = columnWidth[column.type] > 4 ? { name: `${column.name}_short`, type: 'bytes' } : undefined;
      expect(short && { name: snake(short), type: short.type }).toEqual(wanted);
    }
  });
});

describe('a flow batch', () => {
  it('is read by a protobuf library that knows only the .proto file', async () => {
    const columns = createFlowColumns(3);
    for (let row = 0; row < 3; row++) {
      columns.arrays.octets[2 * row] = 1000 + row;
      columns.arrays.in_if[row] = 7;
      columns.arrays.src_port[row] = 443 + row;
      columns.bytes[flowColumns.findIndex((c) => c.name === 'src_addr')]!.set(parseAddress(`10.0.0.${row}`), 16 * row);
    }
    const type = (await protobuf.load(path.join(proto, 'flow.proto'))).lookupType('linewatch.v1.FlowBatch');
    const message = type.toObject(type.decode(encodeFlowBatch(identity, columns, 3)), { longs: Number }) as Record<
      string,
      unknown
    >;
    expect(message).toMatchObject({
      schemaVersion: 2,
      trust: 'main',
      collector: 'hub',
      epoch: identity.epoch,
      sequence: 41,
      rows: 3,
    });
    expect(message['octets']).toBeUndefined();
    expect([...new Uint32Array(Uint8Array.from(message['octetsShort'] as Uint8Array).buffer)]).toEqual([
      1000, 1001, 1002, 0,
    ]);
    expect(message['inIf']).toEqual([7]);
    expect([...(message['srcPort'] as Uint8Array)]).toEqual([0xbb, 1, 0xbc, 1, 0xbd, 1]);
    const addresses = message['srcAddrShort'] as Uint8Array;
    expect(addresses).toHaveLength(3 * 4 + 12);
    expect(formatAddress(Buffer.concat([addresses.subarray(12), addresses.subarray(8, 12)]))).toBe('10.0.0.2');
    expect(message['packets']).toBeUndefined();
  });

  it('comes back as it was, whatever its columns hold', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.infiniteStream(fc.integer({ min: 0, max: 4 })), (rows, kinds) => {
        const columns = createFlowColumns(64);
        filled(columns, rows);
        const want = columns.bytes.map((bytes, i) => {
          const width = columnWidth[flowColumns[i]!.type];
          const used = bytes.subarray(0, rows * width);
          const kind: unknown = kinds.next().value;
          if (kind === 0) used.fill(0);
          if (kind === 1) for (let at = width; at < used.length; at++) used[at] = used[at - width]!;
          // All but four octets of a value, as those of IPv4 addresses and of small numbers are.
          if (kind === 2)
            for (let at = width; at < used.length; at++)
              if (width === 8 ? at % 8 >= 4 : at % 16 < 12) used[at] = used[at - width]!;
          return used;
        });
        const got = decodeFlowBatch(encodeFlowBatch(identity, columns, rows));
        expect(got).toMatchObject({ ...identity, rows });
        got.columns.forEach((bytes, i) => {
          const full = want[i]!;
          if (bytes === undefined) expect(full.every((b) => b === 0)).toBe(true);
          else if (bytes.length === full.length) expect(Buffer.compare(bytes, full)).toBe(0);
          else expect(Buffer.compare(Buffer.alloc(full.length, bytes), full)).toBe(0);
        });
      }),
    );
  });

  it('has four octets a row of what is long and shares the rest, of two rows or more', () => {
    for (const rows of [1, 2, 4, 5]) {
      const columns = createFlowColumns(rows);
      for (let row = 0; row < rows; row++) {
        columns.arrays.octets.set([row + 1, 9], 2 * row);
        columns.arrays.src_addr.set([1, 2, 3, row], 4 * row);
        columns.arrays.dst_addr.set([row, 2, 3, 4], 4 * row);
      }
      const message = encodeFlowBatch(identity, columns, rows);
      const values = rows === 1 ? 8 + 16 + 16 : rows * 4 + 4 + rows * 4 + 12 + rows * 16;
      expect(message.length).toBe(encodeFlowBatch(identity, createFlowColumns(1), rows).length + values + 3 * 3);
      const batch = decodeFlowBatch(message);
      for (const name of ['octets', 'src_addr', 'dst_addr']) {
        const at = flowColumns.findIndex((column) => column.name === name);
        expect(Buffer.compare(batch.columns[at]!, columns.bytes[at]!)).toBe(0);
      }
    }
  });

  it('of the version before, without short forms, is read', async () => {
    const type = (await protobuf.load(path.join(proto, 'flow.proto'))).lookupType('linewatch.v1.FlowBatch');
    const srcAddr = Buffer.concat([parseAddress('10.0.0.1'), parseAddress('10.0.0.2')]);
    const old = { ...identity, schemaVersion: 1, rows: 2, octets: [5, 6], srcAddr };
    const batch = decodeFlowBatch(type.encode(type.fromObject(old)).finish());
    const column = (name: string) => batch.columns[flowColumns.findIndex((each) => each.name === name)];
    expect(batch).toMatchObject({ schemaVersion: 1, rows: 2 });
    expect(column('octets')).toEqual(Buffer.from([5, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]));
    expect(column('src_addr')).toEqual(srcAddr);
  });

  it('is refused when a short form does not fit its rows, or a column comes in two forms', async () => {
    const type = (await protobuf.load(path.join(proto, 'flow.proto'))).lookupType('linewatch.v1.FlowBatch');
    const encode = (fields: object) =>
      type.encode(type.fromObject({ ...identity, schemaVersion: 2, rows: 3, ...fields }));
    const octetsShort = Buffer.alloc(3 * 4 + 4);
    expect(decodeFlowBatch(encode({ octetsShort }).finish()).rows).toBe(3);
    const cut = encode({ octetsShort: octetsShort.subarray(4) }).finish();
    expect(() => decodeFlowBatch(cut)).toThrow('column octets has 12 octets in its short form, not 16');
    const twice = encode({ octetsShort, octets: [1, 2, 3] }).finish();
    expect(() => decodeFlowBatch(twice)).toThrow('column octets is there in two forms');
  });

  it('is refused with the field named when a column does not fit its rows', () => {
    const columns = createFlowColumns(4);
    filled(columns, 4);
    const bytes = Buffer.from(encodeFlowBatch(identity, columns, 4));
    bytes[bytes.indexOf(Buffer.from([0x30, 4])) + 1] = 3;
    expect(() => decodeFlowBatch(bytes)).toThrow(/column received_ms has 32 octets/);
  });

  it('is refused when it says that it has more rows than a batch may', () => {
    const columns = createFlowColumns(1);
    const message = Buffer.concat([encodeFlowBatch(identity, columns, 0), Buffer.from([0x30, 0x81, 0x80, 0x10])]);
    expect(maxBatchRows).toBe(0x40000);
    expect(() => decodeFlowBatch(message)).toThrow(MessageError);
  });

  it('never makes the reader fail with anything but MessageError', () => {
    const columns = createFlowColumns(5);
    filled(columns, 5);
    const whole = encodeFlowBatch(identity, columns, 5);
    for (let length = 0; length < whole.length; length++) {
      try {
        decodeFlowBatch(whole.subarray(0, length));
      } catch (error) {
        expect(error).toBeInstanceOf(MessageError);
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          decodeFlowBatch(bytes);
          decodeSignalBatch(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MessageError);
        }
      }),
    );
  });
});

describe('a signal batch', () => {
  const sample = {
    timeMs: 1_795_000_000_000,
    exporter: parseAddress('192.0.2.1'),
    interface: 3,
    metric: 'interface.name',
    value: 1.5,
    text: 'Gi0/1',
  };
  const event = {
    timeMs: 1_795_000_000_001,
    exporter: parseAddress('2001:db8::1'),
    interface: 4,
    kind: 'exporter.heard',
    detail: '{"a":1}',
  };

  it('carries sums, samples, events and what it covers', () => {
    const columns = createSumColumns(2);
    columns.arrays.octets.set([5, 1, 6, 0]);
    const got = decodeSignalBatch(encodeSignalBatch(identity, { columns, rows: 2 }, [sample], [event], 12));
    expect(got).toMatchObject({ ...identity, rows: 2, coversFlowBatches: 12 });
    expect(got.samples).toEqual([{ ...sample, exporter: Buffer.from(sample.exporter) }]);
    expect(got.events).toEqual([{ ...event, exporter: Buffer.from(event.exporter) }]);
  });

  it('is read by a protobuf library that knows only the .proto file', async () => {
    const type = (await protobuf.load(path.join(proto, 'signal.proto'))).lookupType('linewatch.v1.SignalBatch');
    const bytes = encodeSignalBatch(identity, { columns: createSumColumns(1), rows: 0 }, [sample], [event]);
    const message = type.toObject(type.decode(bytes), { longs: Number }) as Record<string, unknown>;
    expect(message['samples']).toEqual([{ ...sample, exporter: Buffer.from(sample.exporter) }]);
    expect(message['events']).toEqual([{ ...event, exporter: Buffer.from(event.exporter) }]);
  });
});

describe('a Native block', () => {
  it('joins batches, repeats constants and leaves out columns that are zero everywhere', () => {
    const batchOf = (rows: number, port: number) => {
      const columns = createFlowColumns(4);
      columns.arrays.src_port.fill(port);
      for (let row = 0; row < rows; row++) columns.arrays.in_if[row] = row + 1;
      return decodeFlowBatch(encodeFlowBatch(identity, columns, rows));
    };
    const extra = { name: 'queue_offset', type: 'u64', clickhouse: 'UInt64', value: (i: number) => 90 + i } as const;
    const block = Buffer.concat(nativeBlock(flowColumns, [batchOf(2, 0), batchOf(1, 258)], [extra]));
    const column = (name: string, type: string, values: number[]) =>
      Buffer.concat([
        Buffer.from([name.length]),
        Buffer.from(name),
        Buffer.from([type.length]),
        Buffer.from(type),
        Buffer.from(values),
      ]);
    const u64 = (value: number) => [value, 0, 0, 0, 0, 0, 0, 0];
    expect(block).toEqual(
      Buffer.concat([
        Buffer.from([3, 3]),
        column('in_if', 'UInt32', [1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0]),
        column('src_port', 'UInt16', [0, 0, 0, 0, 2, 1]),
        column('queue_offset', 'UInt64', [...u64(90), ...u64(90), ...u64(91)]),
      ]),
    );
  });
});

describe('elements of a flow batch', () => {
  const build = (pairs: readonly (readonly [row: number, name: string, value: string])[], rows: number) => {
    const builder = new ElementColumnBuilder();
    for (const [row, name, value] of pairs) builder.add(row, name, value);
    return builder.take(rows);
  };
  const pairs = [
    [1, 'vendor:user', 'ann'],
    [1, 'tls', 'a.example'],
    [3, 'vendor:user', 'é'.repeat(100)],
  ] as const;
  const columns = createFlowColumns(8);
  columns.arrays.in_if.fill(1);
  const messageOf = (rows: number, elements = build(pairs, rows)) => encodeFlowBatch(identity, columns, rows, elements);

  it('come back as they were, and are absent when no row has any', () => {
    const got = decodeFlowBatch(messageOf(5));
    const want = build(pairs, 5)!;
    expect(got.elements).toEqual({
      pairs: 3,
      offsets: Buffer.from(want.offsets),
      names: Buffer.from(want.names),
      values: Buffer.from(want.values),
    });
    expect([...new BigUint64Array(Uint8Array.from(want.offsets).buffer)]).toEqual([0n, 2n, 2n, 3n, 3n]);
    expect(build([], 5)).toBeUndefined();
    expect(decodeFlowBatch(encodeFlowBatch(identity, columns, 5)).elements).toBeUndefined();
  });

  it('begin anew with each batch', () => {
    const builder = new ElementColumnBuilder();
    builder.add(0, 'a', 'b');
    expect(builder.octets).toBe(4);
    builder.take(1);
    expect(builder.octets).toBe(0);
    builder.add(1, 'c', 'd');
    expect(builder.take(2)).toMatchObject({ pairs: 1, names: Buffer.from([1, 0x63]) });
  });

  it('are read by a protobuf library that knows only the .proto file', async () => {
    const type = (await protobuf.load(path.join(proto, 'flow.proto'))).lookupType('linewatch.v1.FlowBatch');
    const message = type.toObject(type.decode(messageOf(5)), { longs: Number }) as Record<string, unknown>;
    expect(message['elementsOffsets']).toEqual([0, 2, 2, 3, 3]);
    expect(Buffer.from(message['elementsNames'] as Uint8Array).toString()).toBe(
      '\x0bvendor:user\x03tls\x0bvendor:user',
    );
    expect(type.fields['elementsValues']?.id).toBe(102);
  });

  it('are refused when offsets, names and values do not fit each other and the rows', () => {
    const whole = build(pairs, 5)!;
    const swapped = Buffer.from(whole.offsets);
    swapped.writeUInt32LE(1, 16);
    const huge = Buffer.from(whole.offsets);
    huge.writeUInt32LE(1, 36);
    const wrong: Partial<ElementColumn>[] = [
      { offsets: whole.offsets.subarray(8) },
      { offsets: swapped },
      { offsets: huge },
      { offsets: Buffer.alloc(40) },
      { names: whole.names.subarray(0, 5) },
      { names: Buffer.concat([whole.names, Buffer.from([0])]) },
      { values: whole.values.subarray(0, whole.values.length - 1) },
      { values: Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0x01]) },
      { values: Buffer.from([0x80]) },
    ];
    for (const part of wrong) expect(() => decodeFlowBatch(messageOf(5, { ...whole, ...part }))).toThrow(MessageError);
  });

  it('whatever is changed in them, are read or refused', () => {
    const whole = messageOf(5);
    const at = whole.length - 300;
    fc.assert(
      fc.property(fc.nat(299), fc.nat(255), (offset, octet) => {
        const bytes = Uint8Array.from(whole);
        bytes[at + offset] = octet;
        try {
          nativeBlock(flowColumns, [decodeFlowBatch(bytes)], []);
        } catch (error) {
          expect(error).toBeInstanceOf(MessageError);
        }
      }),
    );
  });

  it('are one column of a Native block, with batches that have none between', () => {
    const batches = [
      decodeFlowBatch(messageOf(2, build([[0, 'a', 'x']], 2))),
      decodeFlowBatch(encodeFlowBatch(identity, columns, 1)),
      decodeFlowBatch(messageOf(2, build([[1, 'b', 'yz']], 2))),
    ];
    const block = Buffer.concat(nativeBlock(flowColumns, batches, []));
    const type = 'Map(String, String)';
    const u64 = (value: number) => [value, 0, 0, 0, 0, 0, 0, 0];
    expect(block.subarray(block.indexOf('elements') - 1)).toEqual(
      Buffer.concat([
        Buffer.from([8]),
        Buffer.from('elements'),
        Buffer.from([type.length]),
        Buffer.from(type),
        Buffer.from([1, 1, 1, 1, 2].flatMap(u64)),
        Buffer.from('\x01a\x01b'),
        Buffer.from('\x01x\x02yz'),
      ]),
    );
    expect([...block.subarray(0, 2)]).toEqual([2, 5]);
  });
});

describe('addresses', () => {
  it.each(['192.0.2.1', '::', '::1', '2001:db8::1', '2001:db8:0:1:1:1:1:1', 'fe80::1:0:0:2', '1::', '0:0:1::'])(
    '%s comes back as text',
    (text) => {
      const canonical = text === '0:0:1::' ? '0:0:1::' : text;
      expect(formatAddress(parseAddress(text))).toBe(canonical);
    },
  );

  it('reads v4-mapped and zoned text, and any 16 octets come back', () => {
    expect(formatAddress(parseAddress('::ffff:10.1.2.3'))).toBe('10.1.2.3');
    expect(formatAddress(parseAddress('fe80::1%eth0'))).toBe('fe80::1');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect([...parseAddress(formatAddress(bytes))]).toEqual([...bytes]);
      }),
    );
  });

  it('refuses what is not an address', () => {
    for (const text of ['', 'host', '1.2.3', '1.2.3.4.5', ':::', '2001:db8::g'])
      expect(() => parseAddress(text)).toThrow(RangeError);
  });
});

describe('a label key', () => {
  it('is FNV-1a of the UTF-8 text', () => {
    expect(labelKey('')).toBe(0x811c9dc5);
    expect(labelKey('a')).toBe(0xe40c292c);
    expect(labelKey('foobar')).toBe(0xbf9cf968);
  });
});
