/** The formats in the order that people look for them. */
import { type FormatName, formatNames } from '@linewatch/contract';

const known: readonly { readonly title: string; readonly names: readonly FormatName[] }[] = [
  {
    title: 'Helpdesks',
    names: [
      'servicenow-incident',
      'servicenow-event',
      'jsm-request',
      'jsm-alert',
      'freshservice',
      'zendesk',
      'haloitsm',
      'pagerduty',
    ],
  },
  { title: 'People', names: ['email', 'sms', 'teams'] },
  { title: 'Programs', names: ['webhook', 'alertmanager', 'template', 'heartbeat'] },
];
const grouped = new Set(known.flatMap(({ names }) => names));
const others = formatNames.filter((name) => !grouped.has(name));

export const formatGroups = others.length === 0 ? known : [...known, { title: 'Others', names: others }];
