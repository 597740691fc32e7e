/** Whether labels are matched: by what the notifier does it with. */
import { Matching } from '@linewatch/alerting';
import type { Labels, Matcher } from '@linewatch/contract';

/** For many labels it is compiled once. */
export const fitsOf = (matchers: readonly Matcher[]): ((labels: Labels) => boolean) =>
  new Matching().all(matchers, 'matchers');

/** What is wrong with one; undefined: nothing. @param where for the message, e.g. `body.matchers.0` */
export function matcherProblem(matcher: Matcher, where: string): string | undefined {
  const matching = new Matching();
  matching.all([matcher], where);
  return matching.problems[0];
}
