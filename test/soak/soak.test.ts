import { describe, expect, test } from 'vitest';
import { readCorpus } from './corpus.ts';
import { generateSome } from './generate.ts';
import { soakGenerated, soakMutations, soakTruncations } from './soak.ts';

const seed = 20_260_105;
/** Far above what they take: other work may keep the machine busy. */
const timeout = 180_000;
const corpus = readCorpus(undefined);

describe('the soak, in short (npm run soak is the long one)', () => {
  test('own datagrams cut at every octet have one outcome each and meet no defect', () => {
    const cut = corpus.slice(0, 20);
    expect(soakTruncations({ seed, corpus: cut }).datagrams).toBe(cut.reduce((sum, d) => sum + d.length + 1, 0));
  });

  test(
    '20,000 mutated datagrams have one outcome each, meet no defect and keep within the bounds',
    () => {
      const { decoded, held, rejected } = soakMutations({ seed, corpus }, 20_000);
      expect(decoded + held + rejected).toBe(20_000);
      expect(Math.min(decoded, held, rejected)).toBeGreaterThan(100);
    },
    timeout,
  );

  test(
    '20,000 valid datagrams become the rows that were generated',
    () => {
      const { decoded, held, rows } = soakGenerated({ seed, corpus }, 20_000);
      expect(decoded + held).toBe(20_000);
      expect(rows).toBeGreaterThan(50_000);
    },
    timeout,
  );

  test('a seed repeats what was generated', () => {
    const some = () => generateSome(200, { seed }).map(({ datagram }) => Buffer.from(datagram).toString('hex'));
    expect(some()).toEqual(some());
  });
});
