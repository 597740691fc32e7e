/** Kept secrets go on being used only where they went so far: whoever may change an address is not to learn them by it. */
import { isDeepStrictEqual } from 'node:util';
import { type FormatName, type SubscriptionBody, formats } from '@linewatch/contract';
import type { StoredSubscription } from '@linewatch/estate';
import type { TObject } from 'typebox';

type Settings = Readonly<Record<string, unknown>>;
type Reached = Pick<SubscriptionBody, 'format' | 'settings'>;

/** Signatures do not show the secret that they were made with; the other one never leaves. */
const neverSent: readonly string[] = ['signing', 'inbound'];

/** Settings of a format that hold an address. */
const addressesOf = (format: FormatName): string[] =>
  Object.keys((formats[format].settings as TObject).properties).filter((name) => /url$/i.test(name));

/** Where a setting leads: scheme, host and port. */
function originOf(value: unknown): string {
  if (typeof value !== 'string') return '';
  return URL.canParse(value) ? new URL(value).origin : value;
}

/** Whose secret stands in templates: another template could tell it in other letters, in the log, too. */
const written: readonly FormatName[] = ['sms', 'template'];
/** Those that no secret stands in. */
const plain: readonly string[] = ['to', 'atMost'];

/** Whether it leads where the other leads, and says the same with its secret. */
function sameReach(a: Reached, b: Reached): boolean {
  if (a.format !== b.format) return false;
  const [of, at]: readonly Settings[] = [a.settings, b.settings];
  if (written.includes(a.format)) {
    const names = [...new Set([...Object.keys(of!), ...Object.keys(at!)])].filter((name) => !plain.includes(name));
    return names.every((name) => isDeepStrictEqual(of![name], at![name]));
  }
  return addressesOf(a.format).every((name) => originOf(of![name]) === originOf(at![name]));
}

/** Names of kept secrets that would be sent elsewhere, by what is given. */
export function strayed(kept: StoredSubscription, body: SubscriptionBody): string[] {
  if (sameReach(kept, body)) return [];
  const given = body.secrets ?? {};
  return Object.keys(formats[body.format].secrets).filter(
    (name) => Object.hasOwn(kept.secrets, name) && !neverSent.includes(name) && !Object.hasOwn(given, name),
  );
}

/** Names of kept secrets that another format has no use for: they go with the one before. */
export const leftOver = (kept: StoredSubscription, { format }: SubscriptionBody): string[] =>
  Object.keys(kept.secrets).filter((name) => name !== 'inbound' && !Object.hasOwn(formats[format].secrets, name));

/** What it would be sent with, by name, latest first: those given, else those kept. */
export function secretsOf(
  kept: StoredSubscription | undefined,
  { format, secrets: given = {} }: SubscriptionBody,
  nowMs: number,
): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.keys(formats[format].secrets).flatMap((name) => {
      if (Object.hasOwn(given, name)) return typeof given[name] === 'string' ? [[name, [given[name]]]] : [];
      const live = (kept?.secrets[name] ?? []).filter(({ untilMs }) => untilMs === null || untilMs > nowMs);
      return live.length > 0 ? [[name, live.map(({ value }) => value)]] : [];
    }),
  );
}
