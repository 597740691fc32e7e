/** `linewatch import`: the estate, a table of it, the school register, or another program's devices. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  type FileFormat,
  type FileProblem,
  type ImportBody,
  type ImportResult,
  type Kind,
  decodeFile,
  kindNames,
  kinds,
} from '@linewatch/contract';
import { checkEstateFile, formatFileProblem } from '@linewatch/estate';
import { labelKey } from '@linewatch/record';
import { LinewatchError } from '@linewatch/service';
import { type CommonOptions, effectiveConfig } from '../context.ts';
import { commandActor, withEstate } from './with-estate.ts';

export class ImportError extends LinewatchError<'estate_invalid' | 'estate_unreadable'> {}

export interface ImportCommandOptions extends CommonOptions {
  readonly format?: FileFormat;
  readonly kind?: Kind;
  readonly trust?: string;
  readonly map?: readonly string[];
  readonly with?: string;
  readonly membership?: string;
  readonly group?: string;
  readonly urn?: readonly number[];
  readonly place?: readonly string[];
  readonly accept?: readonly string[];
  readonly prune?: boolean;
  readonly dryRun?: boolean;
}

/** The whole national register is about 70 MB. */
const maxFileBytes = 200 * 1024 * 1024;

/** @throws ImportError */
export function readFile(file: string): string {
  try {
    if (statSync(file).size > maxFileBytes)
      throw new ImportError('estate_unreadable', `${file} is over ${maxFileBytes / 1024 / 1024} MiB`);
    return decodeFile(readFileSync(file));
  } catch (cause) {
    if (cause instanceof ImportError) throw cause;
    throw new ImportError('estate_unreadable', `${file} cannot be read`, { cause });
  }
}

/** By its name and first line. */
function formatOf(file: string, text: string): FileFormat {
  const head = text.slice(0, 20_000).split(/\r?\n/, 1)[0]!.toLowerCase();
  if (!/\.(csv|tsv|txt|json)$/i.test(file)) return 'yaml';
  if (head.includes('group uid') && head.includes('date joined')) return 'membership';
  if (head.includes('establishmentname') && head.includes('urn')) return 'register';
  if (/\.json$/i.test(file))
    throw new ImportError('estate_invalid', `${file}: say which program it is of: --format librenms, netbox or prtg`);
  return 'csv';
}

/** `circuits.csv` is of circuits. */
const kindOf = (file: string): Kind | undefined => {
  const name = path.basename(file).toLowerCase();
  return kindNames.find((kind) => name.startsWith(kinds[kind].list) || name.startsWith(kind));
};

function pairs(what: string, given: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    given.map((each) => {
      const at = each.indexOf('=');
      if (at < 1) throw new ImportError('estate_invalid', `${what} must be like field=Header, not "${each}"`);
      return [each.slice(0, at), each.slice(at + 1)];
    }),
  );
}

function bodyOf(file: string, text: string, options: ImportCommandOptions): ImportBody {
  const format = options.format ?? formatOf(file, text);
  const kind = format === 'csv' ? (options.kind ?? kindOf(file)) : undefined;
  if (format === 'csv' && kind === undefined)
    throw new ImportError('estate_invalid', `${file}: say with --kind what its rows are: ${kindNames.join(', ')}`);
  return {
    format,
    text,
    ...(kind && { kind }),
    ...(options.map && { mapping: pairs('--map', options.map) }),
    ...(options.with !== undefined && { second: readFile(options.with) }),
    ...(options.membership !== undefined && { membership: readFile(options.membership) }),
    ...(options.group !== undefined && { group: options.group }),
    ...(options.urn && { urns: [...options.urn] }),
    ...(options.place && { places: pairs('--place', options.place) }),
    ...(options.accept && { accept: [...options.accept] }),
    dryRun: options.dryRun === true,
    prune: options.prune === true,
    title: `import of ${path.basename(file)}`.slice(0, 200),
  };
}

const someOf = (names: readonly string[]): string =>
  names.slice(0, 10).join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '');

/** What an import did, for people. */
export function report(file: string, { counts, notes, proposals, dryRun, batch, version }: ImportResult): string {
  const lines = kindNames.flatMap((kind) => {
    const count = counts[kind];
    if (!count) return [];
    const { added, changed, unchanged, ended, absent } = count;
    if (added + changed + unchanged + ended + absent.length === 0) return [];
    const said = Object.entries({ added, changed, unchanged, ended })
      .filter(([, n]) => n > 0)
      .map(([what, n]) => `${n} ${what}`);
    if (absent.length > 0) said.push(`${absent.length} not in the file, left as they are (${someOf(absent)})`);
    return [`${kinds[kind].list}: ${said.join(', ')}`];
  });
  const offered = proposals.map(
    ({ circuit, exporter, interface: at, alias }) =>
      `${circuit} is on ${exporter} ${at.index === undefined ? `ifName ${at.name ?? ''}` : `ifIndex ${at.index}`} ("${alias}"): take it with --accept ${circuit}`,
  );
  const end = dryRun
    ? `${file} has no problems; this was a dry run, and nothing was changed`
    : batch === null
      ? `nothing to change: the estate is as the file says (version ${version})`
      : `estate version ${version}; take it back with: linewatch undo ${batch}`;
  return [...notes.map((note) => `note: ${note}`), ...lines, ...offered, end].map((line) => `${line}\n`).join('');
}

/** @throws ImportError that lists every problem with its line, or its row and column. */
export async function importFile(file: string, options: ImportCommandOptions): Promise<void> {
  const text = readFile(file);
  const body = bodyOf(file, text, options);
  // What the file says by itself is told before anything is opened.
  const own = body.format === 'yaml' ? checkEstateFile(text, labelKey) : undefined;
  const config = await effectiveConfig(options);
  const trust = options.trust ?? own?.trust?.id ?? config.trust;
  if (![config, ...config.trusts].some((each) => each.trust === trust))
    process.stderr.write(
      `note: this installation collects for the trust "${config.trust}", the file is of "${trust}": ` +
        `its circuits show data only from collectors of that trust\n`,
    );
  const result = await withEstate(config, (estate) => estate.importFile({ ...body, trust, actor: commandActor() }));
  if (!result.applied) {
    // The path of such a problem is a field that no column is.
    const hint = (problem: FileProblem): string =>
      body.format === 'csv' && problem.row === 1 && problem.column === null && problem.path !== ''
        ? `; say which it is with --map ${problem.path}=Header, or add one`
        : '';
    const lines = result.problems.map((problem) => `${file}: ${formatFileProblem(problem)}${hint(problem)}`);
    const many = lines.length === 1 ? '1 problem' : `${lines.length} problems`;
    throw new ImportError('estate_invalid', `${file} has ${many}; nothing was imported\n${lines.join('\n')}`);
  }
  process.stdout.write(report(file, result));
}
