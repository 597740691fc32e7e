/** How a ticket of ours is known again: by the group's key, and by the id of each message in what was written. */
import { createHash } from 'node:crypto';
import type { Notification } from '@linewatch/contract';

/** `lw` and 12 hexadecimal digits: the key as one word, for searches that split at punctuation, and for short fields. */
export const wordOf = (notification: Notification): string =>
  `lw${createHash('sha256').update(notification.group.key).digest('hex').slice(0, 12)}`;

/** The key as it is, where it fits and has nothing that queries take for theirs; else its word. */
export const keyOf = (notification: Notification, most: number): string =>
  /^[A-Za-z0-9_./:-]+$/.test(notification.group.key) && notification.group.key.length <= most
    ? notification.group.key
    : wordOf(notification);

/** The last line of what is written: which message it is. Whoever repeats it looks for that first. */
export const markOf = (notification: Notification): string => `Linewatch ${notification.id}`;

/** The last lines of a ticket. */
export const ticketMark = (notification: Notification): string =>
  `Linewatch ${notification.group.key} ${wordOf(notification)}\n${markOf(notification)}`;
