/** What incidents told of themselves, against what came to each receiver. */
import type { Message } from '../../support/receiver.ts';
import type { Endpoint } from './endpoints.ts';
import type { World } from './world.ts';

interface Change {
  readonly incident: number;
  readonly kind: string;
  readonly state: string;
  /** Of a first word: it was over already, and there was something. */
  readonly over: boolean;
  readonly acknowledged: boolean;
  readonly note: string | null;
}

/** What is to come of an incident, in order: its beginning, each acknowledgement and note, its end. */
function expected(changes: readonly Change[]): string[] {
  const words: string[] = [];
  let open = false;
  let acknowledged = false;
  for (const change of changes) {
    if ((change.state !== 'resolved' || change.over) && !open) {
      words.push('begins');
      open = true;
    } else if (open && change.acknowledged && !acknowledged) words.push('acknowledged');
    acknowledged = change.acknowledged;
    if (change.kind === 'note' && open) words.push(`note ${change.note ?? ''}`);
    if (change.state === 'resolved' && open) {
      words.push('ends');
      open = false;
    }
  }
  return words;
}

const wordOf = ({ data: { event, note } }: Message): string | undefined =>
  ({
    opened: 'begins',
    reopened: 'begins',
    resolved: 'ends',
    acknowledged: 'acknowledged',
    note: `note ${note?.text ?? ''}`,
  })[event as 'opened'];

export async function readChanges(world: World): Promise<ReadonlyMap<number, readonly Change[]>> {
  const rows = await world.sql(
    `SELECT incident_id AS incident, kind, incident->>'state' AS state, incident->>'acknowledgedBy' IS NOT NULL AS acknowledged, note,
       kind = 'opened' AND incident->>'state' = 'resolved' AND incident->>'mergedInto' IS NULL
         AND (incident->>'endedMs')::float8 > (incident->>'startedMs')::float8 AS over
     FROM incident_change ORDER BY id`,
  );
  return Map.groupBy(rows as unknown as Change[], ({ incident }) => incident);
}

/** Differences in words, at most some of each receiver. */
export function differences(truth: ReadonlyMap<number, readonly Change[]>, { name, receiver }: Endpoint): string[] {
  const wrong: string[] = receiver.problems.map((problem) => `${name}: ${problem}`);
  const told = new Map<number, Message[]>();
  for (const message of receiver.messages)
    for (const { incident } of message.data.alerts)
      if (incident !== null) told.set(incident, [...(told.get(incident) ?? []), message]);
  for (const [incident, changes] of truth) {
    const want = expected(changes).join(', ');
    const have = (told.get(incident) ?? []).flatMap((message) => wordOf(message) ?? []).join(', ');
    if (want !== have) wrong.push(`${name}: incident ${incident}: wanted ${want}; came ${have}`);
  }
  for (const incident of told.keys()) if (!truth.has(incident)) wrong.push(`${name}: incident ${incident} never was`);
  const groups = Map.groupBy(receiver.messages, ({ data }) => data.group.id);
  for (const [group, messages] of groups)
    messages.forEach(({ data }, i) => {
      if (data.sequence !== i + 1) wrong.push(`${name}: group ${group}: ${data.sequence} came in place ${i + 1}`);
    });
  return wrong.slice(0, 5);
}
