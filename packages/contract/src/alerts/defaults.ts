/** What a rule is until somebody changes it. */
import { type AlertRuleBody, type RuleKind, ruleKinds } from './rules.ts';

/** Thresholds that it leaves out are those of its kind's schema. */
export const defaultRule = (kind: RuleKind): AlertRuleBody => ({
  ...{ kind, name: ruleKinds[kind].title, enabled: true, severity: null, forMinutes: 0, hours: 'always' },
  ...{ academies: [], providers: [], settings: {}, overrides: [] },
});
