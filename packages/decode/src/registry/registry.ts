/** Information elements by number and by name. */
import { reversePen } from '../elements.ts';
import { elementLines } from './data.ts';

/** RFC 7011 section 6 and RFC 6313 section 4.5. */
export type AbstractType =
  | `${'unsigned' | 'signed'}${8 | 16 | 32 | 64}`
  | 'unsigned256'
  | 'float32'
  | 'float64'
  | 'boolean'
  | 'macAddress'
  | 'octetArray'
  | 'string'
  | `dateTime${'Seconds' | 'Milliseconds' | 'Microseconds' | 'Nanoseconds'}`
  | 'ipv4Address'
  | 'ipv6Address'
  | 'basicList'
  | 'subTemplateList'
  | 'subTemplateMultiList';

export interface Element {
  readonly pen: number;
  readonly id: number;
  readonly name: string;
  readonly type: AbstractType;
  /** Empty when there are none. */
  readonly units: string;
}

const ciscoPen = 9;
/** NetFlow v9 has no enterprise bit: from here on are Cisco's own numbers (ASA 33000 is 232 of enterprise 9). */
const ciscoV9 = 0x8000;

const byKey = new Map<string, Element>();
const byName = new Map<string, Element>();
for (const line of elementLines.split('\n')) {
  const [key = '', name = '', type = '', ...units] = line.split(' ');
  const [pen, id] = key.split('/').map(Number);
  const element = { pen: pen!, id: id!, name, type: type as AbstractType, units: units.join(' ') };
  byKey.set(key, element);
  byName.set(name, element);
}

/** How an element is written where it has no name: `enterprise/number`, as sent. */
export const elementKey = (pen: number, id: number): string => `${pen}/${id}`;

const reverseName = (name: string): string => `reverse${name[0]!.toUpperCase()}${name.slice(1)}`;

/** What is known of an element as it was sent. RFC 5103 section 6.1 names those of the reverse direction. */
export function elementOf(pen: number, id: number): Element | undefined {
  if (pen === reversePen) {
    const forward = byKey.get(elementKey(0, id));
    return forward && { ...forward, pen, name: reverseName(forward.name) };
  }
  return byKey.get(elementKey(pen, id)) ?? (pen === 0 ? byKey.get(elementKey(ciscoPen, id - ciscoV9)) : undefined);
}

/** Its name, else its key. */
export const elementName = (pen: number, id: number): string => elementOf(pen, id)?.name ?? elementKey(pen, id);

/** The keys under which an element may be sent that is asked for by name or as `enterprise/number`; none = no such. */
export function keysOf(asked: string): readonly string[] {
  const [, pen, id] = /^(\d{1,10})\/(\d{1,5})$/.exec(asked) ?? [];
  if (pen !== undefined && id !== undefined) return [elementKey(Number(pen), Number(id))];
  const named = byName.get(asked);
  if (named === undefined) {
    const forward = asked.startsWith('reverse')
      ? byName.get(asked.charAt(7).toLowerCase() + asked.slice(8))
      : undefined;
    return forward?.pen === 0 ? [elementKey(reversePen, forward.id)] : [];
  }
  const key = elementKey(named.pen, named.id);
  return named.pen === ciscoPen ? [key, elementKey(0, named.id + ciscoV9)] : [key];
}

/** Whether something can be asked for by this name. */
export const isElementName = (asked: string): boolean => keysOf(asked).length > 0;

/** All of them, in the order of their numbers. */
export const elements: Iterable<Element> = { [Symbol.iterator]: () => byKey.values() };
