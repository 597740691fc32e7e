/** What a browser does with cookies, and the shortest way to someone who is signed in. */
import { randomBytes } from 'node:crypto';
import type { AccessGrant, Account, NewAccount, SessionNow } from '@linewatch/contract';
import type { Estate } from '@linewatch/estate';

export interface Answered<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body; an empty object where it is not JSON. */
  readonly body: T;
}

export class Browser {
  readonly url: string;
  readonly cookies = new Map<string, string>();
  /** Sent with each request. */
  readonly headers: Record<string, string> = {};

  constructor(url: string) {
    this.url = url;
  }

  /** Redirects are not followed. A path is of the server; an address may be of another. */
  async ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answered<T>> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(new URL(path, this.url), {
      method,
      redirect: 'manual',
      headers: {
        ...(cookie !== '' && { cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...this.headers,
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = '', rest = ''] = /^([^=]+)=([^;]*)(.*)$/s.exec(set) ?? [];
      if (/max-age=0(;|$)/i.test(rest) || /expires=thu, 01 jan 1970/i.test(rest)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, text, body: (isJson ? JSON.parse(text) : {}) as T };
  }

  get<T = Record<string, unknown>>(path: string): Promise<Answered<T>> {
    return this.ask<T>('GET', path);
  }

  post<T = Record<string, unknown>>(path: string, body: unknown): Promise<Answered<T>> {
    return this.ask<T>('POST', path, body);
  }
}

export const password = 'nine brown kites over Ash';

/** Makes the first administrator over HTTP, by a link made on the server; returns a browser that is signed in. */
export async function setUp(url: string, estate: Estate, trust: string, email = 'ada@example.org'): Promise<Browser> {
  const token = randomBytes(32).toString('base64url');
  await estate.people.links.create(trust, token, { purpose: 'setup', account: null, lifeMs: 3_600_000 });
  const browser = new Browser(url);
  const answer = await browser.post<SessionNow>('/api/v1/setup', { token, name: 'Ada Admin', email, password });
  if (answer.status !== 200) throw new Error(`set-up: ${answer.text}`);
  return browser;
}

/** Makes an account as the administrator does, and signs it in by the link that comes back. */
export async function signInAs(
  admin: Browser,
  email: string,
  grants: readonly AccessGrant[],
): Promise<{ readonly browser: Browser; readonly account: Account }> {
  const made = await admin.post<NewAccount>('/api/v1/people/accounts', { email, name: `Person ${email}`, grants });
  if (made.status !== 200) throw new Error(`account: ${made.text}`);
  const token = made.body.link.path.split('token=')[1]!;
  const browser = new Browser(admin.url);
  const signed = await browser.post('/api/v1/session/link/password', { token, password });
  if (signed.status !== 200) throw new Error(`password: ${signed.text}`);
  return { browser, account: made.body.account };
}
