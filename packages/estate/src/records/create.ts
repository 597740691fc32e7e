/** The records of the estate on a database. */
import { kindNames } from '@linewatch/contract';
import type { Database } from '../database.ts';
import type { Actor, ApplyOptions, Records } from './records.ts';
import { applySteps, begin } from './apply.ts';
import { readAudit, readBatches, writeEvent } from './audit.ts';
import { byName, readStored, recordOf } from './read.ts';
import type { Sealer } from './seal.ts';
import { opened, withTexts } from './secrets.ts';
import { trustId } from './trust.ts';
import { undoBatch } from './undo.ts';

const writeTimeoutMs = 120_000;

const nowText = `SELECT floor(extract(epoch FROM now()) * 1000)::float8 AS ms,
  (SELECT version::float8 FROM estate_version) AS version`;

export function createRecords(database: Database, sealer: Sealer): Records {
  const reading = 'reading the estate';

  const change = (
    actor: Actor,
    options: ApplyOptions,
    work: (begun: Awaited<ReturnType<typeof begin>>) => ReturnType<Records['apply']>,
  ) =>
    database.write('changing the estate', writeTimeoutMs, async (client) =>
      work(await begin(client, sealer, actor, options)),
    );

  return {
    list: (label, kind, options = {}) =>
      database.read(reading, async (client) => {
        const trust = await trustId(client, label);
        if (trust === undefined) return [];
        const { rows } = await client.query<{ ms: number }>(nowText);
        const stored = await readStored(client, trust, kind);
        return stored
          .map((each) => recordOf(each, rows[0]!.ms))
          .filter(({ ended }) => ended === null || options.ended)
          .sort(byName);
      }),

    all: (label) =>
      database.read(reading, async (client) => {
        const { rows } = await client.query<{ ms: number; version: number }>(nowText);
        const { ms, version } = rows[0]!;
        const trust = await trustId(client, label);
        const records = [];
        if (trust !== undefined)
          for (const kind of kindNames) {
            const stored = await readStored(client, trust, kind);
            records.push(...stored.map((each) => recordOf(each, ms)).sort(byName));
          }
        return { version, records };
      }),

    get: (label, kind, id) =>
      database.read(reading, async (client) => {
        const trust = await trustId(client, label);
        const [stored] = trust === undefined ? [] : await readStored(client, trust, kind, [id]);
        if (!stored) return undefined;
        const { rows } = await client.query<{ ms: number }>(nowText);
        return recordOf(stored, rows[0]!.ms);
      }),

    apply: (actor, changes, options) =>
      change(actor, options, (work) => applySteps(work, changes, { undoes: null, problems: [] })),

    undo: (actor, batch, options) => change(actor, options, (work) => undoBatch(work, batch)),

    batches: (trust, limit) => readBatches(database, trust, limit),

    audit: (trust, filter) => readAudit(database, trust, filter),

    note: (actor, { trust, ...event }) =>
      database.write('writing the audit log', writeTimeoutMs, async (client) => {
        const id = (await trustId(client, trust)) ?? (await begin(client, sealer, actor, { trust })).trust;
        await writeEvent(client, id, actor, event);
      }),

    secret: (label, kind, id) =>
      database.read('reading a secret', async (client) => {
        const trust = kind === 'credential' ? await trustId(client, label) : undefined;
        const [stored] = trust === undefined ? [] : await readStored(client, trust, kind, [id]);
        if (!stored) return undefined;
        const { texts, unreadable } = opened(stored, sealer, label);
        return unreadable ? undefined : withTexts(stored.values, texts);
      }),
  };
}
