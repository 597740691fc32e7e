import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { CollectorConfig, elementProblems } from './config.ts';

describe('keepElements', () => {
  const configOf = (keepElements: readonly string[]): CollectorConfig =>
    Value.Parse(CollectorConfig, Value.Default(CollectorConfig, { keepElements }));

  it('takes names of the registry and numbers', () => {
    expect(elementProblems(configOf(['cisco:userName', 'httpRequestHost', 'reverseFlowEndReason', '4242/7']))).toEqual(
      [],
    );
    expect(elementProblems(configOf([]))).toEqual([]);
  });

  it('names each that is none', () => {
    expect(
      elementProblems(configOf(['httpRequestHost', 'userNam'])).map(({ path, message }) => `${path}: ${message}`),
    ).toEqual([
      'collector.keepElements.1: no information element is named "userNam"; one that has no name is enterprise/number',
    ]);
  });
});
