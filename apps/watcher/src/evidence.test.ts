import type { Circuit } from '@linewatch/estate';
import { createSumColumns, decodeSignalBatch, encodeSignalBatch, parseAddress } from '@linewatch/record';
import type { Event, Sample, SignalBatch } from '@linewatch/record';
import type { Evidence } from '@linewatch/sla';
import { describe, expect, it } from 'vitest';
import { type DropReason, EvidenceReader } from './evidence.ts';
import { type DeviceMemory, type LineMemory, newDeviceMemory, newLineMemory } from './memory.ts';
import type { Device, Plan } from './plan.ts';
import { batchOf, circuitOf, eventOf, minute, planFor, sampleOf, second, t0 } from './testing.ts';

const hold = { leastMs: 120 * second, mostMs: 900 * second };

/** Reads batches, and has what was said of each circuit. */
class Listening {
  readonly said: (Evidence & { readonly circuit: number })[] = [];
  readonly dropped: DropReason[] = [];
  readonly beats: string[] = [];
  readonly certificates: unknown[] = [];
  readonly sights: string[] = [];
  readonly #reader: EvidenceReader;

  constructor(plan: Plan) {
    const lines = new Map<number, LineMemory>();
    const devices = new Map<Device, DeviceMemory>();
    const of = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
      if (!map.has(key)) map.set(key, make());
      return map.get(key)!;
    };
    this.#reader = new EvidenceReader({
      hold,
      limitsOf: () => ({ lossPercent: 5, latencyMs: 30, jitterMs: undefined }),
      memoryOf: ({ circuit }) => of(lines, circuit.id, newLineMemory),
      deviceOf: (device) => of(devices, device, newDeviceMemory),
      onEvidence: ({ circuit }, evidence) => this.said.push({ ...evidence, circuit: circuit.id }),
      onHeartbeat: (_, watcher, atMs) => this.beats.push(`${watcher} ${atMs - t0}`),
      onLearned: () => undefined,
      onSum: () => undefined,
      onHeard: () => undefined,
      onCertificate: ({ circuit }, target, atMs, days) => this.certificates.push([circuit.id, target, atMs - t0, days]),
      onBlind: ({ collector }, _line, fromMs, targets) =>
        this.sights.push(`${collector} ${targets} from ${(fromMs - t0) / second}`),
      onSight: ({ collector }, toMs) => this.sights.push(`${collector} to ${(toMs - t0) / second}`),
      onDropped: (reason) => this.dropped.push(reason),
    });
    this.#reader.follow(plan, t0);
  }

  batch(batch: SignalBatch, atMs = t0): this {
    this.#reader.read(batch, atMs);
    return this;
  }

  samples(...samples: Sample[]): this {
    return this.batch(batchOf(samples), Math.max(...samples.map(({ timeMs }) => timeMs)));
  }

  events(...events: Event[]): this {
    return this.batch(batchOf([], events));
  }

  /** `circuit kind name says`. */
  get words(): string[] {
    return this.said.map(({ circuit, kind, name, says }) =>
      [circuit, kind, name, says].filter((w) => w !== '').join(' '),
    );
  }
}

const on = (...circuits: Circuit[]) => new Listening(planFor(...circuits));

