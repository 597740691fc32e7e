/** Tickets that receivers made: of a group from now on, and, of the first, in its incident. */
import type { ClientBase } from 'pg';
import { writeEvent } from '../records/audit.ts';
import type { Actor } from '../records/records.ts';
import { tell } from '../watching/act.ts';
import { json, lockWatch, nextVersion } from '../watching/sql.ts';
import type { Settled, Ticket } from './model.ts';

const maxId = 500;
const maxReference = 200;
const address = /^https?:\/\/[^\s\p{Cc}]{1,490}$/u;

/** What receivers answer may be anything. Undefined: it is no ticket that could be found again. */
function kept({ id, reference, url }: Ticket): Ticket | undefined {
  const plain = (text: string): string =>
    text
      .toWellFormed()
      .replace(/\p{Cc}+/gu, ' ')
      .trim();
  const known = plain(id);
  if (known === '' || known.length > maxId) return undefined;
  const name = plain(reference) || known;
  return {
    id: known,
    reference: Array.from(name).slice(0, maxReference).join(''),
    url: url !== null && url.isWellFormed() && address.test(url) ? url : null,
  };
}

interface First {
  readonly incident: number;
  readonly trust: number;
  readonly by: string;
  readonly reference: string;
  readonly url: string | null;
}

/** Of what was settled. None of a group that had that one already: it is looked for by its change. */
export async function putTickets(client: ClientBase, settled: readonly Settled[], nowMs: number): Promise<void> {
  const tickets = settled.flatMap(({ delivery, ticket }) => {
    const known = ticket && kept(ticket);
    return known ? [{ delivery, ...known }] : [];
  });
  if (tickets.length === 0) return;
  const { rows } = await client.query<First>(
    `WITH told AS MATERIALIZED (
       SELECT d.group_id, d.incident_id, d.safeguarding, d.subscription_id, d.seq, n.id, n.reference, n.url
       FROM json_to_recordset($1) AS n (delivery bigint, id text, reference text, url text) JOIN delivery d ON d.id = n.delivery
     ), put AS (
       UPDATE alert_group g SET ticket_id = t.id, ticket_reference = t.reference, ticket_url = t.url
       FROM (SELECT DISTINCT ON (group_id) * FROM told ORDER BY group_id, seq DESC) t
       WHERE g.id = t.group_id
         AND (g.ticket_id, g.ticket_reference, g.ticket_url) IS DISTINCT FROM (t.id, t.reference::text, t.url::text)
     )
     SELECT DISTINCT ON (i.id) i.id AS incident, i.trust_id AS trust, coalesce(s.body->>'name', s.slug) AS by, t.reference, t.url
     FROM told t JOIN incident i ON i.id = t.incident_id JOIN subscription s ON s.id = t.subscription_id
     WHERE NOT t.safeguarding AND i.ticket_reference IS NULL
       -- Somebody who took it out again meant it.
       AND NOT EXISTS (SELECT FROM incident_entry e WHERE e.incident_id = i.id AND e.kind = 'ticket')
     ORDER BY i.id, t.seq`,
    [json(tickets)],
  );
  if (rows.length > 0) await putFirst(client, rows, nowMs);
}

async function putFirst(client: ClientBase, firsts: readonly First[], nowMs: number): Promise<void> {
  await lockWatch(client);
  for (const { incident, trust, by, reference, url } of firsts) {
    const actor: Actor = { account: null, name: by, via: 'command', address: null };
    // A person may have been faster.
    const { rowCount } = await client.query(
      `UPDATE incident SET revision = revision + 1, changed_by = $2, ticket_reference = $3, ticket_url = $4
       WHERE id = $1 AND ticket_reference IS NULL`,
      [incident, by, reference, url],
    );
    if (rowCount === 0) continue;
    const detail = { reference, url };
    await tell(client, { id: incident, actor, nowMs, kind: 'ticket', text: `Ticket ${reference}`, detail });
    await writeEvent(client, trust, actor, {
      ...{ what: 'incident', record: String(incident), op: 'ticket' },
      ...{ before: { ticket: null }, after: { ticket: detail } },
    });
  }
  await nextVersion(client);
}
