/** Brings the estate in the database to what a file says. Upserts by trust and id; what the file lacks is kept. */
import type { ClientBase } from 'pg';
import type { Problem } from '@linewatch/service';
import { changedChannel } from './channel.ts';
import { EstateError } from './errors.ts';
import type { ParsedEstate } from './model.ts';
import * as sql from './import-sql.ts';

export interface Counts {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Ended by this import, because the file lacks them and `prune` was asked for. */
  readonly ended: number;
  /** Ids that go on in the database and are not in the file; they were left as they are. */
  readonly absent: readonly string[];
}

export interface ImportResult {
  /** Version of the estate after the import. */
  readonly version: number;
  /** False: the database already said all this, and nobody was told. */
  readonly changed: boolean;
  readonly trust: 'added' | 'changed' | 'unchanged';
  readonly providers: Counts;
  readonly academies: Counts;
  readonly circuits: Counts;
}

export interface ImportOptions {
  /**
   * End what the file lacks: providers and academies get an end time, circuits are valid until now. Nothing is deleted,
   * so past data keeps its names. Without it such rows are listed and left as they are.
   */
  readonly prune?: boolean;
}

const slugs = async (client: ClientBase, text: string, values: unknown[]): Promise<string[]> =>
  (await client.query<{ slug: string }>(text, values)).rows.map((row) => row.slug);

async function importTrust(
  client: ClientBase,
  trust: ParsedEstate['trust'],
): Promise<{ id: number; state: ImportResult['trust'] }> {
  const values = [trust.id, trust.key, trust.name];
  const holder = (await client.query<{ slug: string }>(sql.trustWithKey, [trust.id, trust.key])).rows[0];
  if (holder)
    throw new EstateError(
      'trust_key_collision',
      `trust id "${trust.id}" has the same number in telemetry (${trust.key}) as the trust "${holder.slug}": give one of them another id`,
    );
  const added = (await client.query<{ id: number }>(sql.addTrust, values)).rows[0];
  if (added) return { id: added.id, state: 'added' };
  const state = (await client.query(sql.changeTrust, values)).rowCount ? 'changed' : 'unchanged';
  const found = await client.query<{ id: number }>('SELECT id FROM trust WHERE slug = $1', [trust.id]);
  return { id: found.rows[0]!.id, state };
}

interface Statements {
  readonly absent: string;
  readonly end: string;
  readonly change: string;
  readonly add: string;
  /** Of parts in tables of their own: each returns the slugs that it changed. */
  readonly parts: readonly string[];
}

async function importKind(
  client: ClientBase,
  trust: number,
  rows: readonly { readonly id: string }[],
  statements: Statements,
  prune: boolean,
): Promise<Counts> {
  const json = JSON.stringify(rows.map((row, position) => ({ ...row, position })));
  const ids = rows.map((row) => row.id);
  const ended = prune ? await slugs(client, statements.end, [trust, ids]) : [];
  const absent = prune ? [] : await slugs(client, statements.absent, [trust, ids]);
  const changed = new Set(await slugs(client, statements.change, [trust, json]));
  const added = new Set(await slugs(client, statements.add, [trust, json]));
  for (const part of statements.parts) for (const slug of await slugs(client, part, [trust, json])) changed.add(slug);
  for (const slug of added) changed.delete(slug);
  return {
    added: added.size,
    changed: changed.size,
    unchanged: rows.length - added.size - changed.size,
    ended: ended.length,
    absent,
  };
}

const maxConflicts = 1000;

/** Contradictions with rows that the file lacks: within the file there are none. */
async function conflicts(client: ClientBase, trust: number, estate: ParsedEstate): Promise<Problem[]> {
  const places = new Map<string, { line: number; path: string }>();
  estate.circuits.forEach(({ id, line }, i) => places.set(`circuit ${id}`, { line, path: `circuits.${i}` }));
  estate.academies.forEach(({ id, line }, i) => places.set(`academy ${id}`, { line, path: `academies.${i}` }));
  const { rows } = await client.query<{ kind: string; mine: string; other: string; what: string }>(sql.conflicts, [
    trust,
    estate.circuits.map(({ id }) => id),
    estate.academies.map(({ id }) => id),
    maxConflicts,
  ]);
  return rows.map(({ kind, mine, other, what }) => ({
    ...(places.get(`${kind} ${mine}`) ?? { line: 0, path: '' }),
    message:
      kind === 'circuit'
        ? `"${mine}" is on ${what} at the same time as "${other}", which the estate already has and this file lacks: end one ("to") before the other begins ("from")`
        : `"${mine}" has the network ${what}, which the estate already has for "${other}", and this file lacks that academy`,
  }));
}

export async function importInto(
  client: ClientBase,
  estate: ParsedEstate,
  { prune = false }: ImportOptions,
): Promise<ImportResult> {
  // The planner takes the file's JSON for 100 rows and loops over 10,000 × 10,000. Where it must loop all the same, servers
  // before 18 count that as so dear that they compile each statement first, for longer than it runs.
  await client.query('SET LOCAL enable_nestloop = off; SET LOCAL jit = off');
  // One import at a time: the row stays locked to the end of the transaction.
  await client.query('SELECT version FROM estate_version FOR UPDATE');
  const trust = await importTrust(client, estate.trust);
  const providers = await importKind(client, trust.id, estate.providers, sql.providers, prune);
  const academies = await importKind(client, trust.id, estate.academies, sql.academies, prune);
  await client.query(sql.addExporters, [trust.id, JSON.stringify(estate.circuits)]);
  const circuits = await importKind(client, trust.id, estate.circuits, sql.circuits, prune);

  const problems = await conflicts(client, trust.id, estate);
  const [first] = problems;
  if (first) {
    const places = problems.length === 1 ? '1 place' : `${problems.length} places, the first`;
    const message = `the file contradicts the estate in ${places}: line ${first.line}: ${first.message}`;
    throw new EstateError('conflict', message, { problems });
  }

  const changed =
    trust.state !== 'unchanged' || [providers, academies, circuits].some((c) => c.added + c.changed + c.ended > 0);
  const text = changed ? sql.nextVersion : sql.thisVersion;
  const version = (await client.query<{ version: number }>(text)).rows[0]!.version;
  if (changed) await client.query('SELECT pg_notify($1, $2)', [changedChannel, String(version)]);
  return { version, changed, trust: trust.state, providers, academies, circuits };
}
