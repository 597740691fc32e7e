import snmp from 'net-snmp';
import { parseAddress } from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import fc from 'fast-check';
import { Value } from 'typebox/value';
import { afterEach, describe, expect, it } from 'vitest';
import { readDevice } from '../device.ts';
import { Endpoint } from '../endpoint.ts';
import { openSession } from '../session.ts';
import { answerOf, fakeDevice, mibOf, publicCredential, response } from '../testing.ts';
import { PathTableConfig, configuredTable } from './configured.ts';
import { PathPolls } from './polls.ts';
import { indexTexts, number, text } from './table.ts';
import { pathTables } from './tables.ts';

const { Integer, OctetString, Gauge } = snmp.ObjectType;
const logger = createLogger('test', 'silent');
const limits = { rows: 4096, isOver: () => false };
const exporter = parseAddress('192.0.2.1');
const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

type Cells = Readonly<Record<string, readonly [type: number, value: number | string]>>;

/** What a device with these objects besides its interfaces has its paths told as: `text metric value interface`. */
async function told(more: Cells, polls = new PathPolls(pathTables, Date.now)): Promise<string[]> {
  const mib = mibOf(new Map([[7, { name: 'wan1', in: 1, out: 1 }]]));
  for (const [oid, value] of Object.entries(more)) mib.set(oid, value);
  const fake = await fakeDevice((question) => [response(question.id, answerOf(mib, question))]);
  const endpoint = new Endpoint(logger);
  const session = openSession({
    endpoint,
    address: '127.0.0.1',
    port: fake.port,
    credential: publicCredential,
    timeoutMs: 2000,
    retries: 0,
  });
  stops.push(
    () => fake.close(),
    () => endpoint.close(),
    () => session.close(),
  );
  const { interfaces } = await readDevice(session, Date.now, limits);
  const samples = await polls.read('device', session, interfaces, exporter, limits);
  return samples.map((each) => `${each.text} ${each.metric} ${Math.round(each.value * 1000) / 1000} ${each.interface}`);
}

const name = (value: string): string => [value.length, ...Buffer.from(value)].join('.');

