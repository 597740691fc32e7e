import type { Alert } from '@linewatch/alerting';
import type { Academy, Circuit, Provider } from '@linewatch/estate';
import { expect, it } from 'vitest';
import { notifiedAlert } from './notification.ts';
import { Subjects } from './subjects.ts';
import { subjectOf } from './surroundings.ts';

const t0 = Date.UTC(2026, 8, 14, 8);
const circuit = (id: number, academy: number, providerRow: number, kind: Circuit['kind']): Circuit => ({
  ...{ id, slug: `c${id}`, name: `Line ${id}`, trust: 1, academy, provider: '', providerRow, site: null, kind },
  ...{ contract: null, role: 'primary', exporter: null, collector: 'main', interface: null },
  ...{ tunnel: null, probe: null, parent: null, pop: null, downloadSide: 'in', committedDownBps: null },
  ...{ committedUpBps: null, validFromMs: null, validToMs: null },
});
const academy = (id: number): Academy => ({
  ...{ id, slug: `a${id}`, name: `School ${id}`, pupils: 10, phase: null, urn: null, postcode: null, networks: [] },
  ...{ trust: 1, endedMs: null },
});
const provider = (id: number): Provider => ({ id, slug: `p${id}`, name: `Supplier ${id}`, trust: 1, endedMs: null });
const subjects = new Subjects({
  snapshot: {
    ...{ version: 1, trusts: [{ id: 1, key: 7, label: 'main', name: 'Trust' }] },
    ...{ providers: [provider(1), provider(2)], academies: [academy(1), academy(2)] },
    circuits: [circuit(1, 1, 1, null), circuit(2, 1, 2, 'filtering'), circuit(3, 2, 2, 'filtering')],
  },
  records: new Map(),
});

it('what is said of all lines of a supplier or an academy is of filtering where these all filter', () => {
  const filters = (of: { academy?: number; provider?: number }) =>
    subjectOf(subjects, { ...{ trust: 1, circuit: null, academy: null, provider: null }, ...of }).filters;
  expect([1, 2].map((of) => filters({ provider: of }))).toEqual([false, true]);
  expect([1, 2].map((of) => filters({ academy: of }))).toEqual([false, true]);
  expect(filters({})).toBe(false);
});

it('a ticket of what carries several lines names none that filters', () => {
  const alert: Alert = {
    ...{ key: 'site-down/i5', trust: 1, rule: 'site-down', kind: 'site-down', severity: 'critical', labels: {} },
    ...{ title: 'School 1: all lines down', text: '', startedMs: t0, endedMs: null, incident: 5, circuit: null },
    ...{ academy: 1, provider: null, parent: null, acknowledged: null, quietUntilMs: null, safeguarding: false },
  };
  const entry = { incident: 5, atMs: t0, kind: 'member' };
  const entries = [
    { ...entry, text: 'Line 1: down', circuit: 1 },
    { ...entry, text: 'Line 2: down', circuit: 2 },
  ];
  const findings = { timelines: new Map([[5, { detectedMs: t0, members: 2, entries }]]), fixDue: new Map() };
  const told = notifiedAlert(alert, 0, { subjects, findings, publicUrl: undefined });
  expect(told.evidence.map(({ text }) => text)).toEqual(['Line 1: down']);
});
