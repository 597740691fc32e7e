/** Whether labels are matched. As the notifier does it. */
import type { Labels, Matcher } from '@linewatch/contract';
import { RE2JS, RE2JSException } from 're2js';

const isExpression = ({ op }: Matcher): boolean => op === '=~' || op === '!~';

/** A missing label equals an empty one. */
export const matchesAll = (matchers: readonly Matcher[], labels: Labels): boolean =>
  matchers.every((matcher) => {
    const { name, op, value } = matcher;
    const label = labels[name] ?? '';
    const same = isExpression(matcher) ? RE2JS.matches(value, label) : label === value;
    return same === (op === '=' || op === '=~');
  });

/** What is wrong with one; undefined: nothing. */
export function matcherProblem(matcher: Matcher, where: string): string | undefined {
  if (!isExpression(matcher)) return undefined;
  try {
    RE2JS.compile(matcher.value);
    return undefined;
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return `${where}.value is no regular expression (RE2): ${error.message}`;
  }
}
