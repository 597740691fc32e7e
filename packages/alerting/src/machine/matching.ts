/** Whether labels fit matchers: as Alertmanager's, with RE2 for the whole value. Each expression is compiled once. */
import type { LabelName, Labels, Matcher } from '@linewatch/contract';
import { RE2JS, RE2JSException } from 're2js';

/** Instructions of a compiled expression: with the length of values, it bounds the work. */
const maxProgram = 2000;
/** Answers of one expression that are remembered: the same values come again and again. */
const maxRemembered = 5000;

export type Fits = (labels: Labels) => boolean;

export const labelOf = (labels: Labels, name: LabelName): string => labels[name] ?? '';

/** Undefined: it is no expression; `problem` is told why. */
function expressionOf(text: string, problem: (words: string) => void): ((value: string) => boolean) | undefined {
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(text, RE2JS.DOTALL);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    problem(`is not a valid expression: ${error.message.replace(/^error parsing regexp: /, '')}`);
    return undefined;
  }
  if (pattern.programSize() > maxProgram) {
    problem('is too large an expression: use fewer or smaller repetitions');
    return undefined;
  }
  const known = new Map<string, boolean>();
  return (value) => {
    let fits = known.get(value);
    if (fits === undefined) {
      fits = pattern.matches(value);
      if (known.size >= maxRemembered) known.clear();
      known.set(value, fits);
    }
    return fits;
  };
}

/** Compiles matchers; the same expression is compiled once. */
export class Matching {
  readonly #expressions = new Map<string, ((value: string) => boolean) | undefined>();
  readonly #words = new Map<string, string>();
  /** In words, what is wrong with matchers that were compiled. */
  readonly problems: string[] = [];

  /** All of them have to fit. One that is no expression fits nothing, negated or not. `of`: for people, whose they are. */
  all(matchers: readonly Matcher[], of: string): Fits {
    const each = matchers.map((matcher) => this.#one(matcher, of));
    return (labels) => each.every((fits) => fits(labels));
  }

  #one({ name, op, value }: Matcher, of: string): Fits {
    if (op === '=') return (labels) => labelOf(labels, name) === value;
    if (op === '!=') return (labels) => labelOf(labels, name) !== value;
    if (!this.#expressions.has(value))
      this.#expressions.set(
        value,
        expressionOf(value, (words) => this.#words.set(value, words)),
      );
    const expression = this.#expressions.get(value);
    if (!expression) {
      this.problems.push(`${of}: ${name}${op}"${value.slice(0, 100)}" ${this.#words.get(value)!}`);
      return () => false;
    }
    return op === '=~' ? (labels) => expression(labelOf(labels, name)) : (labels) => !expression(labelOf(labels, name));
  }
}