describe('traps', () => {
  it('of a link are of the circuit on that interface', () => {
    const heard = on(circuitOf(1), circuitOf(2)).events(
      eventOf(1, t0, 'link.down'),
      eventOf(1, t0, 'link.down', {}, 3),
    );
    expect(heard.words).toEqual(['1 link down']);
    expect(heard.said[0]).toMatchObject({ atMs: t0, collector: 'main', note: 'linkDown trap', holdMs: 900_000 });
  });

  it('that name the interface only are found by its name', () => {
    const heard = on(circuitOf(1, { interface: { kind: 'name', value: 'Gi0/1' } }));
    heard.events(eventOf(1, t0, 'link.up', { interfaceName: 'gi0/1' }, 0));
    expect(heard.words).toEqual(['1 link up']);
  });

  it('of an interface that was shut say so', () => {
    expect(on(circuitOf(1)).events(eventOf(1, t0, 'link.down', { admin: true })).words).toEqual([
      '1 admin down',
      '1 link down',
    ]);
  });

  it('of a start say that the device is there', () => {
    expect(on(circuitOf(1)).events(eventOf(1, t0, 'device.cold_start', {}, 0)).words).toEqual(['1 reach up']);
  });

  it.each([
    ['bgp.backward_transition', { peer: '10.0.0.1', to: 'idle' }, '10.0.0.1', 'path bgp:10.0.0.1 down'],
    ['bgp.established', { peer: '10.0.0.1' }, 'bgp:10.0.0.1', 'path bgp:10.0.0.1 up'],
    ['bfd.down', { session: 7 }, '7', 'path bfd:7 down'],
    ['vpn.down', { tunnel: 'HQ', peer: '10.0.0.9' }, 'hq', 'path vpn:hq down'],
    ['ipsla.timeout', { tag: 'probe1', to: 'occurred' }, 'probe1', 'path cisco.ipsla:probe1 down'],
    ['ipsla.timeout', { tag: 'probe1', to: 'cleared' }, 'probe1', 'path cisco.ipsla:probe1 up'],
    ['ipsla.threshold', { tag: 'probe1', to: 'occurred' }, 'probe1', 'quality cisco.ipsla:probe1 degraded'],
    ['probe.completed', { test: 'noc/wan', responses: 0 }, 'noc/wan', 'path ping:noc/wan down'],
    [
      'sdwan.bfd',
      { tunnel: 'mpls', peer: '1.1.1.1', remoteColor: 'mpls', to: 'down' },
      'MPLS',
      'path cisco.sdwan:mpls 1.1.1.1 mpls down',
    ],
  ])('%s %j tell of the circuit whose tunnel is %s', (kind, detail, tunnel, said) => {
    const heard = on(circuitOf(1, { tunnel: `other ${tunnel}` }), circuitOf(2, { tunnel }));
    heard.events(eventOf(1, t0, kind, detail, 0));
    expect(heard.words).toEqual([`1 ${said}`]);
  });

  it('from a cloud are of the circuit that names the device', () => {
    const heard = on(circuitOf(1, { tunnel: '00:18:0A:01:02:03' }));
    heard.events(eventOf(99, t0, 'device.down', { deviceMac: '00:18:0a:01:02:03', network: 'School' }, 0));
    expect(heard.words).toEqual(['1 reach down']);
  });

  it('without a state, of what nobody asked for, or unreadable say nothing', () => {
    const heard = on(circuitOf(1, { tunnel: 'x' }));
    heard.events(
      eventOf(1, t0, 'uplink.changed', { deviceMac: 'x' }),
      eventOf(1, t0, 'vpn.down', { tunnel: 'y' }),
      { ...eventOf(1, t0, 'vpn.down'), detail: '{' },
      { ...eventOf(1, t0, 'bgp.established'), detail: '[]' },
    );
    expect(heard.words).toEqual([]);
  });

  it('do not speak for a line whose paths are polled', () => {
    const heard = on(circuitOf(1, { tunnel: 'mpls' })).samples(sampleOf(1, t0, 'path.state', 1, 'cisco.sdwan:mpls'));
    heard.events(eventOf(1, t0, 'sdwan.bfd', { tunnel: 'mpls', peer: 'p', remoteColor: 'c', to: 'down' }, 0));
    expect(heard.words).toEqual(['1 path cisco.sdwan:mpls up']);
  });
});

