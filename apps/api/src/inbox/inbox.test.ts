/** What is suggested and drafted, from records and what is heard. The whole of it is in test/system/onboarding.test.ts. */
import type { EstateRecord, Kind, MapBody } from '@linewatch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mappingsOf } from './automatic.ts';
import { Heard } from './draft.ts';
import { knownOf } from './known.ts';
import { type May, draftMap } from './map.ts';
import { draftOnboard } from './onboard.ts';
import { type Picture, pictureOf } from './picture.ts';
import { proposalChanges } from './proposals.ts';
import { NameIndex } from './resemblance.ts';
import { type Candidate, type RuleValues, Rules, compileRule } from './rule.ts';
import { freeId } from './text.ts';

const record = (
  kind: Kind,
  values: { id: string; [field: string]: unknown },
  ended: number | null = null,
): EstateRecord => ({
  kind,
  id: values.id,
  revision: 3,
  ended,
  managed: false,
  changedMs: 0,
  changedBy: 'test',
  values,
  hidden: [],
});
const academies = [
  record('academy', { id: 'hill', name: 'Hill Valley Primary School', networks: ['192.0.2.0/28'] }),
  record('academy', { id: 'mill-lane', name: 'Mill Lane Academy' }),
];
const provider = record('provider', { id: 'acme', name: 'Acme' });
const open = (id: string, academy: string, over: object = {}) =>
  record('circuit', { id, name: `${id} line`, academy, provider: 'acme', role: 'primary', ...over });

const heard = (over: Partial<Candidate> = {}): Candidate => ({
  source: `1/1/${over.exporter ?? '203.0.113.9'}`,
  collector: 'main',
  exporter: '203.0.113.9',
  index: 2,
  name: 'Gi0/2',
  alias: '',
  sysName: '',
  speedBps: null,
  lastSeenMs: 1,
  inBps: 10,
  outBps: 1,
  circuit: null,
  beside: [],
  ...over,
});
const picture = (records: readonly EstateRecord[], candidates: readonly Candidate[]): Promise<Picture> =>
  pictureOf({
    nowMs: 1,
    trust: 'north',
    known: knownOf(1, [...academies, provider, ...records]),
    planVersion: 1,
    candidates,
    exporters: [],
  });
const suggested = async (candidate: Candidate, ...records: EstateRecord[]) =>
  (await picture(records, [candidate])).interfaces[0]!.suggestions.map(({ reason, academy, circuit, problem }) => ({
    reason,
    academy,
    circuit,
    ...(problem !== '' && { problem }),
  }));

