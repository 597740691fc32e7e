import fc from 'fast-check';
import { type TSchema, Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import { checkValue, checkYaml, formatProblem, maxProblems, nearest } from './config.ts';

const closed = { additionalProperties: false } as const;
const schema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 5 }),
    level: Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn')], { default: 'info' }),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
    rate: Type.Optional(Type.Union([Type.Number(), Type.String()], { expects: 'a number, or text such as "1G"' })),
    slug: Type.Optional(Type.String({ pattern: '^[a-z]+$', expects: 'lower-case letters' })),
    listen: Type.Optional(Type.Union([Type.Null(), Type.Object({ port: Type.Integer() }, closed)])),
    items: Type.Array(Type.Object({ id: Type.String(), on: Type.Optional(Type.Boolean()) }, closed), {
      default: [],
      maxItems: 100,
    }),
  },
  closed,
);

const yamlTokens = Array.from('{}[]:-,&*!|>%@`"\'#? \n\tab1');

const problemsOf = (text: string, against: TSchema = schema): string[] =>
  checkYaml(text, against).problems.map((problem) => formatProblem('f', problem));

describe('checkYaml', () => {
  it('gives the value with its defaults', () => {
    expect(checkYaml('name: a', schema)).toMatchObject({
      problems: [],
      value: { name: 'a', level: 'info', items: [] },
    });
  });

  it('says once which values a closed list has, and which is near', () => {
    expect(problemsOf('name: a\nlevel: inof')).toEqual([
      'f:2: level must be one of debug, info, warn; did you mean "info"?',
    ]);
  });

  it('says what a union takes', () => {
    expect(problemsOf('name: a\nrate: true')).toEqual(['f:2: rate must be a number, or text such as "1G"']);
  });

  it('complains inside the only object of a union', () => {
    expect(problemsOf('name: a\nlisten:\n  prot: 1')).toEqual([
      'f:2: listen.port is missing',
      'f:3: listen.prot is not a known setting; did you mean "port"?',
    ]);
    expect(problemsOf('name: a\nlisten: 5')).toEqual(['f:2: listen must be empty, or a set of keys and values']);
  });

  it('says what a pattern means where the schema tells', () => {
    expect(problemsOf('name: a\nslug: A1')).toEqual(['f:2: slug must be lower-case letters']);
  });

  it('says in words what is out of bounds, empty or of the wrong type', () => {
    expect(problemsOf('name: abcdef')).toEqual(['f:1: name must have at most 5 characters']);
    expect(problemsOf('name: 2024')).toEqual(['f:1: name must be text: put it in quotes']);
    expect(problemsOf('name:')).toEqual(['f:1: name is empty; it must be text']);
    expect(problemsOf('name: a\nport: 70000')).toEqual(['f:2: port must be at most 65535']);
    expect(problemsOf('name: a\nport: 1.5')).toEqual(['f:2: port must be a whole number']);
    expect(problemsOf('name: a\nitems: 1')).toEqual(['f:2: items must be a list']);
  });

  it('tells every problem of a file, however many', () => {
    const text = `name: a\nitems:\n${'  - {id: 1, no: 2}\n'.repeat(60)}`;
    const problems = problemsOf(text);
    expect(problems).toHaveLength(120);
    expect(problems.at(-1)).toBe('f:62: items.59.id must be text: put it in quotes');
  });

  it('stops after the most problems that anybody reads', () => {
    expect(problemsOf(`name: a\nitems: [${'1,'.repeat(3000)}1]`)).toHaveLength(maxProblems);
  });

  it('names the line of what is missing', () => {
    expect(problemsOf('name: a\nitems:\n  - id: b\n  - on: true')).toEqual(['f:4: items.1.id is missing']);
    expect(problemsOf('')).toEqual(['f: name is missing']);
  });

  it('refuses a key that is given twice, with both lines', () => {
    expect(problemsOf('name: a\nitems:\n  - id: a\n    id: b')).toEqual(['f:4: "id" is given twice, first in line 3']);
  });

  it('refuses a map with a great many keys without looking at each', () => {
    expect(problemsOf(Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`).join('\n'))).toEqual([
      'f:1: there are over 1000 keys in one place',
    ]);
  });

  it('says why text is not YAML', () => {
    expect(problemsOf('name: [')).toEqual([
      'f:1: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ]);
    expect(problemsOf('['.repeat(100_000))).toContain('f:1: it is nested too deeply');
    expect(problemsOf('just text')).toEqual(['f:1: must be a set of keys and values']);
    expect(problemsOf('name: *nothing')[0]).toContain('Unresolved alias');
  });

  it('gives the content of an invalid file for further checks', () => {
    expect(checkYaml('name: 5', schema).raw).toEqual({ name: 5, level: 'info', items: [] });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...yamlTokens) })), (text) => {
        expect(checkYaml(text, schema).problems.every(({ message }) => message.length > 0)).toBe(true);
      }),
    );
  });
});

describe('checkValue', () => {
  it('lists problems without lines', () => {
    expect(checkValue({ name: 'a', level: 1 }, schema).problems).toEqual([
      { line: 0, path: 'level', message: 'must be one of debug, info, warn' },
    ]);
  });

  it('has no opinion that a valid value could offend', () => {
    const values = fc.record({
      name: fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme-ascii' }),
      port: fc.integer({ min: 1, max: 65_535 }),
    });
    fc.assert(
      fc.property(values, (value) => {
        expect(checkValue(value, schema)).toMatchObject({ value, problems: [] });
      }),
    );
  });
});

describe('nearest', () => {
  it('finds a name with a typing error and nothing for another word', () => {
    expect(nearest('colector', ['collector', 'writer'])).toBe('collector');
    expect(nearest('banana', ['collector', 'writer'])).toBeUndefined();
  });
});
