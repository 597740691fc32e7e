/** Thresholds of a rule: of a circuit before an academy before a provider before the trust before the kind's own. */
import { type AlertRuleBody, type RuleKind, ruleKinds } from '@linewatch/contract';

/** Slugs of what is looked at; null: it is of none. */
export interface About {
  readonly circuit: string | null;
  readonly academy: string | null;
  readonly provider: string | null;
}
export type Thresholds = Readonly<Record<string, number>>;

const closest = ['provider', 'academy', 'circuit'] as const;
type Overrides = ReadonlyMap<string, Thresholds>;
/** A rule may have 2,000, and is asked for each of 10,000 lines. */
const known = new WeakMap<AlertRuleBody['overrides'], Overrides>();

function overridesOf({ overrides }: Pick<AlertRuleBody, 'overrides'>): Overrides {
  let found = known.get(overrides);
  if (!found) {
    found = new Map(overrides.map(({ kind, id, settings }) => [`${kind}/${id}`, settings]));
    known.set(overrides, found);
  }
  return found;
}

interface Field {
  readonly default: number;
  readonly minimum?: number;
  readonly maximum?: number;
}
const fieldsOf = (kind: RuleKind): Readonly<Record<string, Field>> =>
  ruleKinds[kind].settings.properties as unknown as Readonly<Record<string, Field>>;

/** All thresholds of the rule's kind. What is none of them, or beyond their bounds, is passed over. */
export function thresholdsOf(rule: Pick<AlertRuleBody, 'kind' | 'settings' | 'overrides'>, about: About): Thresholds {
  const overrides = overridesOf(rule);
  const said = [rule.settings, ...closest.map((kind) => overrides.get(`${kind}/${about[kind] ?? ''}`) ?? {})];
  return Object.fromEntries(
    Object.entries(fieldsOf(rule.kind)).map(([name, { default: value, minimum = -Infinity, maximum = Infinity }]) => {
      const fitting = said.flatMap((settings) => (Object.hasOwn(settings, name) ? [settings[name]!] : []));
      return [name, fitting.findLast((each) => each >= minimum && each <= maximum) ?? value];
    }),
  );
}
