/** A silence while it is written. */
import type { Matcher, Silence, SilenceBody } from '@linewatch/contract';
import { fromLocalInput, toLocalInput } from '../../lib/time.ts';
import { dayOf } from '../../watch/lib/months.ts';
import { type Recurrence, recurrenceFrom, recurrenceOf, ruleOf } from '../../watch/maintenance/recurrence.ts';

export interface SilenceDraft {
  matchers: readonly Matcher[];
  start: string;
  end: string;
  recurrence: Recurrence;
  comment: string;
}

/** Begins now, for two hours. */
export function newSilence(nowMs: number, matchers: readonly Matcher[]): SilenceDraft {
  const startMs = Math.floor(nowMs / 60_000) * 60_000;
  return {
    matchers,
    start: toLocalInput(startMs),
    end: toLocalInput(startMs + 7_200_000),
    recurrence: recurrenceFrom(dayOf(startMs)),
    comment: '',
  };
}

export const draftOfSilence = (of: Silence): SilenceDraft => ({
  matchers: of.matchers,
  start: toLocalInput(of.startMs),
  end: toLocalInput(of.endMs),
  recurrence: recurrenceOf(of.rrule, dayOf(of.startMs)),
  comment: of.comment,
});

/** What is sent, or what is wrong with the form. `was`: keeps what the form does not show. */
export function silenceBody(
  draft: SilenceDraft,
  was: Silence | null,
): { readonly body: SilenceBody } | { readonly problem: string } {
  const problem = (text: string): { problem: string } => ({ problem: text });
  const comment = draft.comment.trim();
  if (draft.matchers.length === 0) return problem('Say at least one condition: a silence of everything is too much.');
  const startMs = fromLocalInput(draft.start);
  const endMs = fromLocalInput(draft.end);
  if (startMs === null || endMs === null) return problem('When it begins and ends is needed.');
  if (endMs <= startMs) return problem('It ends before it begins.');
  if (comment === '') return problem('Say why: whoever finds it silent will ask.');
  let rrule: string | null;
  try {
    rrule = ruleOf(draft.recurrence);
  } catch (error) {
    if (error instanceof RangeError) return problem(error.message);
    throw error;
  }
  const body = { matchers: [...draft.matchers], startMs, endMs, rrule, timeZone: was?.timeZone ?? null, comment };
  return { body: was ? { ...body, revision: was.revision } : body };
}
