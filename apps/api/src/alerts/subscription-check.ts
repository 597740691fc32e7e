/** What is wrong with a subscription, before it is kept or tried. */
import { liquidProblem } from '@linewatch/alerting';
import { type SubscriptionBody, formats } from '@linewatch/contract';
import type { TObject, TSchema } from 'typebox';
import { matcherProblem } from './matching.ts';
import { misfits } from './rules.ts';

/** Settings take no more than this as JSON, octets. */
const maxSettingsBytes = 48 * 1024;

interface Field extends TSchema {
  readonly multiline?: boolean;
  readonly items?: { readonly properties?: Readonly<Record<string, Field>> };
}

/** Each problem says where. `secrets`: names of those that it will have. */
export function subscriptionProblems(body: SubscriptionBody, secrets: readonly string[]): string[] {
  const { settings, secrets: needed } = formats[body.format] as {
    readonly settings: TObject;
    readonly secrets: Readonly<Record<string, { readonly title: string; readonly needed: boolean }>>;
  };
  const problems = misfits(settings, body.settings, 'body.settings');
  if (JSON.stringify(body.settings).length > maxSettingsBytes)
    problems.push(`body.settings is over ${maxSettingsBytes} octets`);
  if (problems.length === 0) problems.push(...templateProblems(settings.properties, body.settings, 'body.settings'));
  for (const name of Object.keys(body.secrets ?? {}))
    if (!Object.hasOwn(needed, name) && name !== 'inbound')
      problems.push(`body.secrets.${name} is no secret of this format`);
  for (const [name, { title, needed: must }] of Object.entries(needed))
    if (must && !secrets.includes(name)) problems.push(`body.secrets.${name} is missing: ${title}`);
  for (const name of ['signing', 'inbound'])
    if (typeof body.secrets?.[name] === 'string' && !isSigningSecret(body.secrets[name]))
      problems.push(`body.secrets.${name} is not whsec_ and 24 to 64 octets in base64`);
  problems.push(...body.match.matchers.flatMap((each, i) => matcherProblem(each, `body.match.matchers.${i}`) ?? []));
  if (body.hours && body.hours.from === body.hours.to) problems.push('body.hours begin when they end');
  return problems.slice(0, 20);
}

/** Standard Webhooks 1.0.0, "Signature scheme". */
export function isSigningSecret(text: string): boolean {
  const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  if (encoded === undefined || encoded.length % 4 !== 0) return false;
  const { length } = Buffer.from(encoded, 'base64');
  return length >= 24 && length <= 64;
}

/** Of fields that are templates, and of those in lists. */
function templateProblems(
  properties: Readonly<Record<string, Field>>,
  values: Readonly<Record<string, unknown>>,
  where: string,
): string[] {
  return Object.entries(properties).flatMap(([name, { multiline, items }]) => {
    const value = values[name];
    if (multiline !== undefined && typeof value === 'string') {
      const problem = liquidProblem(value);
      return problem === null ? [] : [`${where}.${name}: ${problem}`];
    }
    if (!items?.properties || !Array.isArray(value)) return [];
    return value.flatMap((each: Readonly<Record<string, unknown>>, i) =>
      templateProblems(items.properties!, each, `${where}.${name}.${i}`),
    );
  });
}
