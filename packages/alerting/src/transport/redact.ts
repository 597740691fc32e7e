/** Hides secrets in what is kept of an exchange: by value wherever they stand, and by the name of what holds them. */
import { escapeHtml } from '../text.ts';

export const hidden = '•••';

/** Shorter values stand in too many places by chance to be looked for. */
const leastSecretCharacters = 4;
const secretHeader = /auth|token|secret|api-?key|cookie|password|credential|session/i;
const scheme = /^(Basic|Bearer|GenieKey|Token|Digest) /i;
const secretNames =
  'access_token|refresh_token|id_token|client_secret|client_assertion|password|routing_key|integration_key|service_key|api_?key|secret|token|sig';
const jsonMember = new RegExp(`("(?:${secretNames})"\\s*:\\s*)"(?:[^"\\\\]|\\\\.)*"`, 'gi');
const formMember = new RegExp(`(^|[?&])((?:${secretNames})=)[^&\\s]*`, 'gim');

const inner = (text: string): string => JSON.stringify(text).slice(1, -1);

/** As it may stand in an address, a form, JSON, HTML, or Basic sign-in. */
function formsOf(secret: string): string[] {
  const parts = [secret];
  // Of an address that is a secret, what is in its path and query would be enough.
  if (URL.canParse(secret) && /^https?:/.test(secret)) {
    const url = new URL(secret);
    parts.push(url.href, `${url.pathname}${url.search}`, ...url.searchParams.values());
    parts.push(...url.pathname.split('/').filter((part) => part.length >= 16));
  }
  return parts
    .filter((part) => part.length >= leastSecretCharacters)
    .flatMap((part) => [
      part,
      encodeURIComponent(part.toWellFormed()),
      encodeURIComponent(part.toWellFormed()).replaceAll('%20', '+'),
      inner(part),
      escapeHtml(part),
      Buffer.from(part).toString('base64'),
    ]);
}

/** What of headers signs in: as it stands, without its scheme, and of Basic what it is made of. */
export const secretsIn = (headers: Readonly<Record<string, string>>): string[] =>
  Object.entries(headers).flatMap(([name, value]) => {
    if (!secretHeader.test(name)) return [];
    const bare = value.replace(scheme, '');
    if (!/^Basic /i.test(value)) return [value, bare];
    const pair = Buffer.from(bare, 'base64').toString();
    return [value, bare, pair, pair.slice(pair.indexOf(':') + 1)];
  });

export interface Redactor {
  text(text: string): string;
  url(url: string): string;
  headers(headers: Readonly<Record<string, string>>): Record<string, string>;
  /** Of a body: also what its members are named says. */
  body(body: string): string;
  /** Of an answer's body. `whole`: false where it was cut, so that its end may be a part of a secret. */
  shown(body: string, whole: boolean): string;
}

export function createRedactor(secrets: readonly string[]): Redactor {
  const forms = [...new Set(secrets.flatMap(formsOf))].toSorted((a, b) => b.length - a.length);
  const text = (of: string): string => forms.reduce((left, form) => left.replaceAll(form, hidden), of);
  const body = (of: string): string =>
    text(of).replace(jsonMember, `$1"${hidden}"`).replace(formMember, `$1$2${hidden}`);
  const longest = forms[0]?.length ?? 0;
  return {
    text,
    url(of) {
      const shown = text(of).replace(/^([a-z]+:\/\/)([^/?#@]*)@/i, (_, scheme: string) => `${scheme}${hidden}@`);
      return shown.replace(formMember, `$1$2${hidden}`);
    },
    headers: (of) =>
      Object.fromEntries(
        Object.entries(of).map(([name, value]) => {
          if (!secretHeader.test(name)) return [name, text(value)];
          // The scheme is none: it says how one signs in.
          return [name, `${scheme.exec(value)?.[0] ?? ''}${hidden}`];
        }),
      ),
    body,
    shown: (of, whole) => body(whole ? of : of.slice(0, -longest || undefined)),
  };
}
