/** Subscriptions, as people make, change and remove them. */
import {
  type RotateBody,
  type RotatedSecret,
  type Subscription,
  SubscriptionBody as Body,
  type SubscriptionBody,
  formats,
} from '@linewatch/contract';
import type { Sealer } from '../records/seal.ts';
import { hiddenText } from '../records/secret-field.ts';
import type { Changing } from './change.ts';
import { checkId, checkMatchers, checked } from './check.ts';
import { AlertingError, refuse } from './errors.ts';
import { holdDeliveries } from './locks.ts';
import { type KeptSecrets, openSecrets, rotated, sealSecret } from './secrets.ts';
import type { KeptBody } from './setup.ts';
import { type SubscriptionRow, readSubscriptions, shown } from './subscription-read.ts';

const maxSubscriptions = 200;
const hourMs = 3_600_000;

export interface Keeping extends Changing {
  readonly sealer: Sealer;
  /** Label. */
  readonly label: string;
  readonly id: string;
  readonly nowMs: number;
}

const missing = (id: string): never => {
  throw new AlertingError('missing', `There is no subscription "${id}".`);
};

const find = async ({ client, label, id }: Keeping): Promise<SubscriptionRow> =>
  (await readSubscriptions(client, label, id))[0] ?? missing(id);

/** Headers hold keys of receivers often. */
function audited(it: SubscriptionRow | undefined): unknown {
  if (!it) return undefined;
  const { headers } = it.body.settings as { headers?: readonly { name: string }[] };
  const settings = {
    ...it.body.settings,
    ...(headers && { headers: headers.map(({ name }) => ({ name, value: hiddenText })) }),
  };
  return { ...it.body, settings, secrets: Object.keys(it.secrets).sort(), disabled: it.disabled };
}

/** What the receiver signs with may be of any format. */
const inbound = 'inbound';

/** Checked, with the defaults of its format's settings. */
function bodyOf(raw: SubscriptionBody): KeptBody {
  const body: Partial<SubscriptionBody> & KeptBody = { ...checked(raw, Body, '') };
  delete body.secrets;
  delete body.revision;
  checkMatchers(body.match.matchers);
  const settings = checked(body.settings, formats[body.format].settings, 'settings') as KeptBody['settings'];
  return { ...body, settings };
}

