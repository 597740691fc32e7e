import type { StreamAcademy } from '@linewatch/contract';
import { expect, it } from 'vitest';
import { parseStreamEvent } from './connection.ts';
import { Held } from './held.ts';

const line = {
  state: null,
  sinceMs: null,
  circuits: 1,
  down: 0,
  onBackup: false,
  maintenance: false,
  incidents: 0,
};

function academy(id: string, inBps: number, cells: [number, number, number][]): StreamAcademy {
  return { id, line, inBps, outBps: 0, state: 'reporting', lastSeenMs: 1, cells };
}

it('knows nothing before the first snapshot, even after an update', () => {
  const held = new Held();
  held.add({ kind: 'update', event: { nowMs: 1, academies: [academy('a', 1, [])] } });
  expect(held.snapshot()).toBeNull();
});

it('merges updates into the snapshot, cell by cell', () => {
  const held = new Held();
  const first = { nowMs: 100_000, academies: [academy('a', 1, [[80, 1, 1]]), academy('b', 2, [])] };
  held.add({ kind: 'snapshot', event: first });
  const next: [number, number, number][] = [
    [80, 5, 5],
    [90, 7, 7],
  ];
  held.add({ kind: 'update', event: { nowMs: 101_000, academies: [academy('a', 9, next)] } });
  expect(held.snapshot()).toEqual({ nowMs: 101_000, academies: [academy('a', 9, next), academy('b', 2, [])] });
});

it('starts anew with a snapshot', () => {
  const held = new Held();
  held.add({ kind: 'snapshot', event: { nowMs: 1, academies: [academy('a', 1, [])] } });
  held.add({ kind: 'snapshot', event: { nowMs: 2, academies: [academy('b', 1, [])] } });
  expect(held.snapshot()?.academies.map(({ id }) => id)).toEqual(['b']);
});

it('forgets cells that the stream no longer changes', () => {
  const held = new Held();
  held.add({ kind: 'snapshot', event: { nowMs: 100_000, academies: [academy('a', 1, [[90, 1, 1]])] } });
  held.add({ kind: 'update', event: { nowMs: 300_000, academies: [academy('a', 1, [[290, 1, 1]])] } });
  expect(held.snapshot()?.academies[0]?.cells).toEqual([[290, 1, 1]]);
});

it('passes over messages that are no stream events', () => {
  for (const text of [
    '',
    'null',
    '1',
    '{}',
    '{"nowMs":1}',
    '{"nowMs":"1","academies":[]}',
    '{"nowMs":1,"academies":{}}',
  ]) {
    expect(parseStreamEvent(text)).toBeNull();
  }
  expect(parseStreamEvent('{"nowMs":1,"academies":[]}')).toEqual({ nowMs: 1, academies: [] });
});
