/** The pages, and the addresses they have. */

export type Route =
  | { readonly page: 'overview' }
  | { readonly page: 'exporters' }
  | { readonly page: 'academy'; readonly id: string }
  | { readonly page: 'not-found' };

export function matchRoute(pathname: string): Route {
  const path = pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname;
  if (path === '/') return { page: 'overview' };
  if (path === '/exporters') return { page: 'exporters' };
  const id = /^\/academies\/([^/]+)$/.exec(path)?.[1];
  if (id === undefined) return { page: 'not-found' };
  try {
    return { page: 'academy', id: decodeURIComponent(id) };
  } catch {
    return { page: 'not-found' };
  }
}

export function academyHref(id: string): string {
  return `/academies/${encodeURIComponent(id)}`;
}

/** A copy of a query with one name set, or removed when the value is empty. */
export function withParam(query: URLSearchParams, name: string, value: string | null): URLSearchParams {
  const next = new URLSearchParams(query);
  if (value === null || value === '') next.delete(name);
  else next.set(name, value);
  return next;
}
