/** What groups and what alerts in them go by. */
import type { LabelName, Labels, Severity } from '@linewatch/contract';
import { labelOf } from './matching.ts';
import type { Alert } from './model.ts';

/** 1 = gravest. */
export const rankOf: Readonly<Record<Severity, number>> = { critical: 1, major: 2, minor: 3, info: 4 };
export const worse = (a: Severity, b: Severity): Severity => (rankOf[a] <= rankOf[b] ? a : b);

/** Of the columns that hold it. */
const maxKey = 1000;

/** FNV-1a, 32 bits. */
function hash(text: string, seed = 0x811c9dc5): number {
  let value = seed;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
const hash64 = (text: string): string => `${hash(text).toString(36)}${hash(text, 0x01234567).toString(36)}`;

const keyText = (parts: readonly (readonly [string, string])[]): string => {
  const text = parts.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&') || '*';
  return text.length <= maxKey ? text : `${text.slice(0, 900)}#${hash64(text)}`;
};

export const groupKey = (by: readonly LabelName[], labels: Labels): string =>
  keyText(by.map((name) => [name, labelOf(labels, name)]));

export const groupLabels = (by: readonly LabelName[], labels: Labels): Labels =>
  Object.fromEntries(by.flatMap((name) => (labels[name] ? [[name, labels[name]]] : [])));

/** What an alert is about, whenever it happens: a later incident of the same line has the same. */
export function subjectOf({ key, rule, incident, circuit, academy, provider, labels, title }: Alert): string {
  if (incident === null) return key.slice(0, Math.max(key.lastIndexOf('/'), 0)) || key;
  if (circuit === null && academy === null && provider === null) return `${rule}/${title}`;
  return [rule, circuit, academy, provider, labels.pop].map((part) => part ?? '').join('/');
}

/** What a recurrence is known by: as the group's key, with what it is about in the place of which incident it is. */
export const recurrenceKey = (by: readonly LabelName[], labels: Labels, subject: string): string =>
  keyText(by.map((name) => [name, name === 'problem' || name === 'incident' ? subject : labelOf(labels, name)]));

/** What people read of an alert: when it differs from what was told, there is something to tell. Begins with the rank. */
export const stampOf = ({ severity, title, text, labels, startedMs }: Alert): string => {
  const parts = [title, text, startedMs, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))];
  return `${rankOf[severity]}${hash64(parts.join('\u0000'))}`;
};

export const acknowledgedStamp = ({ acknowledged }: Alert): string | null =>
  acknowledged ? `${acknowledged.atMs}/${hash(acknowledged.by).toString(36)}/${acknowledged.untilMs ?? ''}` : null;
