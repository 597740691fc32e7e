import { describe, expect, test } from 'vitest';
import { decoders } from './decoders.ts';
import { dataDatagrams, frame, sflowDatagrams, templateDatagram, unframe } from './generate.ts';

describe('the decode bench', () => {
  test('gives each decoder the same datagrams, through a file', () => {
    const datagrams = [templateDatagram(), ...dataDatagrams(5, 24)];
    expect(unframe(frame(datagrams))).toEqual(datagrams);
    for (const decoder of Object.values(decoders)) expect(decoder(datagrams)()).toBe(5 * 24);
  });

  test('has sFlow samples that become one row each', () => {
    expect(decoders.linewatch(sflowDatagrams(6, 7))()).toBe(5 * 7);
  });
});
