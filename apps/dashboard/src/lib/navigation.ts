/** The pages that are always in reach, in groups. */
import type { PageAccess, Route } from './route.ts';
import { matchRoute } from './route.ts';

interface NavItem {
  readonly title: string;
  readonly href: string;
}

export interface NavGroup {
  readonly title: string;
  readonly items: readonly NavItem[];
}

const groups: readonly NavGroup[] = [
  {
    title: 'Now',
    items: [
      { title: 'Overview', href: '/' },
      { title: 'Incidents', href: '/incidents' },
      { title: 'Alerts', href: '/alerts' },
      { title: 'Safeguarding', href: '/safeguarding' },
      { title: 'Exporters', href: '/exporters' },
      { title: 'Inbox', href: '/inbox' },
    ],
  },
  {
    title: 'Service',
    items: [
      { title: 'SLA', href: '/sla' },
      { title: 'Reports', href: '/reports' },
      { title: 'Maintenance', href: '/maintenance' },
    ],
  },
  {
    title: 'Telling people',
    items: [
      { title: 'Subscriptions', href: '/subscriptions' },
      { title: 'Deliveries', href: '/deliveries' },
      { title: 'Alert rules', href: '/alert-rules' },
      { title: 'Silences', href: '/silences' },
      { title: 'Status pages', href: '/status-pages' },
    ],
  },
  {
    title: 'Estate',
    items: [
      { title: 'Academies', href: '/academies' },
      { title: 'Circuits', href: '/circuits' },
      { title: 'Suppliers', href: '/suppliers' },
      { title: 'Contracts', href: '/contracts' },
      { title: 'Equipment', href: '/equipment' },
      { title: 'Plan', href: '/plan' },
      { title: 'Import', href: '/import' },
    ],
  },
  {
    title: 'More records',
    items: [
      { title: 'Sites', href: '/records/site' },
      { title: 'Contacts', href: '/records/contact' },
      { title: 'Regions and clusters', href: '/records/cluster' },
      { title: 'Calendars', href: '/records/calendar' },
      { title: 'Standards profiles', href: '/records/profile' },
      { title: 'Templates', href: '/templates' },
      { title: 'SNMP credentials', href: '/records/credential' },
    ],
  },
  {
    title: 'Access',
    items: [
      { title: 'People', href: '/people' },
      { title: 'Who can see what', href: '/review' },
      { title: 'Audit log', href: '/audit' },
    ],
  },
];

/** What whoever is at the page may open; groups without anything are left out. */
export function navigationFor(may: (access: PageAccess) => boolean): readonly NavGroup[] {
  return groups
    .map(({ title, items }) => ({ title, items: items.filter(({ href }) => may(matchRoute(href).access)) }))
    .filter(({ items }) => items.length > 0);
}

/** `page`: this is it. `true`: what is shown belongs to it. */
export function currentIn(href: string, path: string, route: Route): 'page' | 'true' | undefined {
  const own = path.length > 1 ? path.replace(/\/$/, '') : path;
  if (own === href) return 'page';
  if (href === '/') return route.page === 'academy' ? 'true' : undefined;
  // An academy's figures belong to the overview, its records to the list of academies.
  if (href === '/academies') return route.page === 'academy-estate' ? 'true' : undefined;
  return own.startsWith(`${href}/`) ? 'true' : undefined;
}