describe('polls', () => {
  it('tell a state once, and each of them confirms it', () => {
    const heard = on(circuitOf(1));
    heard.samples(sampleOf(1, t0, 'poll.ok', 1), sampleOf(1, t0, 'interface.oper.state', 1));
    heard.samples(sampleOf(1, t0 + minute, 'poll.ok', 1));
    expect(heard.words).toEqual(['1 reach up', '1 link up', '1 reach up', '1 link up']);
    expect(heard.said.at(-1)).toMatchObject({ atMs: t0 + minute, holdMs: 150_000 });
  });

  it('do not confirm what was told long ago', () => {
    const heard = on(circuitOf(1)).samples(sampleOf(1, t0, 'interface.oper.state', 1));
    heard.samples(sampleOf(1, t0 + 80 * minute, 'poll.ok', 1));
    expect(heard.words).toEqual(['1 link up', '1 reach up']);
  });

  it('that change a state say the new one only, whatever the order in the batch, and since when', () => {
    const heard = on(circuitOf(1)).samples(sampleOf(1, t0, 'poll.ok', 1), sampleOf(1, t0, 'interface.oper.state', 1));
    const atMs = t0 + minute;
    heard.samples(
      sampleOf(1, atMs, 'poll.ok', 1),
      sampleOf(1, atMs, 'interface.last_change_s', 20),
      sampleOf(1, atMs, 'interface.oper.state', 7),
    );
    expect(heard.said.at(-1)).toMatchObject({
      says: 'down',
      sinceMs: atMs - 20_000,
      note: 'poll: ifOperStatus lower layer down',
    });
  });

  it('that fail say that the device does not answer, and no more', () => {
    expect(on(circuitOf(1)).samples(sampleOf(1, t0, 'poll.ok', 0, 'timeout: no answer')).words).toEqual([
      '1 reach down',
    ]);
  });

  it('find the interface by its name, and again when it has another number', () => {
    const heard = on(circuitOf(1, { interface: { kind: 'alias', value: 'WAN' } }));
    heard.samples(sampleOf(1, t0, 'interface.alias', 0, 'WAN', 5), sampleOf(1, t0, 'interface.oper.state', 1, '', 5));
    heard.samples(
      sampleOf(1, t0 + 1, 'interface.alias', 0, 'WAN', 9),
      sampleOf(1, t0 + 1, 'interface.oper.state', 2, '', 9),
    );
    expect(heard.words).toEqual(['1 link up', '1 link down']);
  });

  it('of quality compare with the limits, but not of a path that is down', () => {
    const heard = on(circuitOf(1, { tunnel: 'wan' }));
    const path = (atMs: number, state: number, loss: number) =>
      heard.samples(
        sampleOf(1, atMs, 'path.loss.percent', loss, 'x:wan'),
        sampleOf(1, atMs, 'path.state', state, 'x:wan'),
        sampleOf(1, atMs, 'path.rtt.ms', 10, 'x:wan'),
      );
    path(t0, 1, 0);
    path(t0 + 1, 1, 5);
    path(t0 + 2, 0, 100);
    expect(heard.words).toEqual([
      '1 path x:wan up',
      '1 quality x:wan up',
      '1 path x:wan up',
      '1 quality x:wan degraded',
      '1 path x:wan down',
    ]);
    expect(heard.said[3]!.note).toBe('loss 5% (limit 5%)');
  });

  it('of paths are of the circuit that names them, or else of the one on their interface', () => {
    const heard = on(
      circuitOf(1),
      circuitOf(2, { exporter: '192.0.2.1', interface: { kind: 'index', value: 3 } }),
      circuitOf(3, { exporter: '192.0.2.1', tunnel: 'sla' }),
      circuitOf(4, { exporter: '192.0.2.1', tunnel: 'other' }),
    );
    heard.samples(sampleOf(1, t0, 'path.state', 0, 'fortinet.health:SLA', 2));
    heard.samples(sampleOf(1, t0, 'path.state', 1, 'fortinet.health:nowhere', 0));
    expect(heard.words).toEqual(['1 path fortinet.health:sla down', '3 path fortinet.health:sla down']);
  });

  it('no longer take an interface for theirs when it has another name', () => {
    const heard = on(circuitOf(1, { interface: { kind: 'name', value: 'wan' } }));
    heard.samples(sampleOf(1, t0, 'interface.name', 0, 'wan', 5), sampleOf(1, t0, 'interface.oper.state', 1, '', 5));
    heard.samples(
      sampleOf(1, t0 + minute, 'poll.ok', 1),
      sampleOf(1, t0 + minute, 'interface.name', 0, 'lan', 5),
      sampleOf(1, t0 + minute, 'interface.oper.state', 2, '', 5),
    );
    expect(heard.words).toEqual(['1 link up', '1 reach up']);
  });

  it('keep their hold when what is in doubt is asked more often for a while', () => {
    const heard = on(circuitOf(1));
    for (const afterS of [0, 300, 600, 605, 610, 615]) heard.samples(sampleOf(1, t0 + afterS * second, 'poll.ok', 1));
    expect(heard.said.at(-1)!.holdMs).toBeGreaterThan(600_000);
  });
});

