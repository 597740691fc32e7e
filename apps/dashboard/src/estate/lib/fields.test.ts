import { kindNames } from '@linewatch/contract';
import { describe, expect, it } from 'vitest';
import { type Field, fieldsOf, fullTitle, leavesOf, pathText, startingValues } from './fields.ts';

const find = (kind: Parameters<typeof fieldsOf>[0], path: string): Field =>
  leavesOf(fieldsOf(kind)).find((field) => pathText(field.path) === path)!;

describe('fields of a form', () => {
  it('each has an input, a title and, where one of few, what to choose from', () => {
    const walk = (fields: readonly Field[]): void => {
      for (const field of fields) {
        expect(field.title, pathText(field.path)).toMatch(/^\S/);
        if (field.input === 'select' || field.input === 'choices') expect(field.options.length).toBeGreaterThan(1);
        if (field.input === 'group' || field.input === 'list') expect(field.fields.length).toBeGreaterThan(0);
        walk(field.fields);
      }
    };
    for (const kind of kindNames) walk(fieldsOf(kind));
  });

  it.each([
    ['academy', 'name', 'text'],
    ['academy', 'pupils', 'number'],
    ['academy', 'phase', 'select'],
    ['academy', 'cluster', 'ref'],
    ['academy', 'joined', 'day'],
    ['academy', 'notes', 'long-text'],
    ['academy', 'tags', 'tags'],
    ['academy', 'networks', 'lines'],
    ['academy', 'exceptions', 'list'],
    ['profile', 'standards', 'choices'],
    ['profile', 'fullFibre', 'check'],
    ['circuit', 'committed.down', 'text'],
    ['contract', 'sla.credits.bands', 'list'],
  ] as const)('%s: %s is a %s', (kind, path, input) => {
    expect(find(kind, path).input).toBe(input);
  });

  it('tells what is needed, its unit, and who may not see it', () => {
    expect(find('circuit', 'name').required).toBe(true);
    expect(find('circuit', 'reference').required).toBe(false);
    expect(find('contract', 'noticeMonths').unit).toBe('months');
    expect(find('circuit', 'monthly').sensitive).toBe('prices');
    // What a group is, its parts are.
    expect(find('contract', 'uplift.rule').sensitive).toBe('prices');
    expect(find('credential', 'auth.password').sensitive).toBe('secrets');
  });

  it('names a field in a group by both', () => {
    expect(fullTitle(fieldsOf('circuit'), ['committed', 'down'])).toBe('Committed rate: down');
  });

  it('begins a new record with the defaults of its schema', () => {
    expect(startingValues('circuit')).toEqual({ role: 'primary' });
    expect(startingValues('academy')).toEqual({});
  });
});
