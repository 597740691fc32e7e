/** Labels, and what is matched by them: subscriptions, silences, inhibitions. */
import { type Static, Type } from 'typebox';
import { closed, oneOf } from '../watch/parts.ts';

/**
 * Labels of an alert. Those that do not apply are absent, which equals empty.
 * `problem`: the incident at the root of it, else the alert itself. `phase`, `cluster`: of its academy.
 */
export const labelNames = [
  'problem',
  'rule',
  'severity',
  'trust',
  'academy',
  'cluster',
  'phase',
  'provider',
  'pop',
  'circuit',
  'role',
  'kind',
  'cause',
  'incident',
] as const;
export type LabelName = (typeof labelNames)[number];
export type Labels = Readonly<Partial<Record<LabelName, string>>>;

export const Matcher = Type.Object(
  {
    name: oneOf(labelNames, 'Label.'),
    op: oneOf(['=', '!=', '=~', '!~'], 'The last two: a regular expression (RE2) for the whole value.'),
    value: Type.String({ maxLength: 500, pattern: '^[^\\u0000-\\u001f\\u007f]*$' }),
  },
  { $id: 'Matcher', ...closed },
);
export type Matcher = Static<typeof Matcher>;
export const Matchers = (least: number) => Type.Array(Matcher, { minItems: least, maxItems: 20 });
