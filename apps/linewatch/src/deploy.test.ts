/** What is in deploy/ is what this version understands. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { loadConfig } from './config.ts';
import { program } from './program.ts';
import { supervisorStopMs } from './supervising.ts';

const deploy = (name: string): string => path.join(import.meta.dirname, '../../../deploy', name);

/** By name; the last of those that are there more than once. */
function settings(unit: string): Map<string, string> {
  const lines = readFileSync(deploy(unit), 'utf8').split('\n');
  return new Map(
    lines.flatMap((line) => {
      const at = line.indexOf('=');
      return line.startsWith('#') || at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
    }),
  );
}

it.each(['linewatch.service', 'linewatch-collector.service'])('%s starts a command that there is', (unit) => {
  const set = settings(unit);
  const [binary, name, ...options] = set.get('ExecStart')!.split(' ');
  expect(binary).toMatch(/\/\.bin\/linewatch$/);
  const command = program().commands.find((each) => each.name() === name);
  expect(command).toBeDefined();
  const { operands, unknown } = command!.parseOptions(options);
  expect([operands, unknown]).toEqual([[], []]);
  expect(command!.opts<{ data: string }>().data).toBe(`/var/lib/${set.get('StateDirectory')!}`);
  expect(1000 * Number(set.get('TimeoutStopSec'))).toBeGreaterThan(supervisorStopMs);
});

it('collector.example.yaml is a configuration of a collector by itself', () => {
  const { collector, kafka } = loadConfig({ file: deploy('collector.example.yaml'), env: {} });
  expect(collector).toMatchObject({ label: 'hub-north', workers: 2 });
  expect(kafka).toMatchObject({ tls: { enabled: true }, sasl: { mechanism: 'scram-sha-512' }, createTopics: false });
});
