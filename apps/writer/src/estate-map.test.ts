import type { Circuit, Snapshot } from '@linewatch/estate';
import { labelKey, parseAddress } from '@linewatch/record';
import { type ResolvedInterface, openEndS } from '@linewatch/store';
import { describe, expect, it } from 'vitest';
import { estateMap } from './estate-map.ts';

const exporter = '10.0.0.1';
const circuit = (id: number, over: Partial<Circuit> = {}): Circuit => ({
  id,
  slug: 'oak-1',
  name: 'oak-1',
  trust: 1,
  academy: 10 * id,
  provider: 'Acme',
  providerRow: 1,
  site: null,
  contract: null,
  role: 'primary',
  kind: null,
  exporter,
  collector: 'main',
  interface: { kind: 'name', value: 'WAN' },
  tunnel: null,
  probe: null,
  parent: null,
  pop: null,
  downloadSide: 'in',
  committedDownBps: null,
  committedUpBps: null,
  validFromMs: null,
  validToMs: null,
  ...over,
});
const snapshot = (...circuits: Circuit[]): Snapshot => ({
  version: 1,
  trusts: ['north', 'south'].map((label, i) => ({ id: i + 1, key: labelKey(label), label, name: label })),
  providers: [],
  academies: [],
  circuits,
});
const told = (trust: string, index: number, over: Partial<ResolvedInterface> = {}): ResolvedInterface => ({
  trust: labelKey(trust),
  collector: labelKey('main'),
  exporter: parseAddress(exporter),
  kind: 'name',
  name: 'WAN',
  interface: index,
  validFromS: 0,
  validToS: openEndS,
  ...over,
});

describe("the estate's map", () => {
  it('has each circuit under its own trust and collector, on the interface that was told there', () => {
    const { circuits } = estateMap(
      snapshot(
        circuit(1),
        circuit(2, { trust: 2 }),
        circuit(3, { collector: 'branch' }),
        circuit(4, { trust: 2, interface: { kind: 'index', value: 3 } }),
      ),
      [told('north', 3), told('south', 4), told('north', 5, { collector: labelKey('branch') })],
    );
    expect(circuits.map((row) => [row.trust, row.collector, row.interface, row.circuit])).toEqual([
      [labelKey('north'), labelKey('main'), 3, 1],
      [labelKey('south'), labelKey('main'), 4, 2],
      [labelKey('north'), labelKey('branch'), 5, 3],
      [labelKey('south'), labelKey('main'), 3, 4],
    ]);
  });

  it('has no row for a name that only another trust has told', () => {
    expect(estateMap(snapshot(circuit(1)), [told('south', 3)]).circuits).toEqual([]);
  });

  it('keeps the latest times of a name that an exporter gives to one interface after the other', () => {
    const many = Array.from({ length: 5000 }, (_, i) =>
      told('north', (i % 7) + 1, { validFromS: i * 60, validToS: i === 4999 ? openEndS : (i + 1) * 60 }),
    );
    const { circuits } = estateMap(snapshot(circuit(1), circuit(2, { trust: 2 })), [...many, told('south', 3)]);
    const own = circuits.filter((row) => row.circuit === 1);
    expect(own.length).toBeGreaterThan(50);
    expect(own.length).toBeLessThan(1000);
    expect(own.some(({ validToS }) => validToS === openEndS)).toBe(true);
    expect(Math.min(...own.map(({ validFromS }) => validFromS))).toBe((5000 - own.length) * 60);
    expect(circuits.filter((row) => row.circuit === 2)).toHaveLength(1);
  });
});
