/** The rules that are in force for a trust: each kind's default, in the place of which stands what somebody made of it, and further ones. */
import { type AlertRuleBody, type RuleKind, defaultRule, ruleKindNames } from '@linewatch/contract';

export interface RuleInForce extends AlertRuleBody {
  /** A default has the name of its kind. */
  readonly slug: string;
}

const isKind = (slug: string): slug is RuleKind => (ruleKindNames as readonly string[]).includes(slug);

/** Of one trust: those that are kept; in an order that is always the same, defaults first. */
export function rulesInForce(stored: readonly RuleInForce[]): readonly RuleInForce[] {
  const bySlug = new Map(stored.map((rule) => [rule.slug, rule]));
  return [
    ...ruleKindNames.map((kind) => bySlug.get(kind) ?? { slug: kind, ...defaultRule(kind) }),
    ...stored.filter(({ slug }) => !isKind(slug)).sort((a, b) => (a.slug < b.slug ? -1 : 1)),
  ];
}
