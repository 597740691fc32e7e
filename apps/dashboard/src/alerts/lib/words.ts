/** Words for what alerts, subscriptions and deliveries name in short. */
import { type DeliveryState, type LabelName, type Matcher, type RuleKind, ruleKinds } from '@linewatch/contract';

export const ruleTitle = (kind: string): string => (kind in ruleKinds ? ruleKinds[kind as RuleKind].title : kind);

export const labelWords: Readonly<Record<LabelName, string>> = {
  problem: 'Problem',
  rule: 'Rule',
  severity: 'Severity',
  trust: 'Trust',
  academy: 'Academy',
  cluster: 'Cluster',
  phase: 'Phase',
  provider: 'Supplier',
  pop: 'Exchange',
  circuit: 'Circuit',
  role: 'Role of the line',
  kind: 'Kind of line',
  cause: 'Cause',
  incident: 'Incident',
};

export const opWords: Readonly<Record<Matcher['op'], string>> = {
  '=': 'is',
  '!=': 'is not',
  '=~': 'is like',
  '!~': 'is not like',
};

/** `Academy is oak`; of names that are known, the names. */
export const matcherWords = (
  { name, op, value }: Matcher,
  nameOf: (label: LabelName, value: string) => string,
): string => `${labelWords[name]} ${opWords[op]} ${value === '' ? 'empty' : nameOf(name, value)}`;

export const eventWords: Readonly<Record<string, string>> = {
  opened: 'Opened',
  updated: 'Changed',
  acknowledged: 'Acknowledged',
  note: 'Note',
  reminder: 'Still so',
  resolved: 'Over',
  reopened: 'Opened again',
  test: 'Test',
};

export const deliveryWords: Readonly<Record<DeliveryState, string>> = {
  pending: 'Waits',
  delivered: 'Delivered',
  dead: 'Given up',
  cancelled: 'Cancelled',
};

export const silenceWords = { pending: 'To come', active: 'Holds now', expired: 'Over' } as const;

export const hoursWords = {
  always: 'Always',
  school: 'In the school’s hours',
  service: 'In the hours of service of its contract',
} as const;

export const weekdayNames = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
} as const;
export type Weekday = keyof typeof weekdayNames;