describe('probes', () => {
  const probe = (id: number, atMs: number, ok: number) =>
    sampleOf(0, atMs, 'probe.ok', ok, `icmp://10.0.0.${id}${ok ? '' : ' timeout'}`);
  const probed = [1, 2, 3].map((id) => circuitOf(id, { probe: `10.0.0.${id} 10.0.0.${id}#far` }));

  it('are of the circuit that names the target, from their vantage point', () => {
    const heard = on(...probed).samples(probe(1, t0, 1), probe(2, t0, 0));
    heard.batch(batchOf([probe(2, t0, 1)], [], { collector: 'far' }));
    heard.batch(batchOf([probe(2, t0, 1)], [], { collector: 'elsewhere' }));
    expect(heard.said.map(({ circuit, collector, says }) => `${circuit} ${collector} ${says}`)).toEqual([
      '1 main up',
      '2 main down',
      '2 far up',
    ]);
  });

  const all = (heard: Listening, atMs: number, ok: (id: number) => boolean): void => {
    for (const id of [1, 2, 3]) heard.samples(probe(id, atMs + id * second, ok(id) ? 1 : 0));
  };
  const downs = ({ said }: Listening): string[] =>
    said.filter(({ says }) => says === 'down').map(({ circuit, atMs }) => `${circuit} ${(atMs - t0) / second}`);

  it('that all fail say nothing, from the first that fails to the next that is answered', () => {
    const heard = on(...probed);
    all(heard, t0, () => true);
    all(heard, t0 + minute, (id) => id === 1);
    all(heard, t0 + 2 * minute, () => false);
    all(heard, t0 + 3 * minute, (id) => id > 1);
    expect(heard.dropped).toHaveLength(6);
    expect(heard.sights).toEqual(['main 3 from 62', 'main to 182']);
    all(heard, t0 + 4 * minute, (id) => id !== 3);
    all(heard, t0 + 5 * minute, () => true);
    expect(downs(heard)).toEqual(['3 243']);
    // It is no vantage point meanwhile: what it said of them before is over.
    expect(heard.said.filter(({ holdMs }) => holdMs === 0).every(({ says }) => says === 'up')).toBe(true);
  });

  it('are believed as soon as something else is answered, and at once where hardly anything is probed', () => {
    const heard = on(...probed);
    all(heard, t0, () => true);
    heard.samples(probe(1, t0 + minute, 0)).samples(probe(2, t0 + minute + second, 0));
    expect(downs(heard)).toEqual([]);
    heard.samples(probe(3, t0 + minute + 2 * second, 1));
    expect(downs(heard)).toEqual(['1 60', '2 61']);
    const few = on(...probed.slice(0, 2)).samples(probe(1, t0, 0));
    expect(downs(few)).toEqual(['1 0']);
  });

  it('that fail are not waited with for targets that nobody probes', () => {
    const heard = on(...probed);
    all(heard, t0, () => true);
    heard.samples(probe(1, t0 + minute, 0));
    heard.samples(probe(1, t0 + 10 * minute, 0));
    expect(downs(heard)).toEqual([]);
    heard.samples(probe(1, t0 + 20 * minute, 0));
    expect(downs(heard)).toEqual(['1 1200', '1 60', '1 600']);
  });
});

