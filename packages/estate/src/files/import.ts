/** Files in: read, planned against what there is, applied as one batch. */
import {
  type Change,
  type ChangeProblem,
  type EstateRecord,
  type FileProblem,
  type ImportBody,
  type ImportResult,
  fileFormats,
  kinds,
} from '@linewatch/contract';
import { isObject } from '../records/merge.ts';
import type { Actor, Records } from '../records/records.ts';
import { readCsv } from './csv.ts';
import { type Document, type ReadFile, inOrder, problemAt } from './document.ts';
import { fieldsOf, getAt, textAt } from './fields.ts';
import { readInventory } from './inventory.ts';
import { type Plan, plan } from './plan.ts';
import { readMembers, readRegister } from './register.ts';
import { readYaml } from './yaml.ts';

export interface ImportRequest extends ImportBody {
  /** Label; without it a YAML file says it. */
  readonly trust?: string | undefined;
  readonly actor: Actor;
  /** The file is the source of truth: what it makes is changed by it only. */
  readonly managed?: boolean | undefined;
}

export interface ImportPorts {
  readonly records: Records;
  /** Academy by each URN that it has, or had. */
  readonly urns: (trust: string) => Promise<ReadonlyMap<number, string>>;
  readonly labelKey: (label: string) => number;
}

/** Someone else may change the estate between reading and applying: it is planned again this often. */
const maxTries = 6;
const maxShownChanges = 1000;

const fail = (message: string, path = ''): ReadFile => ({
  documents: [],
  problems: [{ row: null, line: null, column: null, path, message }],
  kinds: [],
  whole: false,
});

async function read(
  ports: ImportPorts,
  request: ImportRequest,
  trust: string,
  current: readonly EstateRecord[],
): Promise<ReadFile> {
  const { format, text, kind, mapping, second, membership, group, urns: only, places, accept } = request;
  switch (format) {
    case 'yaml':
      return readYaml(text);
    case 'csv':
      return kind
        ? readCsv(text, { kind, current, ...(mapping && { mapping }) })
        : fail('say which kind the table is of', 'kind');
    case 'register':
      return readRegister(text, { current, urns: await ports.urns(trust), only, group, membership, links: second });
    case 'membership':
      return readMembers(text, { urns: await ports.urns(trust), group });
    case 'librenms':
    case 'netbox':
    case 'prtg':
      return readInventory(text, { current, format, second, places, accept });
  }
}

/** Plain secrets in place of the stars, of the credentials for which the file has some: to tell whether they change. */
async function withSecrets(
  records: Records,
  trust: string,
  current: readonly EstateRecord[],
  file: ReadFile,
): Promise<readonly EstateRecord[]> {
  const secret = fieldsOf('credential').filter(({ sensitive }) => sensitive === 'secrets');
  const given = file.documents.filter(
    ({ kind, values }) =>
      kind === 'credential' && secret.some(({ name }) => !['***', undefined].includes(getAt(values, name) as string)),
  );
  const plain = new Map<string, unknown>();
  for (const { id } of given) if (id !== '') plain.set(id, await records.secret(trust, 'credential', id));
  if (plain.size === 0) return current;
  return current.map((record) => {
    const values = record.kind === 'credential' ? plain.get(record.id) : undefined;
    return isObject(values) ? { ...record, values } : record;
  });
}

const raced = (problems: readonly ChangeProblem[]): boolean =>
  problems.length > 0 && problems.every(({ code }) => code === 'stale' || code === 'exists' || code === 'missing');

/** Where in the file the problem of a change is. */
function placed(
  { index, kind, id, path, message }: ChangeProblem,
  sources: readonly (Document | undefined)[],
): FileProblem {
  const source = sources[index];
  if (source) return problemAt(source.place(path), message);
  const about = `${kinds[kind].one} "${id}", which the file lacks: `;
  return { row: null, line: null, column: null, path: `${kinds[kind].list} ${id}`, message: about + message };
}

const nameOf = ({ id, values }: Change, known: ReadonlyMap<string, string>): string => {
  const name = values?.['name'];
  return typeof name === 'string' ? name : (known.get(id) ?? id);
};

/** Of a file that could not even be read. */
export const refusedFile = ({ dryRun, format, kind }: ImportRequest, message: string): ImportResult => ({
  ...{ applied: false, dryRun, format, kind: kind ?? null, columns: [], fields: [], counts: {}, changes: [] },
  ...{ notes: [], proposals: [], problems: [...fail(message).problems], batch: null, version: 0 },
});

/** Rejects with EstateError only; what is wrong with the file is in the result. */
export async function importFile(ports: ImportPorts, request: ImportRequest): Promise<ImportResult> {
  const { records, labelKey } = ports;
  const { actor, format, dryRun, prune = false, managed } = request;
  for (let tries = 1; ; tries++) {
    const first = format === 'yaml' ? readYaml(request.text) : undefined;
    const trust = request.trust ?? first?.trust?.id ?? 'main';
    const { version, records: current } = await records.all(trust);
    const file = first ?? (await read(ports, request, trust, current));
    const extra: FileProblem[] = [];
    if (file.trust && file.trust.id !== trust)
      extra.push({
        ...{ row: null, line: null, column: null, path: 'trust.id' },
        message: `is "${file.trust.id}", and this is the trust "${trust}"`,
      });
    const planned: Plan = plan(await withSecrets(records, trust, current, file), file, {
      prune,
      labelKey,
      ...(managed && { managed }),
    });
    const problems = inOrder([...extra, ...planned.problems]);
    const result = (more: Partial<ImportResult>): ImportResult => ({
      applied: false,
      dryRun,
      format,
      kind: request.kind ?? null,
      columns: [...(file.columns ?? [])],
      fields: [...(file.fields ?? [])],
      counts: planned.counts,
      changes: shownChanges(planned, current),
      notes: [...(file.notes ?? [])].slice(0, 1000),
      proposals: [...(file.proposals ?? [])],
      problems,
      batch: null,
      version,
      ...more,
    });
    if (problems.length > 0) return result({});
    const title = request.title ?? `import: ${fileFormats[format]}`;
    const done = await records.apply(actor, planned.changes, {
      trust,
      title,
      dryRun,
      ...(managed && { managed }),
      ...(file.trust && { trustName: file.trust.name }),
    });
    if (!done.applied) {
      if (raced(done.problems) && tries < maxTries) continue;
      return result({ problems: inOrder(done.problems.map((problem) => placed(problem, planned.sources))) });
    }
    return result({ applied: true, batch: done.batch, version: done.version });
  }
}

function shownChanges({ changes }: Plan, current: readonly EstateRecord[]): ImportResult['changes'] {
  const names = new Map(current.map(({ kind, id, values }) => [`${kind} ${id}`, textAt(values, 'name') || id]));
  return changes
    .filter(({ op, values }) => op !== 'update' || Object.keys(values ?? {}).length > 0)
    .slice(0, maxShownChanges)
    .map((change) => {
      const { kind, id, op } = change;
      return { kind, id, op, name: nameOf(change, new Map([[id, names.get(`${kind} ${id}`) ?? id]])) };
    });
}
