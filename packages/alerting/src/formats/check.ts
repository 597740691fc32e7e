/** What a schema cannot say of a format's settings and secrets. The schema was checked before. */
import { type FormatName, type FormatSettings, formats } from '@linewatch/contract';
import { LiquidError, liquidProblem } from '../liquid.ts';
import { signingProblem } from '../signing.ts';
import { isOwnHeader } from '../transport/http.ts';
import { isHttpPort } from '../transport/guard.ts';
import { bodyProblem } from './content.ts';
import { exampleNotification } from './example.ts';
import { pointerProblem } from './pointer.ts';
import { smsRequest, smsText } from './sms.ts';
import { hostProblem, templateRequest } from './template.ts';

export interface SettingsProblem {
  /** As `settings.url`, `settings.fields.2.value`, `secrets.signing`. */
  readonly path: string;
  readonly message: string;
}

type Problems = SettingsProblem[];
/** What a header's value may hold (RFC 9110, 5.5), in Latin-1. */
const headerValue = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

function checkUrl(problems: Problems, path: string, text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    problems.push({ path, message: 'is no http(s) address' });
    return;
  }
  if (url.username !== '' || url.password !== '')
    problems.push({ path, message: 'holds a user or password, which everybody could read; put it among the secrets' });
  if (url.port === '0' || (url.port !== '' && !isHttpPort(Number(url.port)) && Number(url.port) >= 1024))
    problems.push({ path, message: `port ${url.port} is another protocol’s` });
}

function checkLiquid(problems: Problems, path: string, source: unknown): boolean {
  if (typeof source !== 'string') return true;
  const problem = liquidProblem(source);
  if (problem !== null) problems.push({ path, message: problem });
  return problem === null;
}

function checkHeaders(
  problems: Problems,
  headers: FormatSettings<'webhook'>['headers'] = [],
  isTemplate = false,
): boolean {
  const before = problems.length;
  headers.forEach(({ name, value }, index) => {
    const path = `settings.headers.${index}`;
    if (isOwnHeader(name) || /^webhook-/i.test(name))
      problems.push({ path: `${path}.name`, message: `${name} is set by Linewatch itself` });
    if (isTemplate) checkLiquid(problems, `${path}.value`, value);
    else if (!headerValue.test(value))
      problems.push({ path: `${path}.value`, message: 'has characters that no header may' });
  });
  return problems.length === before;
}

/** Makes what would be sent, of an example. */
function tryOut(problems: Problems, path: string, run: () => string | null): void {
  try {
    const message = run();
    if (message !== null) problems.push({ path, message });
  } catch (error) {
    if (!(error instanceof LiquidError)) throw error;
    const { message } = error;
    // The same body is tried for the opening and the end.
    if (!problems.some((known) => known.path === path && known.message === message)) problems.push({ path, message });
  }
}

const example = (event: 'opened' | 'resolved') =>
  exampleNotification(event, Date.UTC(2026, 0, 15, 3, 0), {
    id: 'msg_example',
    trust: { id: 'example', name: 'Example Trust' },
    subscription: 'example',
    url: 'https://linewatch.example.org/incidents/1',
  });

function checkSms(problems: Problems, settings: FormatSettings<'sms'>): void {
  const headersFit = checkHeaders(problems, settings.headers, true);
  if (!checkLiquid(problems, 'settings.body', settings.body) || !headersFit) return;
  const notification = example('opened');
  tryOut(problems, 'settings.body', () =>
    // A quote, which a template may have to escape, is seldom in the text and may be one night.
    bodyProblem(smsRequest(settings, notification, '+441632960001', `"${smsText(notification, 100)}"`, 'secret')),
  );
}

function checkTemplate(problems: Problems, settings: FormatSettings<'template'>): void {
  const before = problems.length;
  checkHeaders(problems, settings.headers, true);
  for (const name of ['url', 'updateUrl', 'body', 'resolvedBody', 'ticketUrl'] as const)
    checkLiquid(problems, `settings.${name}`, settings[name]);
  if (problems.length === before)
    for (const name of ['url', 'updateUrl'] as const) {
      const problem = settings[name] === undefined ? null : hostProblem(settings[name]);
      if (problem !== null) problems.push({ path: `settings.${name}`, message: problem });
    }
  if (settings.ticketIdAt !== undefined) {
    const problem = pointerProblem(settings.ticketIdAt);
    if (problem !== null) problems.push({ path: 'settings.ticketIdAt', message: problem });
  }
  if (problems.length > before) return;
  const ticket = { id: '1', reference: '1', url: null };
  for (const [path, event, known] of [
    ['settings.body', 'opened', null],
    [settings.resolvedBody === undefined ? 'settings.body' : 'settings.resolvedBody', 'resolved', ticket],
  ] as const)
    tryOut(problems, path, () => {
      // A secret may be where it goes.
      templateRequest(settings, example(event), known, 'https://receiver.example/secret');
      return null;
    });
}

/**
 * Everything that is wrong, by path. `secrets`: those that are given, or known to be kept (then `true`); only what is given is
 * looked at more closely.
 */
export function checkSettings(
  format: FormatName,
  settings: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, string | true | null | undefined>> = {},
): readonly SettingsProblem[] {
  const problems: Problems = [];
  // Addresses of `template` are templates.
  if (format !== 'template')
    for (const name of ['url', 'authUrl'])
      if (typeof settings[name] === 'string') checkUrl(problems, `settings.${name}`, settings[name]);
  if (Array.isArray(settings['fields']))
    (settings['fields'] as readonly { readonly value?: unknown }[]).forEach(({ value }, index) =>
      checkLiquid(problems, `settings.fields.${index}.value`, value),
    );
  if (format === 'webhook' || format === 'alertmanager')
    checkHeaders(problems, (settings as FormatSettings<'webhook'>).headers);
  if (format === 'sms') checkSms(problems, settings as FormatSettings<'sms'>);
  if (format === 'template') checkTemplate(problems, settings as FormatSettings<'template'>);

  const known: Readonly<Record<string, { readonly needed: boolean; readonly title: string }>> = formats[format].secrets;
  for (const [name, value] of Object.entries(secrets)) {
    if (value === null || value === undefined) continue;
    const path = `secrets.${name}`;
    if (!Object.hasOwn(known, name)) problems.push({ path, message: `${formats[format].title} has no such secret` });
    else if (value === true) continue;
    else if (name === 'signing') {
      const problem = signingProblem(value);
      if (problem !== null) problems.push({ path, message: problem });
    } else if (name === 'url') checkUrl(problems, path, value);
    else if (!headerValue.test(value)) problems.push({ path, message: 'has characters that cannot be sent' });
  }
  for (const [name, { needed, title }] of Object.entries(known))
    if (needed && (secrets[name] === null || secrets[name] === undefined))
      problems.push({ path: `secrets.${name}`, message: `${title}: without it nothing can be sent` });
  return problems;
}
