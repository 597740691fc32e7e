/** A subscription while it is written: what the form holds, and what is sent of it. */
import {
  type FormatName,
  type Matcher,
  type RuleKind,
  type Severity,
  type Subscription,
  type SubscriptionBody,
  formats,
} from '@linewatch/contract';
import { type Group, startingGroup } from './grouping.ts';
import type { Weekday } from './words.ts';

export interface SubscriptionDraft {
  name: string;
  enabled: boolean;
  format: FormatName;
  /** What was typed; empty = it stays as it is. */
  secrets: Record<string, string>;
  /** Names of those that are to be removed. */
  removed: readonly string[];
  atLeast: Severity;
  rules: readonly RuleKind[];
  matchers: readonly Matcher[];
  group: Group;
  sendResolved: boolean;
  reopenMinutes: number;
  escalateMinutes: number;
  limited: boolean;
  weekdays: readonly Weekday[];
  from: string;
  to: string;
  perMinute: number;
  timeoutSeconds: number;
}

const workdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];

export const newSubscription = (format: FormatName): SubscriptionDraft => ({
  ...{ name: '', enabled: true, format, secrets: {}, removed: [] },
  ...{ atLeast: formats[format].stream ? 'info' : 'minor', rules: [], matchers: [] },
  group: startingGroup(formats[format].stream),
  ...{ sendResolved: true, reopenMinutes: 30, escalateMinutes: 0 },
  ...{ limited: false, weekdays: workdays, from: '08:00', to: '17:00', perMinute: 600, timeoutSeconds: 15 },
});

export const draftOf = (of: Subscription): SubscriptionDraft => ({
  ...{ name: of.name, enabled: of.enabled, format: of.format, secrets: {}, removed: [] },
  ...{ atLeast: of.match.atLeast, rules: of.match.rules, matchers: of.match.matchers },
  group: of.group,
  ...{ sendResolved: of.sendResolved, reopenMinutes: of.reopenMinutes, escalateMinutes: of.escalateMinutes },
  ...{ limited: of.hours !== null, weekdays: of.hours?.weekdays ?? workdays },
  ...{ from: of.hours?.from ?? '08:00', to: of.hours?.to ?? '17:00' },
  ...{ perMinute: of.perMinute, timeoutSeconds: of.timeoutSeconds },
});

const within = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most;

/** What is wrong with it, in words; empty = nothing that can be seen before the server judges. `kept`: secrets there are. */
export function problemOfDraft(draft: SubscriptionDraft, kept: readonly string[]): string {
  if (draft.name.trim() === '') return 'A name is needed.';
  for (const [name, { title, needed }] of secretsOf(draft.format)) {
    const given = (draft.secrets[name] ?? '') !== '';
    if (needed && !given && (!kept.includes(name) || draft.removed.includes(name))) return `${title} is needed.`;
  }
  const { waitSeconds, intervalSeconds, repeatHours, by } = draft.group;
  if (by.length > 6) return 'At most six labels make a ticket.';
  if (!within(waitSeconds, 0, 3600)) return 'The wait before the first word is from 0 to 3,600 seconds.';
  if (!within(intervalSeconds, 0, 86_400)) return 'The time between two words is from 0 to 86,400 seconds.';
  if (!within(repeatHours, 0, 168)) return 'It is repeated after 0 to 168 hours.';
  if (!within(draft.reopenMinutes, 0, 10_080)) return 'The time to open a ticket again is from 0 to 10,080 minutes.';
  if (!within(draft.escalateMinutes, 0, 10_080)) return 'It escalates after 0 to 10,080 minutes.';
  if (!within(draft.perMinute, 1, 6000)) return 'Requests a minute are from 1 to 6,000.';
  if (!within(draft.timeoutSeconds, 1, 30)) return 'An answer may take from 1 to 30 seconds.';
  if (draft.limited && draft.weekdays.length === 0) return 'Choose at least one day of the week.';
  if (draft.limited && draft.from >= draft.to) return 'The hours end before they begin.';
  return '';
}

type SecretInfo = { readonly title: string; readonly needed: boolean };
export const secretsOf = (format: FormatName): readonly (readonly [string, SecretInfo])[] =>
  Object.entries<SecretInfo>(formats[format].secrets);

export function bodyOf(
  draft: SubscriptionDraft,
  settings: Readonly<Record<string, unknown>>,
  was: Subscription | null,
): SubscriptionBody {
  const own = new Set(secretsOf(draft.format).map(([name]) => name));
  const secrets = Object.fromEntries([
    ...draft.removed.map((name) => [name, null] as const),
    ...Object.entries(draft.secrets).filter(([name, value]) => own.has(name) && value !== ''),
  ]);
  return {
    ...{ name: draft.name.trim(), enabled: draft.enabled, format: draft.format, settings: { ...settings } },
    match: { atLeast: draft.atLeast, rules: [...draft.rules], matchers: [...draft.matchers] },
    group: { ...draft.group, by: [...draft.group.by] },
    ...{
      sendResolved: draft.sendResolved,
      reopenMinutes: draft.reopenMinutes,
      escalateMinutes: draft.escalateMinutes,
    },
    hours: draft.limited ? { weekdays: [...draft.weekdays], from: draft.from, to: draft.to } : null,
    ...{ perMinute: draft.perMinute, timeoutSeconds: draft.timeoutSeconds },
    ...(Object.keys(secrets).length > 0 && { secrets }),
    ...(was && { revision: was.revision }),
  };
}

/** A secret to sign with, by Standard Webhooks: 32 random octets. */
export function newSigningSecret(random: (into: Uint8Array<ArrayBuffer>) => Uint8Array): string {
  return `whsec_${btoa(String.fromCharCode(...random(new Uint8Array(32))))}`;
}
