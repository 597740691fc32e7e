/** Real exporters' datagrams, sent to the ports of a running system: what is stored is what the captures hold. */
import { createSocket } from 'node:dgram';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { decodeCapture, readCapture } from '@linewatch/decode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { System, runCommand, until } from '../support/system.ts';

const captures = process.env['LINEWATCH_CAPTURES'];

interface Unit {
  readonly name: string;
  readonly records: number;
  readonly octets: number;
  readonly packets: number;
}

/** The v5, v9 and IPFIX units with what other decoders agree that they hold. */
function units(): Unit[] {
  const [head, ...lines] = readFileSync(path.join(captures!, 'units.tsv'), 'utf8').trimEnd().split('\n');
  const columns = head!.split('\t');
  return lines.flatMap((line) => {
    const fields = line.split('\t');
    const field = (name: string): string => fields[columns.indexOf(name)] ?? '';
    const truth = field('truth');
    if (field('cls') !== 'normal' || !/^(nf5|nf9|ipfix)/.test(field('proto')) || !truth.startsWith('{')) return [];
    const {
      data_records: records,
      octets_ie1: octets,
      packets_ie2: packets,
    } = JSON.parse(truth) as Record<string, number>;
    return [{ name: field('unit'), records: records!, octets: octets!, packets: packets! }];
  });
}

/** Units with data before its template, which we keep and the others drop. */
const dataBeforeTemplate: readonly string[] = [
  'beats-netflow9-e10s-4-7byte-pad',
  'bitkeks-v9-mixed-order',
  'graylog-fgt300d-netflow9',
  'graylog-nprobe-netflow9-4',
  'nf-netscaler-late-tpl-ipfix',
];

const fileOf = (unit: Unit): string => path.join(captures!, 'normal', `${unit.name}.pcap`);

function summaryOf(file: string): { octets: number; packets: number; flows: number } {
  const decoded = decodeCapture(readFileSync(file));
  for (;;) {
    const { value, done } = decoded.next();
    if (done) return { octets: Number(value.octets), packets: Number(value.packets), flows: value.flows };
  }
}