describe('rules', () => {
  const rule = (values: Partial<RuleValues>) => {
    const compiled = compileRule({ id: 'r', name: 'R', ...values });
    if ('problems' in compiled) throw new Error(JSON.stringify(compiled.problems));
    return compiled.rule;
  };

  it('fit when every part does, and read academy and circuit from named groups', () => {
    const own = rule({
      sysName: '^(?P<academy>[a-z]+)-rtr',
      ifAlias: 'cct (?<circuit>\\w+)',
      exporters: '203.0.113.0/24',
    });
    expect(own.fit(heard({ sysName: 'hill-rtr-1', alias: 'WAN cct A17' }))).toMatchObject({
      academy: 'hill',
      circuit: 'A17',
    });
    expect(own.fit(heard({ sysName: 'hill-rtr-1' }))).toBeUndefined();
    expect(own.fit(heard({ sysName: 'hill-rtr-1', alias: 'cct 1', exporter: '192.0.2.1' }))).toBeUndefined();
    expect(rule({ ifName: 'Gi', ifIndex: 3 }).fit(heard())).toBeUndefined();
    expect(rule({ ifName: 'Gi', collector: 'branch' }).fit(heard())).toBeUndefined();
  });

  it.each([
    [{ ifAlias: '(?=x)' }, 'ifAlias'],
    [{ ifName: '(' }, 'ifName'],
    [{ sysName: '(a{30}){30}' }, 'sysName'],
    [{ exporters: 'nowhere' }, 'exporters'],
    [{ ifIndex: 1 }, ''],
  ])('say what is wrong with %j', (values, path) => {
    expect(compileRule({ id: 'r', name: 'R', ...values })).toMatchObject({ problems: [{ path }] });
  });

  it('are asked in their order, those that ignore first, whether they name one address or many', () => {
    const rules = new Rules([
      rule({ id: 'late', ifName: 'Gi', position: 9 }),
      rule({ id: 'host', exporters: '203.0.113.9/32', position: 5 }),
      rule({ id: 'first', ifName: 'Gi', position: 1 }),
    ]);
    expect(rules.first(heard())?.rule.id).toBe('first');
    expect(rules.first(heard({ name: 'Te' }))?.rule.id).toBe('host');
    const ignoring = new Rules([
      ...rules.all,
      rule({ id: 'no', exporters: '203.0.113.9/32', position: 99, ignore: true }),
    ]);
    expect(ignoring.first(heard())?.rule.id).toBe('no');
    expect(ignoring.first(heard({ exporter: '203.0.113.8' }))?.rule.id).toBe('first');
  });

  it('agree with asking each in turn, whatever they are', () => {
    const some = fc.record({
      exporters: fc.constantFrom('203.0.113.9/32', '203.0.113.0/24', '2001:db8::1/128', '2001:db8::/32'),
      position: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(
        fc.array(some, { maxLength: 8 }),
        fc.constantFrom('203.0.113.9', '203.0.113.8', '2001:db8::1', '2001:db8::2'),
        (values, exporter) => {
          const rules = new Rules(values.map((each, i) => rule({ id: `r${i}`, ...each })));
          const candidate = heard({ exporter });
          expect(rules.first(candidate)?.rule).toBe(rules.all.find((each) => each.fit(candidate)));
        },
      ),
    );
  });
});

describe('names', () => {
  it('resemble an academy by the words that few have', () => {
    const index = new NameIndex([
      { id: 'hill', name: 'Hill Valley Primary School' },
      { id: 'mill-lane', name: 'Mill Lane Academy' },
      { id: 'hill-top', name: 'Hill Top Academy' },
    ]);
    expect(index.find('rtr-hill-valley-01')).toEqual(['hill']);
    expect(index.find('MillLane millrtr mill01')).toEqual(['mill-lane']);
    expect(index.find('primary school router')).toEqual([]);
    expect(index.find('')).toEqual([]);
  });

  it('make ids that are free and valid', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (text) => {
        const first = freeId(text, 'other', () => false);
        const second = freeId(text, 'other', (id) => id === first);
        for (const id of [first, second]) expect(id).toMatch(/^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/);
        expect(second).not.toBe(first);
      }),
    );
  });
});

describe('suggestions', () => {
  it('say whose network, device, exporter and name it is, and which line waits', async () => {
    expect(await suggested(heard({ exporter: '192.0.2.3' }))).toEqual([
      { reason: 'network', academy: 'hill', circuit: null },
    ]);
    expect(await suggested(heard({ sysName: 'mill-lane-gw' }), open('mill-1', 'mill-lane'))).toEqual([
      { reason: 'name', academy: 'mill-lane', circuit: 'mill-1' },
    ]);
    const exporter = record('exporter', { id: 'e', address: '203.0.113.9', collector: 'main', academy: 'hill' });
    expect(await suggested(heard(), exporter)).toEqual([{ reason: 'exporter', academy: 'hill', circuit: null }]);
    const placed = open('mill-2', 'mill-lane', { exporter: '203.0.113.9', interface: { index: 1 } });
    expect(await suggested(heard({ beside: ['mill-2'] }), placed)).toEqual([
      { reason: 'device', academy: 'mill-lane', circuit: null },
    ]);
    const line = open('hill-9', 'hill', { reference: 'ABC 123/456' });
    expect(await suggested(heard({ alias: 'WAN abc123-456 up' }), line)).toEqual([
      { reason: 'reference', academy: 'hill', circuit: 'hill-9' },
    ]);
  });

  it('of a rule that cannot be followed say why', async () => {
    const rule = record('rule', { id: 'r', name: 'R', ifAlias: '^to (?P<academy>.+)$' });
    const [none] = await suggested(heard({ alias: 'to nowhere' }), rule);
    expect(none).toMatchObject({
      reason: 'rule',
      academy: null,
      problem: expect.stringContaining('no academy "nowhere"') as string,
    });
    const [two] = await suggested(heard({ alias: 'to hill' }), rule, open('a', 'hill'), open('b', 'hill'));
    expect(two).toMatchObject({ academy: 'hill', problem: expect.stringContaining('2 circuits') as string });
  });

  it('are not made of a device that carries several academies', async () => {
    const placed = ['hill', 'mill-lane'].map((academy, i) =>
      open(`c${i}`, academy, { exporter: '203.0.113.9', interface: { index: i + 5 } }),
    );
    const { interfaces } = await picture(placed, [heard({ beside: ['c0', 'c1'] })]);
    expect(interfaces[0]).toMatchObject({ inside: false, suggestions: [] });
  });
});

