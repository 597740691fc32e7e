/** The pages, the addresses they have, and who may open them. What each shows is loaded by pages/load.ts. */
import type { Permission } from '@linewatch/contract';

/**
 * `public`: before signing in, too. `signed-in`: any account. Else whoever has the permission for one academy at least;
 * `all:`: for the whole trust.
 */
export type PageAccess = 'public' | 'signed-in' | Permission | `all:${Permission}`;

interface Row {
  /** A part that begins with ":" takes any text. */
  readonly path: string;
  readonly page: string;
  readonly access: PageAccess;
  /** Of several addresses that show the same page: which kind of record. */
  readonly kind?: string;
}

const table = [
  { path: '/', page: 'overview', access: 'telemetry.read' },
  { path: '/exporters', page: 'exporters', access: 'exporters.read' },
  { path: '/inbox', page: 'inbox', access: 'exporters.read' },
  { path: '/incidents', page: 'incidents', access: 'telemetry.read' },
  { path: '/incidents/:id', page: 'incident', access: 'telemetry.read' },
  { path: '/alerts', page: 'alerts', access: 'alerts.read' },
  { path: '/safeguarding', page: 'safeguarding', access: 'safeguarding.read' },
  { path: '/silences', page: 'silences', access: 'alerts.read' },
  { path: '/subscriptions', page: 'subscriptions', access: 'all:alerts.read' },
  { path: '/deliveries', page: 'deliveries', access: 'all:alerts.read' },
  { path: '/deliveries/:id', page: 'delivery', access: 'all:alerts.read' },
  { path: '/alert-rules', page: 'alert-rules', access: 'all:alerts.read' },
  { path: '/status-pages', page: 'status-pages', access: 'alerts.read' },
  { path: '/maintenance', page: 'maintenance', access: 'telemetry.read' },
  { path: '/sla', page: 'sla', access: 'telemetry.read' },
  { path: '/sla/academies/:id', page: 'sla-academy', access: 'telemetry.read' },
  { path: '/sla/circuits/:id', page: 'sla-circuit', access: 'telemetry.read' },
  { path: '/reports', page: 'reports', access: 'telemetry.read' },
  { path: '/academies', page: 'academies', access: 'estate.read' },
  { path: '/academies/:id', page: 'academy', access: 'telemetry.read' },
  { path: '/academies/:id/estate', page: 'academy-estate', access: 'estate.read' },
  { path: '/circuits', page: 'records', kind: 'circuit', access: 'estate.read' },
  { path: '/suppliers', page: 'records', kind: 'provider', access: 'estate.read' },
  { path: '/contracts', page: 'records', kind: 'contract', access: 'estate.read' },
  { path: '/equipment', page: 'records', kind: 'equipment', access: 'estate.read' },
  { path: '/records/:kind', page: 'records', access: 'estate.read' },
  { path: '/plan', page: 'plan', access: 'estate.read' },
  { path: '/import', page: 'import', access: 'import' },
  { path: '/onboard', page: 'onboard', access: 'estate.write' },
  { path: '/templates', page: 'records', kind: 'template', access: 'estate.read' },
  { path: '/people', page: 'people', access: 'people.read' },
  { path: '/review', page: 'review', access: 'people.read' },
  { path: '/audit', page: 'audit', access: 'audit.read' },
  { path: '/account', page: 'account', access: 'signed-in' },
  { path: '/sign-in', page: 'sign-in', access: 'public' },
  { path: '/setup', page: 'setup', access: 'public' },
  { path: '/password', page: 'setup', access: 'public' },
] as const satisfies readonly Row[];

export type PageName = (typeof table)[number]['page'] | 'not-found';

/** What a page's address says; empty = its address says nothing of it. Every page gets it as its props. */
export interface RouteParams {
  readonly id: string;
  readonly kind: string;
}

export interface Route {
  readonly page: PageName;
  readonly params: RouteParams;
  readonly access: PageAccess;
}

const nowhere: Route = { page: 'not-found', params: { id: '', kind: '' }, access: 'public' };

export function matchRoute(pathname: string): Route {
  const parts = (pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname).split('/');
  for (const row of table) {
    const wanted = row.path.split('/');
    const same =
      wanted.length === parts.length &&
      wanted.every((part, i) => (part[0] === ':' ? parts[i] !== '' : part === parts[i]));
    if (!same) continue;
    const { page, access } = row;
    const fixed = 'kind' in row ? row.kind : '';
    const value = (name: string): string | undefined => parts[wanted.indexOf(`:${name}`)];
    try {
      const params = { id: decodeURIComponent(value('id') ?? ''), kind: decodeURIComponent(value('kind') ?? fixed) };
      return { page, params, access };
    } catch {
      return nowhere;
    }
  }
  return nowhere;
}

export function academyHref(id: string): string {
  return `/academies/${encodeURIComponent(id)}`;
}

export const incidentHref = (id: number): string => `/incidents/${id}`;

export const deliveryHref = (id: number): string => `/deliveries/${id}`;
export const subscriptionHref = (id: string): string => `/subscriptions?subscription=${encodeURIComponent(id)}`;

/** Service levels of a month, as `2026-09`. */
export const academySlaHref = (id: string, month: string): string =>
  `/sla/academies/${encodeURIComponent(id)}?month=${month}`;

/** What a circuit's figures of a month rest on. */
export const circuitSlaHref = (id: string, month: string): string =>
  `/sla/circuits/${encodeURIComponent(id)}?month=${month}`;

/** Where the records of a kind are listed. */
export function kindHref(kind: string): string {
  if (kind === 'academy') return '/academies';
  const row = table.find((each) => 'kind' in each && each.kind === kind);
  return row?.path ?? `/records/${encodeURIComponent(kind)}`;
}

/** Where one record is shown; of an academy, its figures are another page: `academyHref`. */
export function recordHref(kind: string, id: string): string {
  if (kind === 'academy') return `${academyHref(id)}/estate`;
  return `${kindHref(kind)}?record=${encodeURIComponent(id)}`;
}

/** A copy of a query with one name set, or removed when the value is empty. */
export function withParam(query: URLSearchParams, name: string, value: string | null): URLSearchParams {
  const next = new URLSearchParams(query);
  if (value === null || value === '') next.delete(name);
  else next.set(name, value);
  return next;
}
