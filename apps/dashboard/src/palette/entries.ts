/** What the search palette offers without asking the server: pages, things to do, academies, and what was opened last. */
import type { NavGroup } from '../lib/navigation.ts';
import { type PageAccess, academyHref } from '../lib/route.ts';

export interface Entry {
  readonly href: string;
  readonly title: string;
  /** What tells it from others of the same title. */
  readonly detail: string;
  /** Found by these words, too; not shown. */
  readonly also?: string;
}

const actions: readonly (Entry & { readonly access: PageAccess })[] = [
  {
    href: '/onboard',
    title: 'Add an academy',
    detail: 'From its name to its first graph',
    also: 'new create school onboard wizard',
    access: 'estate.write',
  },
  {
    href: '/import',
    title: 'Import a file',
    detail: 'Academies, circuits, contracts',
    also: 'upload csv yaml register librenms netbox prtg',
    access: 'import',
  },
  {
    href: '/people?new',
    title: 'Add an account',
    detail: 'For someone who is to sign in',
    also: 'new user person invite',
    access: 'people.write',
  },
  {
    href: '/account',
    title: 'Your account',
    detail: 'Password, second factor, sessions, API tokens',
    also: 'totp mfa sign out calendar',
    access: 'signed-in',
  },
  {
    href: '/maintenance?new=yes',
    title: 'Plan maintenance',
    detail: 'Once, or again and again',
    also: 'new works downtime window supplier notice',
    access: 'maintenance.write',
  },
  {
    href: '/silences?new=yes',
    title: 'Silence alerts',
    detail: 'For a while, or again and again',
    also: 'new mute quiet',
    access: 'alerts.silence',
  },
  {
    href: '/subscriptions?new=yes',
    title: 'Tell someone of alerts',
    detail: 'Ticket system, chat, e-mail, SMS, webhook',
    also: 'new subscription helpdesk servicenow jira zendesk freshservice halo teams pagerduty',
    access: 'all:alerts.write',
  },
  { href: '/records/rule', title: 'Mapping rules', detail: 'For new lines in telemetry', access: 'estate.write' },
];

export function pageEntries(groups: readonly NavGroup[]): Entry[] {
  return groups.flatMap(({ title: group, items }) => items.map(({ title, href }) => ({ href, title, detail: group })));
}

export const actionEntries = (may: (access: PageAccess) => boolean): Entry[] =>
  actions.filter(({ access }) => may(access));

export const academyEntries = (academies: readonly { readonly id: string; readonly name: string }[]): Entry[] =>
  academies.map(({ id, name }) => ({
    href: academyHref(id),
    title: name,
    detail: 'Academy',
    also: id,
  }));
