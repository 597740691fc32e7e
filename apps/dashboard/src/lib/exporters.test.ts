import type { Exporter, ExporterList } from '@linewatch/contract';
import { describe, expect, it } from 'vitest';
import {
  type Arrangement,
  arrangeExporters,
  formatClockSkew,
  formatLoss,
  formatLost,
  isQuiet,
  formatPerS,
  formatRatio,
  formatSampling,
  samplingWord,
  sortKeys,
  totalsOf,
} from './exporters.ts';

const lost = (over: Partial<Exporter['lostUpstream']> = {}) => ({
  flows: 0,
  datagrams: 0,
  records: 0,
  samples: 0,
  ratio: 0,
  ...over,
});

const of = (address: string, over: Partial<Exporter> = {}): Exporter => ({
  address,
  collector: 'main',
  name: '',
  circuits: [],
  state: 'reporting',
  decision: null,
  lastSeenMs: 1000,
  sinceMs: 0,
  datagramsPerS: 1,
  flowsPerS: 10,
  datagrams: { received: 1, decoded: 1, held: 0, rejected: 0 },
  flows: 1,
  versions: [{ name: 'IPFIX', lastSeenMs: 1000 }],
  templates: 1,
  setsHeld: 0,
  sampling: [{ rate: 1, stated: true }],
  lostUpstream: lost(),
  lostLastHour: { sinceMs: 0, ...lost() },
  duplicates: 0,
  late: 0,
  lostHere: [],
  clockSkewMs: 0,
  activeTimeoutMs: null,
  unknownElements: [],
  advice: [],
  ...over,
});

const school = { academy: 'hill', academyName: 'École Hill', circuit: 'hill-1', name: 'Main line' };
const some = [
  of('192.0.2.10', { flowsPerS: 500, advice: [{ about: 'sampling', text: '', action: '' }] }),
  of('192.0.2.9', { state: 'silent', circuits: [school], lastSeenMs: 1 }),
  of('192.0.2.11', { state: 'awaiting', advice: [{ about: 'admission', text: '', action: '' }] }),
  of('192.0.2.12', { name: 'core-1', clockSkewMs: -180_000, lostLastHour: { sinceMs: 0, ...lost({ ratio: 0.1 }) } }),
];
const all: Arrangement = { search: '', filter: 'all', sort: 'name', reverse: false };
const shown = (over: Partial<Arrangement>): string[] =>
  arrangeExporters(some, { ...all, ...over }).map(({ address }) => address.slice(8));

describe('the list of exporters', () => {
  it('sorts names as people do, and what needs someone first', () => {
    expect(shown({})).toEqual(['9', '10', '11', '12']);
    expect(shown({ sort: 'state' })).toEqual(['11', '9', '10', '12']);
  });

  it('sorts figures from the largest, and turns about', () => {
    expect(shown({ sort: 'rate' })[0]).toBe('10');
    expect(shown({ sort: 'clock' })[0]).toBe('12');
    expect(shown({ sort: 'upstream' })[0]).toBe('12');
    expect(shown({ sort: 'heard', reverse: true })[0]).toBe('9');
    expect(shown({ reverse: true })).toEqual(['12', '11', '10', '9']);
  });

  it('keeps everyone in every order, and changes nothing that it was given', () => {
    const before = [...some];
    for (const sort of sortKeys) expect(shown({ sort }).toSorted()).toEqual(['10', '11', '12', '9']);
    expect(some).toEqual(before);
  });

  it('finds by address, name, academy and protocol, accents aside', () => {
    expect(shown({ search: 'ecole' })).toEqual(['9']);
    expect(shown({ search: 'CORE' })).toEqual(['12']);
    expect(shown({ search: '2.11 ipfix' })).toEqual(['11']);
    expect(shown({ search: 'sflow' })).toEqual([]);
  });

  it('shows those of one state, or those with advice', () => {
    expect(shown({ filter: 'silent' })).toEqual(['9']);
    expect(shown({ filter: 'attention' })).toEqual(['11']);
  });
});

it('adds up what was lost, and names the worst share', () => {
  const list: ExporterList = {
    nowMs: 0,
    exporters: [
      of('192.0.2.1', { lostUpstream: lost({ datagrams: 5 }), lostLastHour: { sinceMs: 0, ...lost({ ratio: null }) } }),
      of('192.0.2.2', { lostLastHour: { sinceMs: 0, ...lost({ datagrams: 2, records: 1, ratio: 0.02 }) } }),
    ],
    collectors: [
      {
        collector: 'main',
        heardMs: 0,
        sinceMs: 0,
        datagrams: { received: 0, decoded: 0, held: 0, rejected: 0 },
        flows: 0,
        lostHere: [{ reason: 'set_overrun', count: 3, meaning: '', action: '' }],
        sockets: [1, 2].map((kernelDropped) => ({
          protocol: 'netflow',
          port: 2055 + kernelDropped,
          received: 0,
          kernelDropped,
          receiveBufferBytes: 1,
        })),
      },
    ],
  };
  expect(totalsOf(list)).toMatchObject({ worstRatio: 0.02, lostHere: 3, kernelDropped: 3 });
  expect(formatLost(totalsOf(list).lastHour)).toBe('2 datagrams, 1 record');
  expect(formatLost(totalsOf(list).sinceStart)).toBe('5 datagrams');
});

describe('figures', () => {
  it('show a small share, and what cannot be told', () => {
    expect([null, 0, 0.00001, 0.0052, 0.0234, 0.5].map(formatRatio)).toEqual([
      '–',
      '0%',
      '<0.01%',
      '0.52%',
      '2.3%',
      '50%',
    ]);
  });

  it('show a slow rate', () => {
    expect([0, 0.01, 1.25, 1234.5].map(formatPerS)).toEqual(['0', '<0.1', '1.3', '1,235']);
  });

  it('say which way a clock is off', () => {
    expect([null, 900, -181_000, 7_300_000, 3000].map(formatClockSkew)).toEqual([
      '–',
      'in step',
      '3 min fast',
      '2 h slow',
      '3 s slow',
    ]);
  });

  it('tell sampling rates, and whether all are stated', () => {
    expect(formatSampling([])).toBe('–');
    expect(formatSampling([{ rate: 1, stated: false }])).toBe('none');
    const mixed = [
      { rate: 512, stated: true },
      { rate: 100, stated: false },
    ];
    expect(formatSampling(mixed)).toBe('1 in 100–512');
    expect(samplingWord(mixed)).toBe('assumed');
    expect(formatSampling(mixed.slice(0, 1))).toBe('1 in 512');
    expect(samplingWord(mixed.slice(0, 1))).toBe('stated');
  });
});

it('tells a loss with its share, and that there is none, or none to know', () => {
  const loss = (ratio: number | null, flows: number) => ({ ratio, flows, datagrams: 0, records: 0, samples: 0 });
  expect([loss(null, 0), loss(0, 0), loss(0.012, 7)].map(formatLoss)).toEqual(['–', 'none', '1.2%: 7 flows']);
});

it('calls a collector quiet that has said nothing for half a minute', () => {
  expect([29_999, 30_000].map((agoMs) => isQuiet({ heardMs: 1_000_000 - agoMs }, 1_000_000))).toEqual([false, true]);
});