describe('paths that a device tells of', () => {
  it('are none where it has no such table', async () => {
    expect(await told({})).toEqual([]);
  });

  it('of FortiGate: health checks by member interface, figures as text, and link monitors', async () => {
    const check = '1.3.6.1.4.1.12356.101.4.9.2.1';
    const monitor = '1.3.6.1.4.1.12356.101.4.8.2.1';
    const samples = await told({
      [`${check}.2.1`]: [OctetString, 'dns probe'],
      [`${check}.4.1`]: [Integer, 0],
      [`${check}.5.1`]: [OctetString, '12.345'],
      [`${check}.6.1`]: [OctetString, '0.560'],
      [`${check}.9.1`]: [OctetString, '3.333'],
      [`${check}.14.1`]: [OctetString, 'wan1'],
      [`${check}.2.2`]: [OctetString, 'dns probe'],
      [`${check}.4.2`]: [Integer, 1],
      [`${check}.5.2`]: [OctetString, '12.345'],
      [`${check}.9.2`]: [OctetString, '100.000'],
      [`${check}.14.2`]: [OctetString, 'wan2'],
      [`${monitor}.2.5`]: [OctetString, 'to-hub'],
      [`${monitor}.3.5`]: [Integer, 0],
      [`${monitor}.4.5`]: [OctetString, '5.0'],
    });
    expect(samples).toEqual([
      'fortigate.health:wan1-dns-probe path.state 1 7',
      'fortigate.health:wan1-dns-probe path.rtt.ms 12.345 7',
      'fortigate.health:wan1-dns-probe path.jitter.ms 0.56 7',
      'fortigate.health:wan1-dns-probe path.loss.percent 3.333 7',
      'fortigate.health:wan2-dns-probe path.state 0 0',
      'fortigate.health:wan2-dns-probe path.loss.percent 100 0',
      'fortigate.monitor:to-hub path.state 1 0',
      'fortigate.monitor:to-hub path.rtt.ms 5 0',
    ]);
  });

  it('of IP SLA: by tag, with loss in both directions and a score in hundredths; not the time of a test that failed', async () => {
    const rttmon = '1.3.6.1.4.1.9.9.42.1';
    const samples = await told({
      [`${rttmon}.2.1.1.3.10`]: [OctetString, 'voice-hub'],
      [`${rttmon}.2.10.1.1.10`]: [Gauge, 18],
      [`${rttmon}.2.10.1.2.10`]: [Integer, 1],
      [`${rttmon}.5.2.1.1.10`]: [Gauge, 990],
      [`${rttmon}.5.2.1.26.10`]: [Gauge, 6],
      [`${rttmon}.5.2.1.27.10`]: [Gauge, 3],
      [`${rttmon}.5.2.1.29.10`]: [Gauge, 1],
      [`${rttmon}.5.2.1.42.10`]: [Gauge, 434],
      [`${rttmon}.5.2.1.46.10`]: [Gauge, 2],
      [`${rttmon}.2.10.1.1.11`]: [Gauge, 25],
      [`${rttmon}.2.10.1.2.11`]: [Integer, 4],
      [`${rttmon}.2.10.1.2.12`]: [Integer, 5],
    });
    expect(samples).toEqual([
      'cisco.ipsla:voice-hub path.state 1 0',
      'cisco.ipsla:voice-hub path.rtt.ms 18 0',
      'cisco.ipsla:voice-hub path.jitter.ms 2 0',
      // 10 of 1,000.
      'cisco.ipsla:voice-hub path.loss.percent 1 0',
      'cisco.ipsla:voice-hub path.mos 4.34 0',
      'cisco.ipsla:11 path.state 0 0',
    ]);
  });

  it('of SD-WAN: the best tunnel of a colour speaks for its line, on vEdge and on IOS-XE', async () => {
    const vedge = '1.3.6.1.4.1.41916.9.2.1';
    const tunnel = (to: number): string => `4.192.0.2.1.4.192.0.2.${to}.2.12346.12346`;
    const rows = (index: string, colour: number, loss: number, latency: number): Cells => ({
      [`${vedge}.7.${index}`]: [Integer, colour],
      [`${vedge}.9.${index}`]: [Gauge, loss],
      [`${vedge}.10.${index}`]: [Gauge, latency],
      [`${vedge}.12.${index}`]: [Gauge, 1],
    });
    expect(
      await told({ ...rows(tunnel(9), 4, 100, 0), ...rows(tunnel(10), 4, 2, 30), ...rows(tunnel(11), 6, 100, 0) }),
    ).toEqual([
      'cisco.sdwan:biz-internet path.state 1 0',
      'cisco.sdwan:biz-internet path.rtt.ms 30 0',
      'cisco.sdwan:biz-internet path.jitter.ms 1 0',
      'cisco.sdwan:biz-internet path.loss.percent 2 0',
      'cisco.sdwan:lte path.state 0 0',
      'cisco.sdwan:lte path.loss.percent 100 0',
    ]);
    const xe = '1.3.6.1.4.1.9.9.1001.1';
    const probes = `${tunnel(9)}.${name('default')}`;
    expect(
      await told({
        [`${xe}.2.1.7.${tunnel(9)}`]: [Integer, 2],
        [`${xe}.5.1.2.${probes}`]: [Gauge, 1],
        [`${xe}.5.1.3.${probes}`]: [Gauge, 14],
        [`${xe}.5.1.4.${probes}`]: [Gauge, 3],
      }),
    ).toEqual([
      'cisco.sdwan:mpls path.state 1 0',
      'cisco.sdwan:mpls path.rtt.ms 14 0',
      'cisco.sdwan:mpls path.jitter.ms 3 0',
      'cisco.sdwan:mpls path.loss.percent 1 0',
    ]);
  });

  it('of ping tests: a packet that is on its way is not lost', async () => {
    const results = '1.3.6.1.2.1.80.1.3.1';
    const row = (test: string, sent: number, responses: number): Cells => ({
      [`${results}.6.${name('noc')}.${name(test)}`]: [Gauge, 9],
      [`${results}.7.${name('noc')}.${name(test)}`]: [Gauge, responses],
      [`${results}.8.${name('noc')}.${name(test)}`]: [Gauge, sent],
    });
    expect(await told({ ...row('a', 10, 9), ...row('b', 10, 5), ...row('c', 10, 0), ...row('d', 0, 0) })).toEqual([
      'ping:noc/a path.state 1 0',
      'ping:noc/a path.rtt.ms 9 0',
      'ping:noc/a path.loss.percent 0 0',
      'ping:noc/b path.state 1 0',
      'ping:noc/b path.rtt.ms 9 0',
      'ping:noc/b path.loss.percent 50 0',
      'ping:noc/c path.state 0 0',
      'ping:noc/c path.loss.percent 100 0',
    ]);
  });

  it('of Juniper RPM: the last completed test, times in microseconds', async () => {
    const test = `${name('o')}.${name('wan')}`;
    const rpm = '1.3.6.1.4.1.2636.3.50.1.2.1.4';
    expect(
      await told({
        [`${rpm}.${test}.1`]: [Gauge, 90],
        [`${rpm}.${test}.2`]: [Gauge, 5],
        [`1.3.6.1.4.1.2636.3.7.1.3.1.5.${test}`]: [Gauge, 15_500],
        [`1.3.6.1.4.1.2636.3.7.1.3.1.17.${test}`]: [Gauge, 250],
      }),
    ).toEqual([
      'juniper.rpm:o/wan path.state 1 0',
      'juniper.rpm:o/wan path.rtt.ms 15.5 0',
      'juniper.rpm:o/wan path.jitter.ms 0.25 0',
      'juniper.rpm:o/wan path.loss.percent 5 0',
    ]);
  });

  it('of Peplink, VeloCloud and Meraki: what is up, down and neither', async () => {
    const wan = '1.3.6.1.4.1.23695.2.1.2.1';
    const link = '1.3.6.1.4.1.45346.1.1.2.3.2.2.1';
    const device = '1.3.6.1.4.1.29671.1.1.4.1';
    expect(
      await told({
        [`${wan}.2.0`]: [OctetString, 'WAN 1'],
        [`${wan}.3.0`]: [Integer, 3],
        [`${wan}.3.1`]: [Integer, 2],
        [`${wan}.3.2`]: [Integer, 1],
        [`${link}.3.16.1.2`]: [OctetString, 'GE3'],
        [`${link}.34.16.1.2`]: [Integer, 7],
        [`${link}.40.16.1.2`]: [Integer, 3],
        [`${link}.43.16.1.2`]: [Gauge, 1],
        [`${link}.44.16.1.2`]: [Gauge, 2],
        [`${link}.45.16.1.2`]: [Gauge, 5],
        [`${link}.46.16.1.2`]: [Gauge, 6],
        [`${device}.3.0.24.10.0.0.1`]: [Integer, 0],
      }),
    ).toEqual([
      'peplink.wan:WAN-1 path.state 1 0',
      'peplink.wan:1 path.state 0 0',
      'velocloud.link:GE3 path.state 1 3',
      'velocloud.link:GE3 path.rtt.ms 11 3',
      'velocloud.link:GE3 path.jitter.ms 2 3',
      'meraki.device:00:18:0a:00:00:01 path.state 0 0',
    ]);
  });

  it('of a table that the configuration names', async () => {
    const oid = '1.3.6.1.4.1.99999.1.1';
    const config = {
      source: 'acme.wan',
      name: `${oid}.2`,
      state: { oid: `${oid}.3`, up: [1], down: [2] },
      rttMs: { oid: `${oid}.4`, scale: 0.001 },
      lossPercent: { oid: `${oid}.5` },
      ifIndex: `${oid}.6`,
    };
    const table = configuredTable(Value.Parse(PathTableConfig, Value.Default(PathTableConfig, config)));
    expect(
      await told(
        {
          [`${oid}.2.1`]: [OctetString, 'Line A'],
          [`${oid}.3.1`]: [Integer, 1],
          [`${oid}.4.1`]: [Gauge, 12_500],
          [`${oid}.5.1`]: [Gauge, 2],
          [`${oid}.6.1`]: [Integer, 7],
          [`${oid}.3.2`]: [Integer, 2],
          [`${oid}.4.2`]: [Gauge, 12_500],
        },
        new PathPolls([table], Date.now),
      ),
    ).toEqual([
      'acme.wan:Line-A path.state 1 7',
      'acme.wan:Line-A path.rtt.ms 12.5 7',
      'acme.wan:Line-A path.loss.percent 2 7',
      'acme.wan:2 path.state 0 0',
    ]);
    expect(Value.Check(PathTableConfig, { ...config, name: '1.3.6; rm' })).toBe(false);
  });

  it('are looked for once an hour', async () => {
    const clock = { ms: 0 };
    const polls = new PathPolls(pathTables, () => clock.ms);
    const wan = { '1.3.6.1.4.1.23695.2.1.2.1.3.0': [Integer, 3] } as const;
    expect(await told({}, polls)).toEqual([]);
    clock.ms = 3_599_000;
    expect(await told(wan, polls)).toEqual([]);
    clock.ms = 3_600_000;
    expect(await told(wan, polls)).toHaveLength(1);
  });
});

