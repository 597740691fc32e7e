/**
 * One ticket a problem, whatever the helpdesk: looked for before it is made, looked at before it is written to. Every step can be
 * repeated: what was done already is seen by its key or its message id, and left as it is.
 */
import type { Notification } from '@linewatch/contract';
import type { KnownTicket, Sending, Sent } from '../format.ts';
import { updateOf } from '../../words.ts';
import { markOf } from './keys.ts';
import type { Json } from './values.ts';

/** `closed`: for good, it takes neither comments nor another state. `resolved`: it may be opened again. */
type TicketState = 'open' | 'resolved' | 'closed';

/** A ticket as the helpdesk told of it. */
export interface Held {
  readonly ticket: KnownTicket;
  readonly state: TicketState;
  /** What it was opened with, and what of its comments came along. */
  readonly text: string;
  readonly raw: Json;
}

interface Change {
  /** With the message's mark; null: it is there already. */
  readonly comment: string | null;
  readonly to: 'open' | 'resolved' | null;
  /** Its priority follows the severity. A person's own choice stays as long as the severity does not change. */
  readonly severity: boolean;
}

export interface Desk {
  /** Characters that a comment may have. */
  readonly commentMost: number;
  /** Null: there is none any more. */
  read(id: string): Promise<Held | null>;
  /** Those with our key, newest first. */
  find(): Promise<readonly Held[]>;
  /** `follows`: one that was closed for good. */
  create(follows: KnownTicket | null): Promise<KnownTicket>;
  /** Whether a comment with the mark is there. */
  said(held: Held, mark: string): Promise<boolean>;
  /** `gone`: there is none any more. `shut`: it cannot be written to, or not be opened again. */
  change(held: Held, change: Change): Promise<'done' | 'gone' | 'shut'>;
}

const withMark = (notification: Notification, most: number): string => {
  const mark = `\n\n${markOf(notification)}`;
  return `${updateOf(notification, { mostCharacters: most - mark.length })}${mark}`;
};

async function say(desk: Desk, notification: Notification, held: Held): Promise<'done' | 'gone' | 'shut'> {
  const { event, status } = notification;
  const said = held.text.includes(notification.id) || (await desk.said(held, notification.id));
  const wanted =
    event === 'test' || status === 'resolved'
      ? 'resolved'
      : event === 'reopened' || (event === 'opened' && !said)
        ? 'open'
        : null;
  const to = wanted !== null && held.state !== wanted ? wanted : null;
  if (said && to === null) return 'done';
  const comment = said ? null : withMark(notification, desk.commentMost);
  const changes = event === 'updated' || event === 'opened' || event === 'reopened';
  return await desk.change(held, { comment, to, severity: !said && changes && status === 'firing' });
}

/**
 * A ticket that is gone, or closed for good, is made anew while the problem lasts, the new one naming the old; a problem that is
 * over leaves both as they are. A test is opened and resolved at once: it shows that both are possible.
 */
export async function tell(sending: Sending, desk: Desk): Promise<Sent> {
  const { notification, ticket } = sending;
  const isTest = notification.event === 'test';
  const isOver = notification.status === 'resolved' && !isTest;
  const left = new Set<string>();
  let follows: KnownTicket | null = null;
  let held = ticket === null ? null : await desk.read(ticket.id);
  // Twice at most: the one that is known, and one that was made in its place by an attempt whose end nobody learnt.
  for (let round = 0; round < 3; round += 1) {
    if (held === null) {
      const found = (await desk.find()).filter(({ ticket: { id } }) => !left.has(id));
      held = found.find(({ state }) => state !== 'closed') ?? found[0] ?? null;
    }
    if (held === null) break;
    const done = held.state === 'closed' ? 'shut' : await say(desk, notification, held);
    if (done === 'done' || (done === 'shut' && isOver)) return { is: 'delivered', ticket: held.ticket };
    left.add(held.ticket.id);
    if (done === 'shut') follows ??= held.ticket;
    held = null;
  }
  if (isOver) return ticket === null ? { is: 'delivered' } : { is: 'delivered', ticket };
  const made = await desk.create(follows);
  if (isTest) {
    const now = await desk.read(made.id);
    if (now !== null) await desk.change(now, { comment: null, to: 'resolved', severity: false });
  }
  return { is: 'delivered', ticket: made };
}
