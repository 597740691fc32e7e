/** Rules as people change them: what is wrong with one is told before it is kept. */
import {
  type AlertRule,
  type AlertRuleBody,
  type AlertRuleList,
  type RulePreview,
  type RulePreviewBody,
  ruleKindNames,
  ruleKinds,
} from '@linewatch/contract';
import type { Alerting } from '@linewatch/estate';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import type { Principal } from '../access/principal.ts';
import { asked } from '../estate/records.ts';
import { ApiError } from '../problems.ts';
import { askedOfAlerting, needWholeTrust } from './asked.ts';

/** What a rule would have done in a month (as 2026-09). Rejects with ApiError. */
export type PreviewRule = (trust: string, rule: AlertRuleBody, month: string | undefined) => Promise<RulePreview>;

export interface AlertRulesOptions {
  readonly alerting: Pick<Alerting, 'rules' | 'putRule' | 'removeRule'>;
  readonly previewRule?: PreviewRule;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly clock: () => number;
}

const isBuiltin = (id: string): boolean => (ruleKindNames as readonly string[]).includes(id);

export class AlertRules {
  readonly #options: AlertRulesOptions;

  constructor(options: AlertRulesOptions) {
    this.#options = options;
  }

  /** Whether it can be told what a rule would have done. */
  get previews(): boolean {
    return this.#options.previewRule !== undefined;
  }

  async list(principal: Principal): Promise<AlertRuleList> {
    needWholeTrust(principal, 'alerts.read');
    const { alerting, trust, clock } = this.#options;
    return { nowMs: clock(), rules: [...(await asked(alerting.rules(trust)))] };
  }

  /** @throws ApiError `forbidden`, `rule_unknown` */
  async get(principal: Principal, id: string): Promise<AlertRule> {
    const rule = (await this.list(principal)).rules.find((each) => each.id === id);
    if (!rule) throw new ApiError('rule_unknown', `There is no rule "${id}".`);
    return rule;
  }

  /** @throws ApiError `request_invalid`, `forbidden`, `record_changed`, `change_refused` */
  async put(principal: Principal, id: string, body: AlertRuleBody, revision: number | undefined): Promise<AlertRule> {
    needWholeTrust(principal, 'alerts.write');
    const { alerting, trust } = this.#options;
    if (isBuiltin(id) && body.kind !== id)
      throw new ApiError(
        'request_invalid',
        `body.kind of the rule "${id}" is "${id}": add another rule for "${body.kind}"`,
      );
    checkRule(body);
    return askedOfAlerting(alerting.putRule(principal.actor, trust, id, body, revision), 'rule_unknown');
  }

  /** @throws ApiError `forbidden`, `rule_unknown` */
  async remove(principal: Principal, id: string): Promise<void> {
    needWholeTrust(principal, 'alerts.write');
    const { alerting, trust } = this.#options;
    await askedOfAlerting(alerting.removeRule(principal.actor, trust, id), 'rule_unknown');
  }

  /** @throws ApiError `request_invalid`, `forbidden` */
  async preview(principal: Principal, { rule, month }: RulePreviewBody): Promise<RulePreview> {
    needWholeTrust(principal, 'alerts.read');
    // What such a rule finds is told to nobody else either.
    if (rule.kind === 'safeguarding') needWholeTrust(principal, 'safeguarding.read');
    checkRule(rule);
    const { previewRule, trust } = this.#options;
    if (!previewRule) throw new ApiError('not_found', 'No resource has this path.');
    return asked(previewRule(trust, rule, month));
  }
}

const checks = new Map<TSchema, ReturnType<typeof Compile>>();

/** What does not fit a schema, each with where. */
export function misfits(schema: TSchema, value: unknown, where: string): string[] {
  const check = checks.get(schema) ?? Compile(schema);
  checks.set(schema, check);
  if (check.Check(value)) return [];
  return check
    .Errors(value)
    .slice(0, 20)
    .map((error) => {
      const { requiredProperties, additionalProperties } = error.params as {
        readonly requiredProperties?: readonly string[];
        readonly additionalProperties?: readonly string[];
      };
      const path = `${where}${error.instancePath.replaceAll('/', '.')}`;
      if (requiredProperties) return requiredProperties.map((name) => `${path}.${name} is missing`).join('; ');
      if (additionalProperties)
        return additionalProperties.map((name) => `${path}.${name.slice(0, 40)} is not a known setting`).join('; ');
      return `${path} ${error.message}`;
    });
}

/** @throws ApiError `request_invalid` */
function checkRule({ kind, settings, overrides }: AlertRuleBody): void {
  const schema = ruleKinds[kind].settings;
  // Thresholds that are left out are the defaults.
  const defaults = Object.entries(schema.properties as Readonly<Record<string, { readonly default?: unknown }>>).map(
    ([name, { default: value }]) => [name, value] as const,
  );
  const given = (values: Readonly<Record<string, number>>) => ({ ...Object.fromEntries(defaults), ...values });
  const problems = [
    ...misfits(schema, given(settings), 'body.settings'),
    ...overrides.flatMap((each, i) => misfits(schema, given(each.settings), `body.overrides.${i}.settings`)),
  ];
  const seen = new Set<string>();
  for (const { kind: of, id } of overrides) {
    const key = `${of} "${id}"`;
    if (seen.has(key)) problems.push(`body.overrides has ${key} more than once`);
    seen.add(key);
  }
  if (problems.length > 0) throw new ApiError('request_invalid', problems.slice(0, 20).join('; '));
}
