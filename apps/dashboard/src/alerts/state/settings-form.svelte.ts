/** Settings by a schema, as the estate's inputs fill them in. */
import type { TSchema } from 'typebox';
import { type Field, fieldsOfSchema } from '../../estate/lib/fields.ts';
import { type FieldProblem, problemsOf } from '../../estate/lib/validate.ts';
import { type Path, type Values, getAt, setAt } from '../../estate/lib/values.ts';
import type { FieldsForm } from '../../estate/state/form.svelte.ts';

export class SettingsForm implements FieldsForm {
  readonly fields: readonly Field[];
  readonly record = null;
  values = $state.raw<Values>({});
  problems = $state.raw<readonly FieldProblem[]>([]);

  constructor(schema: TSchema, values: Values) {
    this.fields = fieldsOfSchema(schema);
    this.values = values;
  }

  get(path: Path): unknown {
    return getAt(this.values, path);
  }

  set(path: Path, value: unknown): void {
    this.values = setAt(this.values, path, value);
    const own = path.join('.');
    this.problems = this.problems.filter((each) => each.path !== own && !each.path.startsWith(`${own}.`));
  }

  problemAt(path: Path): string {
    const own = path.join('.');
    return this.problems.find((each) => each.path === own)?.message ?? '';
  }

  problemWithin(path: Path): boolean {
    const own = path.join('.');
    return this.problems.some((each) => each.path === own || each.path.startsWith(`${own}.`));
  }

  isHidden(): boolean {
    return false;
  }

  /** Says at the fields what is wrong; true when nothing is. */
  check(): boolean {
    this.problems = problemsOf(this.fields, this.values);
    return this.problems.length === 0;
  }
}
