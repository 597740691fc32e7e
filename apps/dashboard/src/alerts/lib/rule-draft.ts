/** A rule while it is written, and what it does in words. */
import { type AlertRule, type AlertRuleBody, type Severity, ruleKinds } from '@linewatch/contract';
import { fieldsOfSchema } from '../../estate/lib/fields.ts';
import { formatNumberOf } from '../../lib/format.ts';
import { severityWords } from '../../watch/lib/words.ts';
import { hoursWords } from './words.ts';

type Override = AlertRuleBody['overrides'][number];
type Settings = AlertRuleBody['settings'];

export interface RuleDraft {
  name: string;
  enabled: boolean;
  severity: Severity | null;
  forMinutes: number;
  hours: AlertRuleBody['hours'];
  academies: readonly string[];
  providers: readonly string[];
  settings: Settings;
  overrides: readonly Override[];
}

export const draftOfRule = (of: AlertRuleBody): RuleDraft => ({
  ...{ name: of.name, enabled: of.enabled, severity: of.severity, forMinutes: of.forMinutes, hours: of.hours },
  ...{ academies: of.academies, providers: of.providers, settings: of.settings, overrides: of.overrides },
});

export const ruleBody = (draft: RuleDraft, kind: AlertRule['kind']): AlertRuleBody => ({
  ...{ kind, name: draft.name.trim(), enabled: draft.enabled, severity: draft.severity },
  ...{ forMinutes: draft.forMinutes, hours: draft.hours },
  ...{ academies: [...draft.academies], providers: [...draft.providers] },
  ...{ settings: draft.settings, overrides: [...draft.overrides] },
});

/** A threshold of a kind: `90 %`. */
interface Threshold {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly whole: boolean;
  readonly otherwise: number;
}

export const thresholdsOf = (kind: AlertRule['kind']): readonly Threshold[] =>
  fieldsOfSchema(ruleKinds[kind].settings).map(({ name, title, unit, schema }) => ({
    ...{ name, title, unit, whole: schema.type === 'integer' },
    ...{ minimum: schema.minimum ?? 0, maximum: schema.maximum ?? Infinity, otherwise: Number(schema.default ?? 0) },
  }));

/** What is wrong with thresholds, in words; empty = nothing. */
export function problemOfSettings(kind: AlertRule['kind'], settings: Settings): string {
  for (const { name, title, minimum, maximum, whole } of thresholdsOf(kind)) {
    const value = settings[name];
    if (value === undefined) continue;
    if (!Number.isFinite(value) || value < minimum || value > maximum || (whole && !Number.isInteger(value)))
      return `“${title}” is ${whole ? 'a whole number' : 'a number'} from ${minimum} to ${maximum}.`;
  }
  return '';
}

export function problemOfRule(draft: RuleDraft, kind: AlertRule['kind']): string {
  if (draft.name.trim() === '') return 'A name is needed.';
  if (!Number.isInteger(draft.forMinutes) || draft.forMinutes < 0 || draft.forMinutes > 10_080)
    return 'How long it has lasted is from 0 to 10,080 minutes.';
  if (draft.overrides.some(({ id }) => id === '')) return 'Choose whose thresholds differ.';
  const names = draft.overrides.map(({ kind: of, id }) => `${of} ${id}`);
  if (new Set(names).size < names.length) return 'Thresholds of one and the same are there twice.';
  return [draft.settings, ...draft.overrides.map(({ settings }) => settings)]
    .map((settings) => problemOfSettings(kind, settings))
    .reduce((first, next) => (first === '' ? next : first), '');
}

/** `above: 90 %; for: 15 minutes; major; in the school’s hours` */
export function ruleWords(of: AlertRule): string {
  const { severity } = ruleKinds[of.kind];
  const own = of.severity ?? severity;
  return [
    ...thresholdsOf(of.kind).map(
      ({ name, title, unit, otherwise }) => `${title.toLowerCase()}: ${of.settings[name] ?? otherwise} ${unit}`,
    ),
    own === null ? 'as grave as its incident' : severityWords[own].toLowerCase(),
    ...(of.forMinutes > 0 ? [`lasts ${formatNumberOf(of.forMinutes, 'minute')}`] : []),
    ...(of.hours === 'always' ? [] : [hoursWords[of.hours].toLowerCase()]),
    ...(of.academies.length > 0 ? [`of ${formatNumberOf(of.academies.length, 'academy', 'academies')}`] : []),
    ...(of.providers.length > 0 ? [`of ${formatNumberOf(of.providers.length, 'supplier')}`] : []),
    ...(of.overrides.length > 0 ? [`${of.overrides.length} with thresholds of their own`] : []),
  ].join('; ');
}
