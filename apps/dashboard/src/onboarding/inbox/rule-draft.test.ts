import { describe, expect, it } from 'vitest';
import { expressionFor, ruleFromExample, ruleFromRecord, ruleOf, rulePatch } from './rule-draft.ts';

const academies = [
  { id: 'oakfield', name: 'Oakfield' },
  { id: 'oakfield-primary', name: 'Oakfield Primary' },
  { id: 'st-marys', name: 'St Mary’s' },
];
const example = { alias: '', sysName: '', name: '', exporter: '192.0.2.1' };
/** As RE2 writes a named group, in JavaScript. */
const js = (expression: string): RegExp => new RegExp(expression.replaceAll('(?P<', '(?<'));

describe('a rule from an example', () => {
  it('reads the academy where the description has its id or its name, and takes any number', () => {
    expect(expressionFor('WAN oakfield-primary ACME-1042', academies)).toBe(
      '^WAN (?P<academy>[A-Za-z0-9-]+) ACME-\\d+$',
    );
    const named = js(expressionFor('St Mary’s (line 1)', academies));
    expect(named.exec('Hill Top (line 22)')?.groups?.['academy']).toBe('Hill Top');
    expect(named.test('Hill Top [line 22]')).toBe(false);
  });

  it('fits the example itself, whatever characters it has', () => {
    const alias = 'up[link] (1+1)? $x^ a|b {2} \\d .*';
    expect(js(expressionFor(alias, academies)).test(alias)).toBe(true);
    expect(js(expressionFor(alias, [])).test('something else')).toBe(false);
  });

  it('goes by the device and its interface where there is no description', () => {
    expect(ruleFromExample({ ...example, sysName: 'rtr-st-marys', name: 'Gi0/0/1' }, academies)).toMatchObject({
      sysName: '^rtr-(?P<academy>[A-Za-z0-9-]+)$',
      ifName: '^Gi\\d+/\\d+/\\d+$',
      ifAlias: '',
    });
    expect(ruleFromExample(null, academies).name).toBe('');
  });

  it('says only what was said, and takes out what was emptied', () => {
    const draft = ruleFromRecord({
      kind: 'rule',
      id: 'wan',
      revision: 4,
      ended: null,
      managed: false,
      changedMs: 0,
      changedBy: '',
      hidden: [],
      values: { id: 'wan', name: 'WAN', ifAlias: '^WAN', position: 3, automatic: true },
    });
    expect(ruleOf(draft)).toEqual({ id: 'wan', name: 'WAN', ifAlias: '^WAN', position: 3, automatic: true });
    draft.ifAlias = ' ';
    draft.exporters = '192.0.2.0/24';
    draft.automatic = false;
    expect(rulePatch(draft)).toMatchObject({
      name: 'WAN',
      ifAlias: null,
      exporters: '192.0.2.0/24',
      position: 3,
      automatic: null,
    });
  });
});
