import type { Incident } from '@linewatch/contract';
import { describe, expect, it } from 'vitest';
import { actions, bodyOf, draftOf } from './actions.ts';
import { changesOf } from './changes.ts';

const nowMs = Date.UTC(2026, 6, 1, 12);
const incident: Incident = {
  id: 7,
  kind: 'outage',
  state: 'open',
  severity: 'critical',
  title: 'Northfield main line is down',
  cause: 'link',
  circuit: { id: 'line-1', name: 'Main line' },
  academies: [{ id: 'northfield', name: 'Northfield', pupils: 900 }],
  provider: { id: 'acme', name: 'Acme' },
  parent: null,
  members: 0,
  startedMs: nowMs - 3_600_000 - 12_345,
  endedMs: null,
  detectedMs: nowMs - 3_600_000,
  resolvedMs: null,
  flaps: 0,
  backupCarried: false,
  maintenance: false,
  acknowledged: null,
  assignee: null,
  ticket: null,
  supplier: { reportedMs: null, how: null, by: null, reference: null, startedMs: null, fixedMs: null, stops: [] },
  faultClass: null,
  exclusion: null,
  mergedInto: null,
  backdated: false,
  reopened: 0,
  revision: 3,
};
const offered = (of: Incident): string[] => actions.filter(({ when }) => when(of, nowMs)).map(({ name }) => name);

describe('what is offered', () => {
  it('fits the state of the incident', () => {
    expect(offered(incident)).toEqual(expect.arrayContaining(['acknowledge', 'exclude', 'resolve', 'backdate']));
    for (const name of ['unacknowledge', 'include', 'reopen', 'split']) expect(offered(incident)).not.toContain(name);
    const over = offered({ ...incident, state: 'resolved', members: 2 });
    expect(over).toEqual(expect.arrayContaining(['reopen', 'split']));
    expect(over).not.toContain('acknowledge');
  });

  it('is to acknowledge again when an acknowledgement has run out', () => {
    const by = { by: 'Ann', atMs: nowMs - 7_200_000 };
    expect(offered({ ...incident, acknowledged: { ...by, untilMs: nowMs - 1 } })).toContain('acknowledge');
    expect(offered({ ...incident, acknowledged: { ...by, untilMs: null } })).toContain('unacknowledge');
  });
});

describe('a form', () => {
  const draft = (name: Parameters<typeof draftOf>[0]) => draftOf(name, incident, nowMs);

  it('becomes a request with the revision that was read', () => {
    expect(bodyOf('assign', { ...draft('assign'), text: ' Night shift ' }, incident, nowMs)).toEqual({
      body: { action: 'assign', to: 'Night shift', revision: 3 },
    });
    expect(
      bodyOf('exclude', { ...draft('exclude'), code: 'site-power', reason: 'Power cut' }, incident, nowMs),
    ).toEqual({ body: { action: 'exclude', code: 'site-power', reason: 'Power cut', revision: 3 } });
  });

  it('says what is missing before anything is sent', () => {
    const problem = (result: ReturnType<typeof bodyOf>): string => ('problem' in result ? result.problem : '');
    expect(problem(bodyOf('exclude', { ...draft('exclude'), code: 'planned' }, incident, nowMs))).toContain('reason');
    expect(problem(bodyOf('note', draft('note'), incident, nowMs))).toContain('needed');
    expect(problem(bodyOf('merge', { ...draft('merge'), into: '7', reason: 'x' }, incident, nowMs))).toContain(
      'itself',
    );
    expect(
      problem(bodyOf('ticket', { ...draft('ticket'), text: '1', url: 'javascript:1' }, incident, nowMs)),
    ).toContain('https://');
    expect(
      problem(bodyOf('acknowledge', { ...draft('acknowledge'), until: '2026-07-01T12:59' }, incident, nowMs)),
    ).toContain('past');
    expect(
      problem(
        bodyOf(
          'backdate',
          { ...draft('backdate'), ended: '2026-07-01T11:00', reason: 'x' },
          { ...incident, startedMs: nowMs },
          nowMs,
        ),
      ),
    ).toContain('before it begins');
  });

  it('does not move a time that nobody touched, though it shows only minutes', () => {
    const ended = { ...draft('backdate'), ended: '2026-07-01T12:45', reason: 'It was back' };
    expect(bodyOf('backdate', ended, incident, nowMs)).toEqual({
      body: { action: 'backdate', endedMs: Date.UTC(2026, 6, 1, 11, 45), reason: 'It was back', revision: 3 },
    });
    expect(bodyOf('backdate', { ...draft('backdate'), reason: 'x' }, incident, nowMs)).toEqual({
      problem: 'Neither time is another one.',
    });
    const told = { ...incident, supplier: { ...incident.supplier, startedMs: nowMs - 1234, reference: 'F1' } };
    expect(bodyOf('supplier', draftOf('supplier', told, nowMs), told, nowMs)).toEqual({
      body: { action: 'supplier', startedMs: nowMs - 1234, fixedMs: null, reference: 'F1', stops: [], revision: 3 },
    });
  });
});

it('tells what someone else changed meanwhile, and nothing else', () => {
  const now: Incident = { ...incident, revision: 4, assignee: 'Ben', state: 'recovering' };
  expect(changesOf(incident, now)).toEqual([
    { what: 'State', before: 'Open', now: 'Recovering' },
    { what: 'Assigned to', before: 'no one', now: 'Ben' },
  ]);
  expect(changesOf(incident, { ...incident, revision: 9 })).toEqual([]);
});
