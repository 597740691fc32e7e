import type { CircuitLine } from '@linewatch/contract';
import { expect, test } from 'vitest';
import { type AcademyCircuit, academyLine, noLine } from './lines.ts';

type State = CircuitLine['state'];

const line = (state: State, sinceMs: number | null = 100, more: Partial<CircuitLine> = {}): AcademyCircuit => ({
  role: 'primary',
  line: { state, cause: 'none', sinceMs, maintenance: false, incident: null, ...more },
});
const backup = (state: State): AcademyCircuit => ({ ...line(state), role: 'backup' });

test('an academy without circuits has no state', () => {
  expect(academyLine([])).toEqual(noLine);
});

test.each<[string, AcademyCircuit[], State]>([
  ['nothing was told of its line', [line(null, null)], null],
  ['all are up', [line('up'), backup('up')], 'up'],
  ['one is up and nothing was told of another', [line('up'), line(null)], 'up'],
  ['one is up and another cannot be seen', [line('up'), line('unknown')], 'up'],
  ['one is up and another degraded', [line('up'), line('degraded')], 'degraded'],
  ['one is up and another down', [line('up'), line('down')], 'degraded'],
  ['its only line is degraded', [line('degraded')], 'degraded'],
  ['all are down', [line('down'), backup('down')], 'down'],
  ['one is down and the other cannot be seen', [line('down'), line('unknown')], 'unknown'],
  ['none can be seen', [line('unknown')], 'unknown'],
])('where %s it is so', (_what, circuits, state) => {
  expect(academyLine(circuits).state).toBe(state);
});

test('it is down since its last line went, and in trouble since the first did', () => {
  expect(academyLine([line('down', 100), line('down', 300)])).toMatchObject({ state: 'down', sinceMs: 300, down: 2 });
  expect(academyLine([line('up', 50), line('down', 300), line('degraded', 200)])).toMatchObject({ sinceMs: 200 });
});

test('it is on its backup when every primary line is down and a backup carries', () => {
  expect(academyLine([line('down'), backup('up')]).onBackup).toBe(true);
  expect(academyLine([line('down'), line('up'), backup('up')]).onBackup).toBe(false);
  expect(academyLine([line('down'), backup('down')]).onBackup).toBe(false);
  expect(academyLine([backup('up')]).onBackup).toBe(false);
});

test('one incident of two lines is one', () => {
  const circuits = [
    line('down', 1, { incident: 7 }),
    line('down', 1, { incident: 7 }),
    line('up', 1, { maintenance: true }),
  ];
  expect(academyLine(circuits)).toMatchObject({ incidents: 1, maintenance: true, circuits: 3 });
});
