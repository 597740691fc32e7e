import { isIP } from 'node:net';

/** The dashboard, its charts and the API page need nothing but our own files; swagger-ui shows its marks from data: URLs. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** Whether an address that is listened on can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}

/** The name in a Host header: lower case, without port and brackets; undefined when it is not one. */
export function hostName(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]{2,45})\]|([^:[\]/@\s]{1,255}))(?::\d{1,5})?$/i.exec(header ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, '');
}

/**
 * Says which Host headers are served. A web page elsewhere can point its own name at 127.0.0.1 (DNS rebinding) and would
 * then share our origin: its name in the Host header gives it away. On a network address, address literals are served
 * too: no one can rebind those.
 */
export function createHostGuard(host: string, names: readonly string[]): (header: string | undefined) => boolean {
  const loopback = isLoopback(host);
  const served = new Set([
    'localhost',
    '127.0.0.1',
    '::1',
    ...[host, ...names].map((name) => hostName(name) ?? name.toLowerCase()),
  ]);
  return (header) => {
    const name = hostName(header);
    return name !== undefined && (served.has(name) || (!loopback && isIP(name) !== 0));
  };
}

/**
 * Whether a request that changes something comes from our own pages, or from no browser at all. Browsers say where a
 * request comes from in Sec-Fetch-Site, and older ones in Origin; a page cannot alter either.
 */
export function isSameOrigin(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  const { 'sec-fetch-site': site, origin, host } = headers;
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin === undefined) return true;
  if (typeof origin !== 'string' || !URL.canParse(origin)) return false;
  return new URL(origin).host === (typeof host === 'string' ? host.toLowerCase() : undefined);
}