/** Those of a format that it no longer has go. */
function secretsOf(
  { sealer, nowMs }: Keeping,
  row: number,
  { format, enabled }: KeptBody,
  given: NonNullable<SubscriptionBody['secrets']>,
  kept: KeptSecrets,
): KeptSecrets {
  const known: Readonly<Record<string, { readonly title: string; readonly needed: boolean }>> = formats[format].secrets;
  const result = new Map(Object.entries(kept).filter(([name]) => name === inbound || Object.hasOwn(known, name)));
  const opened = openSecrets(sealer, row, kept, nowMs).secrets;
  for (const [name, value] of Object.entries(given)) {
    if (name !== inbound && !Object.hasOwn(known, name))
      refuse(
        `${formats[format].title} has no secret "${name}": its secrets are ${Object.keys(known).join(', ') || 'none'}.`,
      );
    if (value === null) result.delete(name);
    else if (opened[name]?.[0]?.value !== value) result.set(name, [sealSecret(sealer, row, name, value)]);
  }
  for (const [name, { title, needed }] of Object.entries(known))
    if (needed && enabled && !result.has(name))
      refuse(`${formats[format].title} needs its secret "${name}" (${title}): nothing can be sent without it.`);
  return Object.fromEntries(result);
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export async function putSubscription(keeping: Keeping, raw: SubscriptionBody): Promise<Subscription> {
  const { client, trust, label, id, actor } = keeping;
  checkId(id);
  const body = bodyOf(raw);
  const [before] = await readSubscriptions(client, label, id);
  const { revision, secrets: given = {} } = raw;
  if (!before && revision !== undefined) missing(id);
  if (before && revision !== undefined && revision !== before.revision)
    throw new AlertingError('stale', `Subscription "${id}" was changed by ${before.by} since it was read.`);
  const row = before?.row ?? (await add(keeping, body));
  const secrets = secretsOf(keeping, row, body, given, before?.secrets ?? {});
  // What is sent elsewhere, or otherwise, is tried at once.
  const anew =
    before &&
    (before.body.format !== body.format ||
      !same(before.body.settings, body.settings) ||
      !same(before.secrets, secrets));
  await client.query(
    `UPDATE subscription SET format = $2, enabled = $3, body = $4, secrets = $5, changed_by = $6, changed_at = now(),
       revision = revision + $7, breaker = CASE WHEN $8 THEN '{}' ELSE breaker END WHERE id = $1`,
    [
      ...[row, body.format, body.enabled, JSON.stringify(body), JSON.stringify(secrets), actor.name],
      ...[before ? 1 : 0, anew ?? false],
    ],
  );
  const after = await find(keeping);
  await keeping.audit({
    ...{ what: 'subscription', record: id, op: before ? 'update' : 'create' },
    ...{ before: audited(before), after: audited(after) },
  });
  return shown(after);

  async function add(of: Keeping, { format, enabled }: KeptBody): Promise<number> {
    const all = await readSubscriptions(client, of.label, null);
    if (all.length >= maxSubscriptions)
      refuse(`There are ${maxSubscriptions} subscriptions already: remove one that is no longer needed.`);
    const { rows } = await client.query<{ id: number }>(
      `INSERT INTO subscription (trust_id, slug, format, enabled, body, changed_by) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
      [trust, id, format, enabled, JSON.stringify(body), actor.name],
    );
    return rows[0]!.id;
  }
}

/** Its groups are over; what waits is cancelled, and what it was sent stays in the log. */
export async function removeSubscription(keeping: Keeping): Promise<void> {
  const { client, id, actor } = keeping;
  const before = await find(keeping);
  await holdDeliveries(client);
  await client.query(
    `UPDATE subscription SET removed_at = now(), secrets = '{}', revision = revision + 1, changed_by = $2, changed_at = now()
     WHERE id = $1`,
    [before.row, actor.name],
  );
  await client.query(
    `UPDATE delivery SET state = 'cancelled', head = false, done_at = now(), error = coalesce(error, 'The subscription was removed.')
     WHERE subscription_id = $1 AND state = 'pending'`,
    [before.row],
  );
  await client.query('UPDATE alert_group SET closed_at = now() WHERE subscription_id = $1 AND closed_at IS NULL', [
    before.row,
  ]);
  await keeping.audit({ what: 'subscription', record: id, op: 'remove', before: audited(before) });
}

export async function rotate(
  keeping: Keeping,
  { which, keepHours }: RotateBody,
  secret: string,
): Promise<RotatedSecret> {
  const { client, id, actor, sealer, nowMs } = keeping;
  const before = await find(keeping);
  const { format } = before.body;
  if (which !== inbound && !Object.hasOwn(formats[format].secrets, which))
    refuse(`${formats[format].title} has no signing secret.`);
  const untilMs = keepHours > 0 ? nowMs + keepHours * hourMs : null;
  const secrets = rotated(before.secrets, which, sealSecret(sealer, before.row, which, secret), untilMs);
  await client.query(
    `UPDATE subscription SET secrets = $2, revision = revision + 1, changed_by = $3, changed_at = now() WHERE id = $1`,
    [before.row, JSON.stringify(secrets), actor.name],
  );
  const previousUntilMs = secrets[which]?.[1]?.untilMs ?? null;
  await keeping.audit({ what: 'subscription', record: id, op: 'rotate', after: { secret: which, previousUntilMs } });
  return { secret, previousUntilMs };
}

export async function enable(keeping: Keeping): Promise<Subscription> {
  const { client, id, actor } = keeping;
  const before = await find(keeping);
  if (before.disabled === null) refuse('It was not switched off: there is nothing to switch on again.');
  await client.query(
    `UPDATE subscription SET disabled_reason = NULL, disabled_at = NULL, breaker = '{}', revision = revision + 1, changed_by = $2,
       changed_at = now() WHERE id = $1`,
    [before.row, actor.name],
  );
  const after = await find(keeping);
  await keeping.audit({
    what: 'subscription',
    record: id,
    op: 'enable',
    before: audited(before),
    after: audited(after),
  });
  return shown(after);
}