it('what polls that are read again confirm is not what was told after them', () => {
  const heard = on(circuitOf(1)).samples(sampleOf(1, t0, 'interface.oper.state', 1));
  heard.samples(sampleOf(1, t0 + 2 * minute, 'interface.oper.state', 2));
  heard.samples(sampleOf(1, t0 + minute, 'poll.ok', 1));
  expect(heard.words).toEqual(['1 link up', '1 link down', '1 reach up']);
});

describe('collectors and time', () => {
  it('tell their workers apart', () => {
    const heard = on(circuitOf(1));
    heard.batch(batchOf([sampleOf(0, t0, 'collector.heartbeat', 0)], [], { epoch: 64 * 1000 + 2 }));
    heard.batch(batchOf([sampleOf(0, t0, 'collector.heartbeat', 0)], [], { epoch: 64 * 1000 }));
    expect(heard.beats).toEqual(['main/2 0', 'main 0']);
  });

  it('of other trusts and of the future are not believed', () => {
    const heard = on(circuitOf(1)).batch(batchOf([], [eventOf(1, t0, 'link.down')], { trust: 'other' }));
    heard.events(eventOf(1, t0 + 6 * minute, 'link.down'));
    expect([heard.words, heard.dropped]).toEqual([[], ['future']]);
  });

  it('say nothing of a circuit outside of its time', () => {
    const heard = on(circuitOf(1, { validToMs: t0 }), circuitOf(2, { exporter: '192.0.2.1', validFromMs: t0 }));
    expect(heard.events(eventOf(1, t0, 'link.down')).words).toEqual(['2 link down']);
  });
});

describe('certificates', () => {
  it('are those that a circuit’s own probes were shown', () => {
    const url = 'https://192.0.2.9/';
    const heard = on(circuitOf(1, { probe: url }), circuitOf(2)).samples(
      sampleOf(0, t0, 'probe.tls.days', 20.5, url),
      sampleOf(0, t0, 'probe.tls.days', 9, 'https://192.0.2.8/'),
    );
    expect(heard.certificates).toEqual([[1, url, 0, 20.5]]);
    expect(heard.words).toEqual([]);
  });
});

describe('sums', () => {
  function sums(
    ...rows: { side?: number; basis?: number; octets: number; index?: number; afterS?: number }[]
  ): SignalBatch {
    const columns = createSumColumns(16);
    const { arrays } = columns;
    rows.forEach(({ side = 0, basis = 0, octets, index = 2, afterS = 0 }, i) => {
      arrays.time_s[i] = t0 / 1000 + afterS;
      arrays.width_s[i] = 1;
      arrays.interface[i] = index;
      arrays.side[i] = side;
      arrays.basis[i] = basis;
      arrays.sampling_rate[i] = 1;
      arrays.octets[2 * i] = octets;
      columns.bytes[2]!.set(parseAddress('192.0.2.1'), 16 * i);
    });
    const identity = { trust: 'main', collector: 'main', epoch: 0, sequence: 0 };
    return decodeSignalBatch(encodeSignalBatch(identity, { columns, rows: rows.length }, [], []));
  }

  it('show that packets came in over the line', () => {
    expect(on(circuitOf(1)).batch(sums({ octets: 900 })).words).toEqual(['1 traffic up']);
    expect(on(circuitOf(1)).batch(sums({ octets: 900, basis: 1 }, { octets: 7, index: 3 })).words).toEqual([
      '1 traffic up',
    ]);
  });

  it('show nothing by what was sent, by what counters spread over time, or by nothing', () => {
    const batch = sums({ octets: 900, side: 1 }, { octets: 900, basis: 2 }, { octets: 0 });
    expect(on(circuitOf(1)).batch(batch).words).toEqual([]);
  });

  it('are told of each ten seconds, and at once after something worse', () => {
    const heard = on(circuitOf(1)).batch(sums({ octets: 1 }, { octets: 1, afterS: 5 }, { octets: 1, afterS: 10 }));
    expect(heard.words).toHaveLength(2);
    heard.batch(batchOf([], [eventOf(1, t0 + 11 * second, 'link.down')]), t0 + 11 * second);
    heard.batch(sums({ octets: 1, afterS: 12 }));
    expect(heard.words).toHaveLength(4);
  });
});
