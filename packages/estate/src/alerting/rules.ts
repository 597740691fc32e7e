/** Rules, as people change them. A kind's default has no row until somebody does. */
import {
  type AlertRule,
  AlertRuleBody as Body,
  type AlertRuleBody,
  type RuleKind,
  defaultRule,
  ruleKindNames,
  ruleKinds,
} from '@linewatch/contract';
import type { ClientBase } from 'pg';
import type { Changing } from './change.ts';
import { checkId, checkThere, checked } from './check.ts';
import { AlertingError, refuse } from './errors.ts';

const maxRules = 300;

interface RuleRow {
  readonly slug: string;
  readonly body: AlertRuleBody;
  readonly revision: number;
  readonly by: string;
}

/** $1: the trust's label. */
const text = `
  SELECT r.slug, r.body, r.revision, r.changed_by AS by FROM alert_rule r JOIN trust t ON t.id = r.trust_id
  WHERE t.slug = $1 ORDER BY r.slug`;

const isKind = (id: string): id is RuleKind => Object.hasOwn(ruleKinds, id);

const shown = ({ slug, body, revision, by }: RuleRow): AlertRule => ({
  ...{ id: slug, ...body, isDefault: false, builtin: isKind(slug), revision, by },
});

const asItCame = (kind: RuleKind): AlertRule => ({
  ...{ id: kind, ...defaultRule(kind), isDefault: true, builtin: true, revision: 0, by: null },
});

/** Those of the kinds first, in the kinds' order. */
export async function readRules(client: ClientBase, trust: string): Promise<AlertRule[]> {
  const { rows } = await client.query<RuleRow>(text, [trust]);
  const stored = new Map(rows.map((row) => [row.slug, row]));
  return [
    ...ruleKindNames.map((kind) => {
      const row = stored.get(kind);
      return row ? shown(row) : asItCame(kind);
    }),
    ...rows.filter(({ slug }) => !isKind(slug)).map(shown),
  ];
}

const missing = (id: string): never => {
  throw new AlertingError('missing', `There is no rule "${id}".`);
};

export interface RuleChanging extends Changing {
  /** Label. */
  readonly label: string;
  readonly id: string;
}

/** Thresholds that it leaves out stay so: they are the defaults, whatever those come to be. */
async function check({ client, trust, id }: RuleChanging, raw: AlertRuleBody): Promise<AlertRuleBody> {
  const body = checked(raw, Body, '');
  if (isKind(id) && body.kind !== id)
    refuse(`The rule "${id}" came with Linewatch and is of that kind: add a rule of your own for another.`);
  const { settings } = ruleKinds[body.kind];
  checked(body.settings, settings, 'settings');
  body.overrides.forEach((each, i) => checked(each.settings, settings, `overrides.${i}.settings`));
  const seen = new Set<string>();
  for (const { kind, id: of } of body.overrides) {
    if (seen.has(`${kind} ${of}`)) refuse(`There are two thresholds for the ${kind} "${of}".`);
    seen.add(`${kind} ${of}`);
  }
  const overridden = (kind: string): string[] =>
    body.overrides.filter((each) => each.kind === kind).map((each) => each.id);
  await checkThere(client, trust, 'academy', [...body.academies, ...overridden('academy')]);
  await checkThere(client, trust, 'provider', [...body.providers, ...overridden('provider')]);
  await checkThere(client, trust, 'circuit', overridden('circuit'));
  return body;
}

export async function putRule(
  changing: RuleChanging,
  raw: AlertRuleBody,
  revision: number | undefined,
): Promise<AlertRule> {
  const { client, trust, label, id, actor } = changing;
  checkId(id);
  const body = await check(changing, raw);
  const all = await readRules(client, label);
  const before = all.find((rule) => rule.id === id);
  if (!before && revision !== undefined && revision !== 0) missing(id);
  if (before && revision !== undefined && revision !== before.revision)
    throw new AlertingError(
      'stale',
      `Rule "${id}" was changed${before.by ? ` by ${before.by}` : ''} since it was read.`,
    );
  if (!before && all.length >= maxRules)
    refuse(`There are ${maxRules} rules already: remove one that is no longer needed.`);
  const { rows } = await client.query<RuleRow>(
    `INSERT INTO alert_rule (trust_id, slug, body, changed_by) VALUES ($1, $2, $3, $4)
     ON CONFLICT (trust_id, slug) DO UPDATE SET body = excluded.body, changed_by = excluded.changed_by, changed_at = now(),
       revision = alert_rule.revision + 1
     RETURNING slug, body, revision, changed_by AS by`,
    [trust, id, JSON.stringify(body), actor.name],
  );
  const after = shown(rows[0]!);
  await changing.audit({ what: 'alert-rule', record: id, op: before ? 'update' : 'create', before, after });
  return after;
}

export async function removeRule(changing: RuleChanging): Promise<void> {
  const { client, trust, label, id } = changing;
  const before = (await readRules(client, label)).find((rule) => rule.id === id) ?? missing(id);
  if (before.isDefault) refuse(`The rule "${id}" is as it came: switch it off instead.`);
  await client.query('DELETE FROM alert_rule WHERE trust_id = $1 AND slug = $2', [trust, id]);
  const after = isKind(id) ? asItCame(id) : undefined;
  await changing.audit({ what: 'alert-rule', record: id, op: after ? 'reset' : 'remove', before, after });
}
