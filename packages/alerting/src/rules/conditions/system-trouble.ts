/** Something of Linewatch itself does not work, for longer than a restart takes. */
import { type Finding, type Known, about } from './finding.ts';

const minuteMs = 60_000;

export interface Trouble {
  /** Which part: short, and the same each time. */
  readonly part: string;
  /** Since when, Unix ms. */
  readonly sinceMs: number;
  readonly title: string;
  readonly text: string;
}

export interface TroubleSettings {
  readonly minutes: number;
}

export function systemTrouble(
  troubles: readonly Trouble[],
  { minutes }: TroubleSettings,
  nowMs: number,
  known: Known,
): readonly Finding[] {
  return troubles.flatMap(({ part, sinceMs, title, text }) => {
    const subject = `system/${part}`;
    const knownMs = known.get(subject);
    if (knownMs === undefined && nowMs - sinceMs < minutes * minuteMs) return [];
    return [{ ...about.nothing, subject, startedMs: knownMs ?? sinceMs, title, text }];
  });
}
