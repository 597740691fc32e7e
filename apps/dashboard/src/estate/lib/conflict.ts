/** Two people changed one record: field by field, what was there before, what they made of it, and what I did. */
import { type Field, fullTitle, leavesOf } from './fields.ts';
import { type Values, getAt, same, setAt } from './values.ts';

export type Side = 'mine' | 'theirs';

export interface Difference {
  readonly field: Field;
  readonly title: string;
  readonly before: unknown;
  readonly mine: unknown;
  readonly theirs: unknown;
  /** Both changed it, differently: one has to be chosen. */
  readonly clash: boolean;
}

/** Every field that they changed. */
export function differences(fields: readonly Field[], base: Values, mine: Values, theirs: Values): Difference[] {
  return leavesOf(fields).flatMap((field) => {
    const [before, own, other] = [base, mine, theirs].map((values) => getAt(values, field.path));
    if (same(before, other)) return [];
    const clash = !same(before, own) && !same(own, other);
    return [{ field, title: fullTitle(fields, field.path), before, mine: own, theirs: other, clash }];
  });
}

/** Theirs, with my changes in it; where both changed a field the side that was chosen for it, mine without a choice. */
export function merge(
  fields: readonly Field[],
  base: Values,
  mine: Values,
  theirs: Values,
  choices: ReadonlyMap<string, Side>,
): Values {
  let merged = theirs;
  for (const field of leavesOf(fields)) {
    const own = getAt(mine, field.path);
    const before = getAt(base, field.path);
    const other = getAt(theirs, field.path);
    const choice = choices.get(field.path.join('.'));
    const takeMine = choice === undefined ? !same(before, own) : choice === 'mine';
    if (takeMine && !same(own, other)) merged = setAt(merged, field.path, own);
  }
  return merged;
}
