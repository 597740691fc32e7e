import { describe, expect, it } from 'vitest';
import { LiquidError, liquidContext, liquidProblem, render, renderFields } from './liquid.ts';
import { notificationOf } from './notification.suite.ts';

const context = liquidContext(notificationOf(), { id: 'T1', reference: 'INC1', url: null }, { secret: 's' });

describe('a template', () => {
  it('is filled in with what is told', () => {
    expect(render('{{ severity | upcase }} {{ alert.circuit.reference }} {{ ticket.id }} {{ secret }}', context)).toBe(
      'CRITICAL EXAMPLE-0001 T1 s',
    );
    expect(render('{{ notification.startedMs | london_time }}', context)).toBe('15 Jul 2026 02:48');
    expect(render('{% for each in alerts %}{{ each.rule }};{% endfor %}', context)).toBe('circuit-down;');
    expect(render('{{ text }}', context)).toContain('Fix by: 15 Jul 2026 07:48');
    expect(render('{{ title | cut: 12 }}|{{ nothing.at.all }}|', context)).toBe('Oak Academy…||');
  });

  it('writes JSON that can be read, of whatever there is', () => {
    const source = '{"a":{{ alert.text | json }},"b":{{ nothing | json }},"c":{{ alerts | json }}}';
    expect(JSON.parse(render(source, context))).toEqual({
      a: notificationOf().alerts[0]!.text,
      b: null,
      c: notificationOf().alerts,
    });
  });

  it('is told what is wrong with it, and where', () => {
    expect(liquidProblem('{{ a }}')).toBeNull();
    expect(liquidProblem('x\n{% if a %}')).toMatch(/not closed.*line:2/);
    expect(liquidProblem('{{ a | nonsense }}')).toContain('undefined filter: nonsense, line:1');
    expect(() => render('{{ a | nonsense }}', context)).toThrow(/undefined filter: nonsense/);
    expect(liquidProblem('x'.repeat(20_001))).toContain('parse length');
    expect(() => renderFields([{ name: 'u_site', value: '{% x %}' }], context)).toThrow(
      /^field u_site: .*"x" not found/,
    );
  });

  it('reaches no file, no prototype and no code', () => {
    for (const source of ["{% include '/etc/passwd' %}", "{% render '../package.json' %}", "{% layout 'a' %}"])
      expect(() => render(source, context), source).toThrow(LiquidError);
    for (const source of [
      '{{ notification.constructor }}',
      '{{ alerts.constructor.constructor }}',
      '{{ title.__proto__ }}',
      '{{ notification.toString }}',
      '{{ notification.hasOwnProperty }}',
    ])
      expect(render(source, context), source).toBe('');
  });

  it('ends within its limits', () => {
    const nested =
      '{% for a in (1..1000) %}{% for b in (1..1000) %}{% for c in (1..1000) %}x{% endfor %}{% endfor %}{% endfor %}';
    const grown = `{% assign a = "${'x'.repeat(1000)}" %}${'{% assign a = a | append: a %}'.repeat(30)}{{ a }}`;
    const wide = `{% for a in (1..15000) %}${'x'.repeat(10_000)}{% endfor %}`;
    for (const source of [nested, grown, wide, '{% for a in (1..99999999999) %}{% endfor %}'])
      expect(() => render(source, context), source.slice(0, 40)).toThrow(LiquidError);
  });
});
