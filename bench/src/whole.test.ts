import { expect, test } from 'vitest';
import { partOf } from './whole.ts';

test('a process is told from its command line', () => {
  expect(partOf('/x/node /y/apps/linewatch/src/main.ts collector')).toBe('collector');
  expect(partOf('/x/node /y/apps/linewatch/src/main.ts up --config /tmp/api.yaml')).toBe('supervisor');
  expect(partOf('/x/node /y/apps/linewatch/src/engines/clickhouse-child.ts')).toBe('clickhouse');
  expect(partOf('/x/bin/postgres -D /tmp/data')).toBe('postgres');
  expect(partOf('sh')).toBe('other');
});
