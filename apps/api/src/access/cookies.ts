import type { FastifyReply, FastifyRequest } from 'fastify';

/** Over https the name itself binds the cookie to this host and to https (RFC 6265bis, section 4.1.3.2). */
const nameOf = (name: string, secure: boolean): string => (secure ? `__Host-${name}` : name);
const isSecure = (request: FastifyRequest): boolean => request.protocol === 'https';
/** Cookies of one request that are looked at. */
const maxCookies = 50;

export function readCookie(request: FastifyRequest, name: string): string | undefined {
  const wanted = nameOf(name, isSecure(request));
  for (const part of (request.headers.cookie ?? '').split(';', maxCookies)) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === wanted) return part.slice(at + 1).trim();
  }
  return undefined;
}

/** `value` has only characters that a cookie takes. Lax: a link from elsewhere arrives signed in, a form does not. */
export function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  value: string,
  maxAgeS: number,
): void {
  const secure = isSecure(request);
  const attributes = `Path=/; Max-Age=${Math.floor(maxAgeS)}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  void reply.header('set-cookie', `${nameOf(name, secure)}=${value}; ${attributes}`);
}

export const clearCookie = (request: FastifyRequest, reply: FastifyReply, name: string): void =>
  setCookie(request, reply, name, '', 0);
