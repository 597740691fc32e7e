/** What helpdesks answer is taken apart here: nothing of it is believed to be what it should be. */
import type { HttpAnswer } from '../format.ts';

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Undefined: it is no JSON, or was cut off. */
export function jsonOf(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.body) as unknown;
  } catch {
    return undefined;
  }
}

export const objectAt = (value: unknown, name: string): Json | null => {
  const inner = isObject(value) ? value[name] : undefined;
  return isObject(inner) ? inner : null;
};

/** Objects of a list; what is none is left out. */
export const listAt = (value: unknown, name: string): readonly Json[] => {
  const inner = isObject(value) ? value[name] : undefined;
  return Array.isArray(inner) ? inner.filter(isObject) : [];
};

export const textAt = (value: Json, name: string): string => {
  const inner = value[name];
  return typeof inner === 'string' ? inner : '';
};

/** A row's number as text, of which addresses are made; null: it is none. */
export function idAt(value: Json, name: string): string | null {
  const inner = value[name];
  const number = typeof inner === 'string' && /^[0-9]{1,16}$/.test(inner) ? Number(inner) : inner;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? String(number) : null;
}

/** A filled-in field where the receiver's fields have types: JSON where it is JSON (a number, a list, "a text"), else the text. */
export function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
