/** An entry of the audit log in words. */
import { type AuditEntry, type Kind, kindNames, kinds } from '@linewatch/contract';

const others: Readonly<Record<string, string>> = {
  account: 'Account',
  session: 'Session',
  token: 'API token',
  'sign-in': 'Sign-in',
  setting: 'Setting',
  subscription: 'Subscription',
  delivery: 'Delivery',
  'alert-rule': 'Alert rule',
  silence: 'Silence',
  'status-page': 'Status page',
};

/** What entries can be about, with what a list calls it. */
export const auditSubjects: readonly { readonly what: string; readonly title: string }[] = [
  ...Object.entries(others).map(([what, title]) => ({ what, title })),
  ...kindNames.map((what) => ({ what, title: capital(kinds[what].one) })),
];

const ops: Readonly<Record<string, string>> = {
  create: 'added',
  update: 'changed',
  end: 'ended',
  restore: 'restored',
  remove: 'removed',
  revoke: 'revoked',
  'signed-in': 'worked',
  'sign-in-failed': 'failed',
  disable: 'disabled',
  enable: 'enabled',
  replay: 'sent again',
  reset: 'put back to how it came',
  rotate: 'given a new secret',
};

const ways: Readonly<Record<string, string>> = {
  session: 'in the browser',
  token: 'with an API token',
  command: 'on the command line',
  sync: 'from the estate file',
  'first-run': 'before there was an administrator',
};

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function subjectWords(what: string): string {
  const known = (kindNames as readonly string[]).includes(what) ? capital(kinds[what as Kind].one) : others[what];
  return known ?? capital(what.replaceAll('-', ' '));
}

export const opWords = ({ op }: Pick<AuditEntry, 'op'>): string => ops[op] ?? op.replaceAll('-', ' ');
export const viaWords = ({ via }: Pick<AuditEntry, 'via'>): string => ways[via] ?? via;
