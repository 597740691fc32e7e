/** When the first copy of a repeat may have been appended, as the broker's clock tells it. */
import type { NewMessage, Uncertain } from '../port.ts';

/** How far the broker's clock may be from ours, ms. */
const clockSlackMs = 60_000;

/** Covers both. */
const wider = (a: Uncertain, b: Uncertain | undefined): Uncertain =>
  b ? { sinceMs: Math.min(a.sinceMs, b.sinceMs), untilMs: Math.max(a.untilMs, b.untilMs) } : a;

/** The message as it is to be sent after a try, begun at `triedMs` by our clock, whose outcome is not known. */
export const again = (message: NewMessage, triedMs: number): NewMessage => ({
  ...message,
  uncertain: wider(
    { sinceMs: Math.max(0, triedMs - clockSlackMs), untilMs: Date.now() + clockSlackMs },
    message.uncertain,
  ),
});