describe.skipIf(!captures)('real captures (LINEWATCH_CAPTURES names their folder)', () => {
  let system: System;
  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(async () => {
    await system.destroy();
  });

  it('are stored octet for octet, each exporter under its own address', async () => {
    const sent = new Map<string, Unit>();
    let exporter = 0;
    for (const unit of units()) {
      const addresses = new Map<string, string>();
      for (const item of readCapture(readFileSync(fileOf(unit)))) {
        if (item.kind !== 'datagram') continue;
        const source = Buffer.from(item.sourceAddress).toString('hex');
        let address = addresses.get(source);
        if (!address) {
          exporter++;
          address = `127.30.${exporter >> 8}.${exporter & 255}`;
          addresses.set(source, address);
          sent.set(address, unit);
        }
        const socket = createSocket('udp4');
        await new Promise<void>((resolve) => socket.bind({ address, port: 0 }, resolve));
        await new Promise<void>((resolve, reject) => {
          socket.send(item.payload, system.ports.netflow, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
        });
        socket.close();
      }
    }
    expect(sent.size).toBeGreaterThan(80);

    const wanted = new Map(units().map((unit) => [unit.name, summaryOf(fileOf(unit))]));
    const total = [...wanted.values()].reduce((sum, { flows }) => sum + flows, 0);
    const store = system.store();
    try {
      await until(`${total} flows are stored`, async () => {
        const [row] = await store.query<{ flows: number }>('SELECT toFloat64(count()) AS flows FROM flows');
        return (row?.flows ?? 0) >= total;
      });
      const rows = await store.query<{ exporter: string; flows: number; octets: string; packets: string }>(
        `SELECT replaceOne(toString(exporter), '::ffff:', '') AS exporter, toFloat64(count()) AS flows,
           sumIf(f.octets, counter = 0 AND reverse = 0) AS octets, sumIf(f.packets, counter = 0 AND reverse = 0) AS packets
         FROM flows AS f GROUP BY exporter`,
      );
      const got = new Map<string, { flows: number; octets: number; packets: number }>();
      for (const row of rows) {
        const { name } = sent.get(row.exporter)!;
        const sum = got.get(name) ?? { flows: 0, octets: 0, packets: 0 };
        got.set(name, {
          flows: sum.flows + row.flows,
          octets: sum.octets + Number(row.octets),
          packets: sum.packets + Number(row.packets),
        });
      }
      const differing: string[] = [];
      for (const unit of units()) {
        const none = { flows: 0, octets: 0, packets: 0 };
        expect({ unit: unit.name, ...(got.get(unit.name) ?? none) }).toEqual({
          unit: unit.name,
          ...wanted.get(unit.name),
        });
        const { octets, packets } = wanted.get(unit.name)!;
        if (octets !== unit.octets || packets !== unit.packets) differing.push(unit.name);
      }
      expect(differing.sort()).toEqual(dataBeforeTemplate);
    } finally {
      await store.close();
    }
  });

  it('come out of the decode command as JSON lines that add up to its summary', async () => {
    const unit = units().find(({ name }) => name === 'gen-softflowd-v9-mixed')!;
    const { code, out, err } = await runCommand(['decode', fileOf(unit)]);
    expect(code).toBe(0);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const flows = lines.filter(({ type }) => type === 'flow');
    expect(flows).toHaveLength(unit.records);
    expect(flows.reduce((sum, { octets }) => sum + Number(octets), 0)).toBe(unit.octets);
    expect(flows[0]).toMatchObject({ version: 9, counter: 'delta', reverse: false, samplingRate: 1 });
    expect(JSON.parse(err)).toMatchObject({ flows: unit.records, octets: unit.octets, packets: unit.packets });
  });

  it('come back from replay as they were sent', async () => {
    const unit = units().find(({ name }) => name === 'gen-softflowd-v5-mixed')!;
    const before = await system.metric('linewatch_collector_flows_decoded_total');
    const { code, err } = await runCommand([
      'replay',
      fileOf(unit),
      '--to',
      `127.0.0.1:${system.ports.netflow}`,
      '--rate',
      '100',
    ]);
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringMatching(/^sent 2 datagrams/) as string });
    await until(
      'they are decoded',
      async () => (await system.metric('linewatch_collector_flows_decoded_total')) === before + unit.records,
    );
  });
});

describe('the commands', () => {
  const directories: string[] = [];
  afterAll(() => {
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  });

  it('answer a missing file, a wrong option and a wrong configuration with one clear line', async () => {
    const missing = await runCommand(['decode', '/nowhere/x.pcap']);
    expect(missing).toMatchObject({ code: 1, out: '', err: 'linewatch: /nowhere/x.pcap: there is no such file\n' });
    const option = await runCommand(['demo', '--academies', 'many']);
    expect(option.code).toBe(1);
    expect(option.err).toContain('whole number from 1 to 500');
    const estate = await runCommand(['import', '/nowhere/estate.yaml']);
    expect(estate).toMatchObject({
      code: 1,
      err: expect.stringContaining('/nowhere/estate.yaml cannot be read') as string,
    });
  });

  it('each take --help', async () => {
    for (const name of [
      'up',
      'check',
      'import',
      'decode',
      'pseudonym',
      'replay',
      'demo',
      'collector',
      'writer',
      'api',
    ]) {
      const { code, out } = await runCommand([name, '--help']);
      expect({ name, code }).toEqual({ name, code: 0 });
      expect(out).toContain(`linewatch ${name}`);
    }
  });

  it('check says every problem with its line, and prints what is in force', async () => {
    const { directory, file } = await System.configure({ quue: {}, api: { port: 'x' } });
    directories.push(directory);
    const bad = await runCommand(['check', '--config', file]);
    expect(bad.code).toBe(1);
    expect(bad.err).toMatch(/linewatch\.yaml:\d+: quue is not a known setting; did you mean "queue"\?/);
    expect(bad.err).toMatch(/linewatch\.yaml:\d+: api\.port must be/);
    const good = await System.configure({ postgres: { url: 'postgres://me:secret@db/x' } });
    directories.push(good.directory);
    const { code, out } = await runCommand(['check', '--config', good.file]);
    expect(code).toBe(0);
    expect(out).toContain('postgres://me:***@db/x');
  });
});
