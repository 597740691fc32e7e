import { parseAddress } from '@linewatch/record';
import { expect, test } from 'vitest';
import { Admitter, type AdmissionRules } from './admission.ts';

const of = (address: string, rules: Partial<AdmissionRules>): string =>
  new Admitter({ allow: [], admission: 'open', decisions: new Map(), ...rules }).of(parseAddress(address), address);

const allow = ['10.0.0.0/8', '2001:db8::/32'];

test('without rules every exporter is taken', () => {
  expect(of('192.0.2.1', {})).toBe('open');
});

test('one outside the allowed networks is refused, and an approval does not change that', () => {
  expect(of('10.1.2.3', { allow })).toBe('open');
  expect(of('2001:db8::1', { allow })).toBe('open');
  expect(of('192.0.2.1', { allow })).toBe('refused');
  expect(of('192.0.2.1', { allow, decisions: new Map([['192.0.2.1', 'approved']]) })).toBe('refused');
});

test('with approval wanted, an exporter awaits it', () => {
  const decisions = new Map([
    ['10.0.0.1', 'approved'],
    ['10.0.0.2', 'refused'],
  ] as const);
  const rules = { admission: 'approve', decisions } as const;
  expect(of('10.0.0.1', rules)).toBe('approved');
  expect(of('10.0.0.2', rules)).toBe('refused');
  expect(of('10.0.0.3', rules)).toBe('awaiting');
});

test('a refusal holds where everyone is taken, too', () => {
  expect(of('10.0.0.2', { decisions: new Map([['10.0.0.2', 'refused']]) })).toBe('refused');
});

test('a network that is none is refused with its name', () => {
  expect(() => of('10.0.0.1', { allow: ['10.0.0.0/40'] })).toThrow('10.0.0.0/40');
});