describe('automatic rules', () => {
  const rule = record('rule', { id: 'r', name: 'R', ifAlias: '^to (?P<academy>.+)$', automatic: true });

  it('map an open circuit, unless two interfaces fit it or the rule only suggests', async () => {
    const one = [heard({ alias: 'to hill' })];
    const two = [...one, heard({ alias: 'to hill', index: 3, name: 'Gi0/3' })];
    const mappings = mappingsOf(await picture([rule, open('hill-1', 'hill')], one));
    expect(mappings).toMatchObject([{ rule: 'r', circuit: 'hill-1' }]);
    expect(mappings[0]!.changes).toEqual([
      expect.objectContaining({ kind: 'exporter', op: 'create' }),
      {
        kind: 'circuit',
        id: 'hill-1',
        op: 'update',
        revision: 3,
        values: { exporter: '203.0.113.9', collector: 'main', interface: { name: 'Gi0/2' } },
      },
    ]);
    expect(mappingsOf(await picture([rule, open('hill-1', 'hill')], two))).toEqual([]);
    const shy = record('rule', { ...(rule.values as { id: string }), automatic: false });
    expect(mappingsOf(await picture([shy, open('hill-1', 'hill')], one))).toEqual([]);
    expect(
      mappingsOf(await picture([rule, open('hill-1', 'hill')], [heard({ alias: 'to hill', circuit: 'x' })])),
    ).toEqual([]);
  });
});

describe('mapping', () => {
  const all: May = { academy: () => true, all: true, device: () => true };
  const draft = (body: MapBody, may: May = all, ...records: EstateRecord[]) =>
    draftMap(
      knownOf(1, [...academies, provider, ...records]),
      new Heard([heard(), heard({ index: 3, name: 'Gi0/2' })]),
      body,
      may,
    );

  it('names an interface by ifName only where no other has it', () => {
    const item = (index: number) => ({ exporter: '203.0.113.9', interface: index, circuit: 'c' });
    const made = draft({ items: [item(2)] }, all, open('c', 'hill'));
    expect(made.problems).toEqual([]);
    expect(made.changes[1]).toMatchObject({ id: 'c', values: { interface: { index: 2 } } });
  });

  it('of someone for one academy reaches neither others nor new ones, and does not tell what there is', () => {
    const may: May = {
      academy: (id) => id === 'hill',
      all: false,
      device: (_collector, address) => address === '203.0.113.9',
    };
    const at = (exporter: string) => ({ exporter, interface: 2 });
    const items = [
      { ...at('203.0.113.9'), circuit: 'mill-1' },
      { ...at('203.0.113.9'), circuit: 'is-not-there', interface: 3 },
      { ...at('203.0.113.9'), newCircuit: { provider: 'acme' }, newAcademy: { name: 'New' }, interface: 4 },
      { ...at('198.51.100.1'), circuit: 'hill-1' },
    ];
    const { problems } = draft({ items }, may, open('mill-1', 'mill-lane'), open('hill-1', 'hill'));
    expect(problems.map(({ index, code }) => [index, code])).toEqual([0, 1, 2, 3].map((index) => [index, 'forbidden']));
    expect(new Set(problems.map(({ message }) => message)).size).toBe(1);
  });
});

describe('on-boarding', () => {
  it('makes each line of a proposed template', () => {
    const empty = knownOf(1, []);
    const changes = proposalChanges(empty, { proposals: ['primary-school'] });
    expect(changes.map(({ kind }) => kind)).toEqual(['profile', 'provider', 'provider', 'template']);
    const known = knownOf(
      2,
      changes.map(({ kind, values }) => record(kind, values as { id: string })),
    );
    expect(proposalChanges(known, { proposals: ['primary-school'] })).toEqual([]);
    const draft = draftOnboard(known, new Heard([]), { template: 'primary-school', academy: { name: 'Élan Primary' } });
    expect(draft.problems).toEqual([]);
    expect(draft.changes.map(({ id }) => id)).toEqual(['elan-primary', 'elan-primary-primary', 'elan-primary-backup']);
    expect(draft.changes[0]!.values).toMatchObject({ phase: 'Primary', profile: 'primary-standard' });
  });

  it('says that a template is not there', () => {
    const draft = draftOnboard(knownOf(1, []), new Heard([]), { template: 'gone', academy: { name: 'New' } });
    expect(draft.problems).toMatchObject([{ kind: 'template', code: 'missing' }]);
  });
});
