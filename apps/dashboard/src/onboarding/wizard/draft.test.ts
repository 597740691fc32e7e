import { describe, expect, it } from 'vitest';
import {
  addLine,
  bodyOf,
  emptyDraft,
  lineOn,
  linesOfProposal,
  linesOfTemplate,
  parseDraft,
  placeLine,
} from './draft.ts';

const heard = {
  collector: 'main',
  exporter: '192.0.2.7',
  sysName: 'rtr',
  awaiting: false,
  inBps: 10,
  outBps: 90,
  firstSeenMs: 0,
  lastSeenMs: 0,
  suggestions: [],
  index: 3,
  name: 'Gi0/1',
  alias: '',
  speedBps: null,
  exporterId: null,
  inside: false,
};
const proposal = {
  circuits: [
    { role: 'primary', supplier: 'fixed', kind: 'broadband', access: 'fttp', committed: { down: '330M', up: '50M' } },
    { role: 'backup', supplier: 'mobile', kind: 'mobile', access: '4g', committed: null },
  ],
};

describe('what the wizard holds', () => {
  it('comes back as it was kept, and nothing else does', () => {
    const draft = { ...emptyDraft(), name: 'Oakfield', step: 'router' as const, lines: linesOfProposal(proposal) };
    expect(parseDraft(JSON.stringify(draft))).toEqual(draft);
    for (const text of [null, '', '{', 'null', '{"version":2}', '{"version":1,"step":"x","lines":[]}', '[]'])
      expect(parseDraft(text)).toBeUndefined();
  });

  it('puts one line on an interface, by its busier side, and takes it off again', () => {
    let lines = placeLine(linesOfProposal(proposal), 0, heard);
    expect(lineOn(lines, heard)).toMatchObject({ key: 0, download: 'out', place: { exporter: '192.0.2.7', index: 3 } });
    lines = placeLine(lines, 1, heard);
    expect(lineOn(lines, heard)?.key).toBe(1);
    expect(lines[0]?.place).toBeNull();
    lines = placeLine(lines, 1, heard);
    expect(lineOn(lines, heard)).toBeUndefined();
  });

  it('adds a primary line first, then backups, each with a key of its own', () => {
    const lines = addLine(addLine([]));
    expect(lines.map(({ role, key }) => ({ role, key }))).toEqual([
      { role: 'primary', key: 0 },
      { role: 'backup', key: 1 },
    ]);
    expect(addLine(lines.slice(1)).map(({ key, role }) => `${role} ${key}`)).toEqual(['backup 1', 'primary 2']);
  });

  it('sends what was said so far', () => {
    const template = { values: { id: 't', name: 'T', circuits: [{ role: 'primary', provider: 'acme' }] } };
    const draft = {
      ...emptyDraft(),
      name: ' Oakfield ',
      postcode: 'ls1 4ap',
      template: 'template:t',
      lines: placeLine(linesOfTemplate(template), 0, heard),
    };
    const common = { academy: { name: 'Oakfield', postcode: 'LS1 4AP' }, dryRun: true, title: 'new academy Oakfield' };
    expect(bodyOf(draft, [], [], 'school', true)).toEqual({ ...common, circuits: [] });
    expect(bodyOf(draft, [], [], 'lines', true)).toEqual({
      ...common,
      template: 't',
      circuits: [{ role: 'primary', provider: 'acme', download: 'out' }],
    });
    expect(bodyOf({ ...draft, existing: 'oak' }, [{ id: 'x', name: 'X' }], [], 'check', false)).toMatchObject({
      academy: { id: 'oak' },
      existing: true,
      dryRun: false,
      providers: [{ id: 'x', name: 'X' }],
      circuits: [{ exporter: '192.0.2.7', collector: 'main', interface: { name: 'Gi0/1' } }],
    });
  });
});
