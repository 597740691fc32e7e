/** The layout that ARCHITECTURE.md describes, held to: who may import whom. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '..');

/** Workspace packages that each package may depend on. */
const mayImport: Record<string, readonly string[]> = {
  'packages/service': [],
  'packages/record': [],
  'packages/contract': [],
  'packages/sla': [],
  'packages/decode': ['record'],
  'packages/queue': ['service'],
  'packages/store': ['record', 'service'],
  'packages/estate': ['contract', 'record', 'service'],
  'packages/alerting': ['contract', 'figures', 'sla'],
  'packages/figures': ['contract', 'estate', 'sla'],
  'apps/collector': ['decode', 'queue', 'record', 'service', 'sla'],
  'apps/writer': ['estate', 'queue', 'record', 'service', 'store'],
  'apps/watcher': ['contract', 'estate', 'queue', 'record', 'service', 'sla'],
  'apps/notifier': ['alerting', 'contract', 'estate', 'figures', 'service', 'sla'],
  'apps/api': ['alerting', 'contract', 'estate', 'figures', 'queue', 'record', 'service', 'sla', 'store'],
  'apps/dashboard': ['contract'],
};

interface Manifest {
  readonly name: string;
  readonly exports?: unknown;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

const manifest = (directory: string): Manifest =>
  JSON.parse(readFileSync(path.join(root, directory, 'package.json'), 'utf8')) as Manifest;

const directories = ['packages', 'apps'].flatMap((group) =>
  readdirSync(path.join(root, group)).map((name) => `${group}/${name}`),
);

function sources(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : sources(file);
    return /\.(ts|svelte)$/.test(entry.name) ? [file] : [];
  });
}

describe('the layout', () => {
  it('has the packages and apps of the table, and the command that imports them all', () => {
    expect(directories.toSorted()).toEqual([...Object.keys(mayImport), 'apps/linewatch'].toSorted());
  });

  it.each(Object.keys(mayImport))('%s depends only on what it may', (directory) => {
    const { dependencies = {} } = manifest(directory);
    const ours = Object.keys(dependencies).filter((name) => name.startsWith('@linewatch/') || name === 'linewatch');
    expect(ours.filter((name) => !mayImport[directory]!.includes(name.slice('@linewatch/'.length)))).toEqual([]);
  });

  it.each(directories.filter((directory) => directory !== 'apps/dashboard'))('%s has one entry', (directory) => {
    const { exports } = manifest(directory);
    if (directory === 'apps/linewatch') return;
    expect(exports).toBe('./src/index.ts');
    expect(existsSync(path.join(root, directory, 'src/index.ts'))).toBe(true);
  });

  it.each(directories)(
    '%s imports only what its package.json names, and never from inside another package',
    (directory) => {
      const { dependencies = {}, devDependencies = {} } = manifest(directory);
      const rootOnly = Object.keys(manifest('.').devDependencies ?? {});
      for (const file of sources(path.join(root, directory))) {
        const isTest = /\.(test|suite)\.ts$/.test(file);
        for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(
          /^(?:import|export)\b[^'"\n;]*?from ['"]([^'"]+)['"]/gm,
        )) {
          if (specifier.startsWith('node:')) continue;
          if (specifier.startsWith('.')) {
            const target = path.relative(path.join(root, directory), path.resolve(path.dirname(file), specifier));
            expect({ file, specifier, outside: target.startsWith('..') }).toEqual({ file, specifier, outside: false });
            continue;
          }
          const name = specifier
            .split('/')
            .slice(0, specifier.startsWith('@') ? 2 : 1)
            .join('/');
          const known = name in dependencies || name in devDependencies || (isTest && rootOnly.includes(name));
          expect({ file, name, known }).toEqual({ file, name, known: true });
          if (name.startsWith('@linewatch/')) expect(specifier).toBe(name);
        }
      }
    },
  );

  it('names every version once, in the catalog', () => {
    for (const directory of ['.', 'bench', ...directories]) {
      const { dependencies = {}, devDependencies = {} } = manifest(directory);
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
        expect({ directory, name, version }).toEqual({
          directory,
          name,
          version: name === 'linewatch' || name.startsWith('@linewatch/') ? 'workspace:*' : 'catalog:',
        });
    }
  });

  it('keeps SQL in store and estate', () => {
    const statement = /['"`]\s*(SELECT|INSERT INTO|ALTER TABLE|CREATE TABLE|UPDATE \w+ SET|DELETE FROM)\s/;
    for (const directory of directories) {
      if (directory === 'packages/store' || directory === 'packages/estate') continue;
      for (const file of sources(path.join(root, directory)).filter((name) => !name.includes('.test.')))
        // The engine's own start is a query, too.
        if (!file.includes('/engines/'))
          expect({ file, sql: statement.test(readFileSync(file, 'utf8')) }).toEqual({ file, sql: false });
    }
  });
});
