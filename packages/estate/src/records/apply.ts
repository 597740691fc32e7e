/** Changes to records in one transaction: looked at as a whole, then made as a whole or not at all. */
import { type ChangeProblem, type EstateRecord, type Kind, kinds } from '@linewatch/contract';
import { maxProblems } from '@linewatch/service';
import type { ClientBase } from 'pg';
import type { Applied, ApplyOptions, Actor } from './records.ts';
import { changedChannel } from '../channel.ts';
import { writeAudit } from './audit.ts';
import { checkAcademies, checkInterfaces } from './conflicts.ts';
import { type Draft, type Step, type Tell, draft, isChanged, keyOf, recordAfter } from './draft.ts';
import { checkEnded } from './ended.ts';
import { arrangeExporters } from './exporters.ts';
import { isSlug } from './merge.ts';
import { checkParents } from './parents.ts';
import { type Stored, readStored, recordOf } from './read.ts';
import { checkReferences, checkRemovals } from './references.ts';
import type { Sealer } from './seal.ts';
import { ensureTrust } from './trust.ts';
import { writeDrafts } from './write.ts';

export interface Work {
  readonly client: ClientBase;
  readonly sealer: Sealer;
  readonly actor: Actor;
  readonly options: ApplyOptions;
  readonly trust: number;
  readonly nowMs: number;
}

/** Takes the one lock that all changes go through, and finds the trust. Everything after it can be taken back. */
export async function begin(
  client: ClientBase,
  sealer: Sealer,
  actor: Actor,
  options: ApplyOptions,
): Promise<Work & { readonly trustChanged: boolean }> {
  // As for imports: the planner cannot know how many rows there are in JSON.
  await client.query('SET LOCAL enable_nestloop = off; SET LOCAL jit = off');
  await client.query('SELECT version FROM estate_version FOR UPDATE');
  await client.query('SAVEPOINT before_changes');
  const { rows } = await client.query<{ ms: number }>('SELECT floor(extract(epoch FROM now()) * 1000)::float8 AS ms');
  const { id, changed } = await ensureTrust(client, actor, options.trust, options.trustName);
  return { client, sealer, actor, options, trust: id, nowMs: rows[0]!.ms, trustChanged: changed };
}

export async function readTouched(
  client: ClientBase,
  trust: number,
  steps: readonly { readonly kind: Kind; readonly id: string }[],
): Promise<Map<string, Stored>> {
  const ids = new Map<Kind, Set<string>>();
  for (const { kind, id } of steps) {
    // What is not an id is told of by the schema.
    if (!isSlug(id)) continue;
    const set = ids.get(kind);
    if (set) set.add(id);
    else ids.set(kind, new Set([id]));
  }
  const stored = new Map<string, Stored>();
  for (const [kind, set] of ids)
    for (const each of await readStored(client, trust, kind, [...set])) stored.set(keyOf(kind, each.id), each);
  return stored;
}

/** @param extra problems that were found before. */
export async function applySteps(
  work: Work & { readonly trustChanged: boolean },
  steps: readonly Step[],
  how: {
    readonly undoes: number | null;
    readonly problems: readonly ChangeProblem[];
    readonly stored?: Map<string, Stored>;
  },
): Promise<Applied> {
  const { client, sealer, actor, options, trust, nowMs } = work;
  const problems: ChangeProblem[] = [...how.problems];
  const tell: Tell = ({ kind, id, index }, code, path, message, current) => {
    if (problems.length < maxProblems)
      problems.push({ index, kind, id, path, code, message, ...(current && { current: recordOf(current, nowMs) }) });
  };
  const stored = how.stored ?? (await readTouched(client, trust, steps));
  const drafts = draft(steps, stored, { actor, options, nowMs, sealer, tell });
  const wanted = [...drafts.values()];
  const exporters = await arrangeExporters(client, trust, drafts, options.managed ?? false, tell);
  await checkReferences(client, trust, drafts, tell);
  await checkEnded(client, trust, drafts, nowMs, tell);
  await checkRemovals(client, trust, drafts, nowMs, tell);
  await checkInterfaces(client, trust, drafts, exporters, tell);
  await checkParents(client, trust, drafts, tell);
  await checkAcademies(client, trust, drafts, tell);
  if (problems.length > 0) {
    await client.query('ROLLBACK TO SAVEPOINT before_changes');
    return { applied: false, version: await versionOf(client), batch: null, records: [], problems: inOrder(problems) };
  }

  const changed = [...drafts.values()].filter(isChanged);
  let batch: number | null = null;
  if (changed.length > 0) {
    await writeDrafts(client, changed, { trust, label: options.trust, actor, sealer });
    const title = options.title ?? titleOf(changed.filter(({ implied }) => !implied));
    batch = await writeAudit(client, trust, actor, changed, nowMs, { title, undoes: how.undoes });
  }
  const records = wanted.flatMap((each): EstateRecord[] => (each.after ? [recordAfter(each, actor, nowMs)] : []));
  if (options.dryRun) {
    // What is deferred is checked now, not at the end.
    await client.query('SET CONSTRAINTS ALL IMMEDIATE');
    await client.query('ROLLBACK TO SAVEPOINT before_changes');
    return { applied: true, version: await versionOf(client), batch: null, records, problems: [] };
  }
  const version = changed.length > 0 || work.trustChanged ? await nextVersion(client) : await versionOf(client);
  return { applied: true, version, batch, records, problems: [] };
}

const inOrder = (problems: readonly ChangeProblem[]): ChangeProblem[] => problems.toSorted((a, b) => a.index - b.index);

const verbs = {
  create: 'added',
  update: 'changed',
  end: 'ended',
  restore: 'restored',
  remove: 'removed',
  set: 'changed',
};

function titleOf(changed: readonly Draft[]): string {
  const [first] = changed;
  if (!first) return 'changes';
  if (changed.length > 1) return `${changed.length} changes`;
  const verb = !first.before ? verbs.create : !first.after ? verbs.remove : verbs.update;
  return `${verb} ${kinds[first.kind].one} ${first.id}`;
}

const versionText = 'version::float8 AS version';

async function versionOf(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ version: number }>(`SELECT ${versionText} FROM estate_version`);
  return rows[0]!.version;
}

async function nextVersion(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `UPDATE estate_version SET version = version + 1, changed_at = now() RETURNING ${versionText}`,
  );
  const { version } = rows[0]!;
  await client.query('SELECT pg_notify($1, $2)', [changedChannel, String(version)]);
  return version;
}
