/** Reports as they were issued. They are never changed. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { ReportIssue } from '@linewatch/contract';
import type { Database } from '../database.ts';
import { writeEvent } from '../records/audit.ts';
import { trustId } from '../records/trust.ts';
import { WatchError, refusing } from './errors.ts';
import type { Reports } from './ports.ts';
import { lockWatch, moment, ms } from './sql.ts';

const packed = promisify(gzip);
const unpack = promisify(gunzip);
/** A month of a large trust is a few MB. */
const maxOctets = 256 * 1024 * 1024;
const unpacked = async (octets: Buffer): Promise<string> =>
  (await unpack(octets, { maxOutputLength: maxOctets })).toString();

const columns = `r.month, r.number, ${ms('r.at')} AS "atMs", r.by, r.reason, r.sha256`;
/** $1: the trust's label. */
const from = 'FROM report_issue r JOIN trust t ON t.id = r.trust_id WHERE t.slug = $1';

export const createReports = (database: Database, clock: () => number): Reports => ({
  list: (trust, month) =>
    database.query<ReportIssue & { [column: string]: unknown }>(
      'reading reports',
      `SELECT ${columns} ${from} AND ($2::text IS NULL OR r.month = $2) ORDER BY r.month DESC, r.number DESC`,
      [trust, month ?? null],
    ),

  get: async (trust, month, number) => {
    const [row] = await database.query<ReportIssue & { html: Buffer; csv: Buffer; figures: Buffer }>(
      'reading a report',
      `SELECT ${columns}, r.html, r.csv, r.figures ${from} AND r.month = $2 AND ($3::integer IS NULL OR r.number = $3)
       ORDER BY r.number DESC LIMIT 1`,
      [trust, month, number ?? null],
    );
    if (!row) return undefined;
    const [html, csv, figures] = await Promise.all([row.html, row.csv, row.figures].map(unpacked));
    return { ...row, html: html!, csv: csv!, figures: figures! };
  },

  issue: async (actor, label, { month, html, csv, figures, reason }) => {
    const nowMs = clock();
    const sha256 = createHash('sha256').update(html).digest('hex');
    const parts = await Promise.all([html, csv, figures].map((text) => packed(text)));
    return refusing(
      database.transact('issuing a report', async (client) => {
        await lockWatch(client);
        const trust = await trustId(client, label);
        if (trust === undefined) throw new WatchError('refused', `There is no trust "${label}" yet.`);
        const { rows } = await client.query<{ number: number; figures: Buffer }>(
          'SELECT number, figures FROM report_issue WHERE trust_id = $1 AND month = $2 ORDER BY number DESC LIMIT 1',
          [trust, month],
        );
        const [latest] = rows;
        if (latest && (await unpacked(latest.figures)) === figures)
          throw new WatchError(
            'stale',
            `The report of ${month} was issued with these figures already, as number ${latest.number}.`,
          );
        if (latest && reason === null)
          throw new WatchError('refused', `The report of ${month} was issued already: say why it is corrected.`);
        const issue: ReportIssue = {
          ...{ month, number: (latest?.number ?? 0) + 1, atMs: nowMs, by: actor.name, reason, sha256 },
        };
        await client.query(
          `INSERT INTO report_issue (trust_id, month, number, at, by, reason, sha256, html, csv, figures)
           VALUES ($1, $2, $3, ${moment('$4')}, $5, $6, $7, $8, $9, $10)`,
          [trust, month, issue.number, nowMs, actor.name, reason, sha256, ...parts],
        );
        await writeEvent(client, trust, actor, { what: 'report', record: month, op: 'issue', after: issue });
        return issue;
      }),
    );
  },
});
