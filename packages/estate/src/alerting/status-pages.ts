/** Public status pages of academies: which there are, and by which address. */
import { randomBytes } from 'node:crypto';
import { type StatusPage, StatusPageBody as Body, type StatusPageBody } from '@linewatch/contract';
import type { ClientBase } from 'pg';
import type { Database } from '../database.ts';
import type { Changing } from './change.ts';
import { checked } from './check.ts';
import { AlertingError } from './errors.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
/** 130 bits. */
const newToken = (): string => Array.from(randomBytes(26), (octet) => alphabet[octet % alphabet.length]).join('');

/** Of every academy that goes on, and of those with a page. $1: the trust's label; $2: one, or null. */
const text = `
  SELECT a.slug AS academy, a.name AS "academyName", coalesce(p.enabled, false) AS enabled, p.title, p.message,
    CASE WHEN p.enabled THEN '/status/' || p.token END AS path
  FROM academy a JOIN trust t ON t.id = a.trust_id LEFT JOIN status_page p ON p.academy_id = a.id
  WHERE t.slug = $1 AND ($2::text IS NULL OR a.slug = $2) AND (a.ended_at IS NULL OR p.academy_id IS NOT NULL)
  ORDER BY a.name, a.slug`;

export const readStatusPages = async (
  client: ClientBase,
  trust: string,
  academy: string | null = null,
): Promise<StatusPage[]> => (await client.query<StatusPage>(text, [trust, academy])).rows;

/** Its address stays the same when it is switched off and on. */
export async function putStatusPage(
  changing: Changing,
  label: string,
  academy: string,
  raw: StatusPageBody,
): Promise<StatusPage> {
  const { client, trust, actor } = changing;
  const { enabled, title, message } = checked(raw, Body, '');
  const [before] = await readStatusPages(client, label, academy);
  if (!before) throw new AlertingError('missing', `There is no academy "${academy}".`);
  await client.query(
    `INSERT INTO status_page (academy_id, enabled, token, title, message, changed_by)
     SELECT a.id, $3, $4, $5, $6, $7 FROM academy a WHERE a.trust_id = $1 AND a.slug = $2
     ON CONFLICT (academy_id) DO UPDATE SET enabled = excluded.enabled, title = excluded.title, message = excluded.message,
       changed_by = excluded.changed_by, changed_at = now()`,
    [trust, academy, enabled, newToken(), title, message, actor.name],
  );
  const [after] = await readStatusPages(client, label, academy);
  // Who reads the audit log need not know the address.
  const audited = ({ enabled: on, title: heading, message: word }: StatusPage) => ({
    ...{ enabled: on, title: heading, message: word },
  });
  await changing.audit({
    ...{ what: 'status-page', record: academy, op: 'update' },
    ...{ before: audited(before), after: audited(after!) },
  });
  return after!;
}

export interface PublicPage {
  /** Row. */
  readonly academy: number;
  /** Label. */
  readonly trust: string;
  readonly title: string;
  readonly message: string | null;
}

export async function readStatusPage(database: Database, token: string): Promise<PublicPage | undefined> {
  if (!/^[a-z0-9]{26}$/.test(token)) return undefined;
  const [row] = await database.query<PublicPage & { [column: string]: unknown }>(
    'reading a status page',
    `SELECT p.academy_id AS academy, t.slug AS trust, coalesce(p.title, a.name) AS title, p.message
     FROM status_page p JOIN academy a ON a.id = p.academy_id JOIN trust t ON t.id = a.trust_id
     WHERE p.token = $1 AND p.enabled`,
    [token],
  );
  return row;
}

export const readEnabledPages = (
  database: Database,
): Promise<readonly { readonly token: string; readonly academy: number }[]> =>
  database.query<{ token: string; academy: number }>(
    'reading status pages',
    'SELECT token, academy_id AS academy FROM status_page WHERE enabled ORDER BY academy_id',
  );
