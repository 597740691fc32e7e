/** Each page is a file of its own that is fetched when it is first opened, so that the first page is there soon. */
import type { Component } from 'svelte';
import type { PageName, RouteParams } from '../lib/route.ts';

/** `never`: a page declares those of RouteParams that it takes, or none. */
type Loader = () => Promise<{ readonly default: Component<never> }>;
type Loaded = Promise<{ readonly default: Component<RouteParams> }>;

const loaders: Record<PageName, Loader> = {
  overview: () => import('./Overview.svelte'),
  exporters: () => import('./Exporters.svelte'),
  inbox: () => import('./Inbox.svelte'),
  incidents: () => import('./Incidents.svelte'),
  incident: () => import('./Incident.svelte'),
  alerts: () => import('./Alerts.svelte'),
  safeguarding: () => import('./Safeguarding.svelte'),
  silences: () => import('./Silences.svelte'),
  subscriptions: () => import('./Subscriptions.svelte'),
  deliveries: () => import('./Deliveries.svelte'),
  delivery: () => import('./Delivery.svelte'),
  'alert-rules': () => import('./AlertRules.svelte'),
  'status-pages': () => import('./StatusPages.svelte'),
  maintenance: () => import('./Maintenance.svelte'),
  sla: () => import('./Sla.svelte'),
  'sla-academy': () => import('./SlaAcademy.svelte'),
  'sla-circuit': () => import('./SlaCircuit.svelte'),
  reports: () => import('./Reports.svelte'),
  academies: () => import('./Academies.svelte'),
  academy: () => import('./Academy.svelte'),
  'academy-estate': () => import('./AcademyEstate.svelte'),
  records: () => import('./Records.svelte'),
  plan: () => import('./Plan.svelte'),
  import: () => import('./Import.svelte'),
  onboard: () => import('./Onboard.svelte'),
  people: () => import('./People.svelte'),
  review: () => import('./Review.svelte'),
  audit: () => import('./Audit.svelte'),
  account: () => import('./Account.svelte'),
  'sign-in': () => import('./SignIn.svelte'),
  setup: () => import('./Setup.svelte'),
  'not-found': () => import('./NotFound.svelte'),
};

const loaded = new Map<PageName, Loaded>();

/** The same page is the same promise; one that could not be fetched is tried again the next time. */
export function loadPage(page: PageName): Loaded {
  let promise = loaded.get(page);
  if (!promise) {
    promise = loaders[page]() as Loaded;
    loaded.set(page, promise);
    promise.catch(() => loaded.delete(page));
  }
  return promise;
}
