/** Values of elements that are kept by name, gathered while a compiled program runs. */
import { type Element, elementKey, elementName, keysOf } from './registry/registry.ts';
import { valueText } from './registry/text.ts';

export interface KeptField {
  readonly name: string;
  readonly type: Element['type'] | undefined;
  /** The template has the element more than once: the first value that is not empty counts. */
  readonly repeated: boolean;
}

/** Which elements are to be kept: those named, or all that feed no column. */
export class Keeping {
  readonly #keys: ReadonlyMap<string, string> | 'all';
  /** Names that are neither of the registry nor `enterprise/number`. */
  readonly unknown: readonly string[];

  constructor(asked: readonly string[] | 'all') {
    this.#keys = asked === 'all' ? asked : new Map(asked.flatMap((name) => keysOf(name).map((key) => [key, name])));
    this.unknown = asked === 'all' ? [] : asked.filter((name) => keysOf(name).length === 0);
  }

  /** The name under which an element is kept, if it is: the one that was asked for. */
  nameOf(pen: number, id: number, columnless: boolean): string | undefined {
    const key = elementKey(pen, id);
    if (this.#keys === 'all') return columnless ? elementName(pen, id) : undefined;
    return this.#keys.get(key);
  }
}

export class Kept {
  /** Of the program that runs. */
  fields: readonly KeptField[] = [];
  readonly rows: number[] = [];
  readonly names: string[] = [];
  readonly values: string[] = [];

  readonly add = (row: number, field: number, view: DataView, at: number, length: number): void => {
    const { name, type, repeated } = this.fields[field]!;
    if (repeated && this.#has(row, name)) return;
    const value = valueText(type, view, at, length);
    if (value === '') return;
    this.rows.push(row);
    this.names.push(name);
    this.values.push(value);
  };

  #has(row: number, name: string): boolean {
    for (let i = this.rows.length - 1; i >= 0 && this.rows[i] === row; i--) if (this.names[i] === name) return true;
    return false;
  }

  begin(fields: readonly KeptField[]): void {
    this.fields = fields;
    if (this.rows.length > 0) this.clear();
  }

  clear(): void {
    this.rows.length = this.names.length = this.values.length = 0;
  }
}
