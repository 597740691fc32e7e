import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { CollectorConfig, collectorProblems } from './config.ts';

describe('keepElements', () => {
  const configOf = (keepElements: readonly string[]): CollectorConfig =>
    Value.Parse(CollectorConfig, Value.Default(CollectorConfig, { keepElements }));

  it('takes names of the registry and numbers', () => {
    expect(
      collectorProblems(configOf(['cisco:userName', 'httpRequestHost', 'reverseFlowEndReason', '4242/7'])),
    ).toEqual([]);
    expect(collectorProblems(configOf([]))).toEqual([]);
  });

  it('names each that is none', () => {
    expect(
      collectorProblems(configOf(['httpRequestHost', 'userNam'])).map(({ path, message }) => `${path}: ${message}`),
    ).toEqual([
      'collector.keepElements.1: no information element is named "userNam"; one that has no name is enterprise/number',
    ]);
  });
});

describe('address', () => {
  it('is one of IP, and no name', () => {
    const problems = (address: string): string[] =>
      collectorProblems(Value.Parse(CollectorConfig, Value.Default(CollectorConfig, { address }))).map(
        ({ path, message }) => `${path}: ${message}`,
      );
    for (const address of ['::', '0.0.0.0', '192.0.2.1', '2001:db8::1']) expect(problems(address)).toEqual([]);
    for (const address of ['localhost', '', '192.0.2', 'fe80::1%eth0'])
      expect(problems(address)).toEqual([`collector.address: "${address}" is not an IP address`]);
  });
});
