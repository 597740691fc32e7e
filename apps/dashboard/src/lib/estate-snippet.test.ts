import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { type UnmappedInterface, estateSnippet } from './estate-snippet.ts';

const base: UnmappedInterface = { exporter: '10.20.0.1', interface: 2, name: 'Gi0/0/1', inBps: 5, outBps: 1 };

it('names the interface, the exporter and the busier side', () => {
  expect(parse(estateSnippet(base))).toEqual({
    circuits: [
      {
        id: 'line-10-20-0-1-2',
        academy: 'ACADEMY-ID',
        provider: 'PROVIDER-ID',
        exporter: '10.20.0.1',
        interface: { name: 'Gi0/0/1' },
        download: 'in',
      },
    ],
  });
  expect(parse(estateSnippet({ ...base, outBps: 9 }))).toMatchObject({ circuits: [{ download: 'out' }] });
});

it('uses the index where there is no name that an estate file takes', () => {
  for (const name of ['', ' eth0', 'eth0\n', 'a\u0000b', 'x\u202ey', 'n'.repeat(201)]) {
    expect(parse(estateSnippet({ ...base, name }))).toMatchObject({ circuits: [{ interface: { index: 2 } }] });
  }
});

it('is the same YAML whatever an exporter calls its interface, and shows every character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.ipV6(), (name, exporter) => {
      const text = estateSnippet({ ...base, name, exporter });
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      const read = parse(text) as { circuits: { id: string; exporter: string; interface: object }[] };
      expect(read.circuits).toHaveLength(1);
      expect(read.circuits[0]?.exporter).toBe(exporter);
      expect(read.circuits[0]?.id).toMatch(/^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/);
      expect([{ name }, { index: 2 }]).toContainEqual(read.circuits[0]?.interface);
    }),
  );
});