describe('cells of a table of paths', () => {
  it('become values within bounds or nothing, whatever they hold', () => {
    const cell = fc.oneof(
      fc.integer(),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(undefined, null, NaN),
    );
    const index = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(index, fc.array(cell, { minLength: 12, maxLength: 12 })), { maxLength: 8 }),
        (rows) => {
          for (const table of pathTables) {
            const names = Object.keys(table.columns);
            const given = new Map(
              rows.map(([numbers, cells]) => [
                numbers.join('.'),
                Object.fromEntries(names.map((column, i) => [column, cells[i]])),
              ]),
            );
            for (const { name: path, rttMs, jitterMs, lossPercent, mos } of table.read(given)) {
              expect(path).toMatch(/^\S+$/);
              for (const value of [rttMs, jitterMs, mos]) expect(value ?? 0).toBeGreaterThanOrEqual(0);
              expect(lossPercent ?? 0).toBeGreaterThanOrEqual(0);
              expect(lossPercent ?? 0).toBeLessThanOrEqual(100);
            }
          }
        },
      ),
    );
  });

  it('texts are numbers only when they are', () => {
    expect(['3.5', ' 4 ', '7%', '', '-1', '1e3', 'x', '1.2.3'].map((each) => number(Buffer.from(each)))).toEqual([
      3.5,
      4,
      7,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(text(Buffer.from(' a\tb\n'))).toBe('a-b');
  });

  it('an index whose length is longer than it is, is none', () => {
    expect(indexTexts('2.97.98.1.99.5', 2)).toEqual({ texts: ['ab', 'c'], rest: [5] });
    expect(indexTexts('9.97.98', 1)).toBeUndefined();
    expect(indexTexts('1.999', 1)).toBeUndefined();
  });
});
