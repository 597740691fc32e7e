/** A mapping rule before it is saved, and one made from an example. */
import type { EstateRecord, InboxInterface, TryRuleBody, Values } from '@linewatch/contract';
import { slugOf } from '../slug.ts';

/** As a form holds it: empty = not said. */
export interface RuleDraft {
  /** Of the rule that is changed; empty = a new one. */
  readonly id: string;
  readonly revision: number | null;
  name: string;
  exporters: string;
  sysName: string;
  ifName: string;
  ifAlias: string;
  academy: string;
  provider: string;
  role: '' | 'primary' | 'backup';
  kind: string;
  position: string;
  automatic: boolean;
  ignore: boolean;
}

const texts = ['exporters', 'sysName', 'ifName', 'ifAlias', 'academy', 'provider', 'role', 'kind'] as const;

/** Characters that mean something in an expression. */
const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/**
 * An expression that fits the text and others like it: a part of it that is the academy's id or name becomes the group that
 * reads the academy, other numbers become any number. Null: nothing in the text names the academy.
 */
function withGroup(text: string, academy: { readonly id: string; readonly name: string }): string | null {
  const lower = text.toLowerCase();
  for (const wanted of [academy.name, academy.id]) {
    const at = lower.indexOf(wanted.toLowerCase());
    // The server makes an id of what the group reads; a name reads well only where that gives the id.
    if (wanted === '' || at === -1 || slugOf(wanted) !== academy.id) continue;
    const before = text.slice(0, at);
    const after = text.slice(at + wanted.length);
    const group = /^[a-z0-9-]+$/i.test(wanted) ? '(?P<academy>[A-Za-z0-9-]+)' : "(?P<academy>[A-Za-z0-9 .,'’&-]+?)";
    return `^${anyNumber(before)}${group}${anyNumber(after)}$`;
  }
  return null;
}

const anyNumber = (text: string): string => escape(text).replace(/\d+/g, '\\d+');

/** An expression for others like this text. */
export function expressionFor(
  text: string,
  academies: readonly { readonly id: string; readonly name: string }[],
): string {
  if (text === '') return '';
  // The longest that is found: "oakfield-primary" rather than "oakfield".
  const longest = [...academies].sort((a, b) => b.name.length + b.id.length - a.name.length - a.id.length);
  for (const academy of longest) {
    const expression = withGroup(text, academy);
    if (expression !== null) return expression;
  }
  return `^${anyNumber(text)}$`;
}

const empty: RuleDraft = {
  id: '',
  revision: null,
  name: '',
  exporters: '',
  sysName: '',
  ifName: '',
  ifAlias: '',
  academy: '',
  provider: '',
  role: '',
  kind: '',
  position: '',
  automatic: false,
  ignore: false,
};

/** What tells such interfaces: their description, else the device's name, else their own. */
export function ruleFromExample(
  example: Pick<InboxInterface, 'alias' | 'sysName' | 'name' | 'exporter'> | null,
  academies: readonly { readonly id: string; readonly name: string }[],
): RuleDraft {
  if (!example) return { ...empty };
  const { alias, sysName, name } = example;
  if (alias !== '')
    return {
      ...empty,
      name: `Interfaces described like “${alias}”`.slice(0, 200),
      ifAlias: expressionFor(alias, academies),
    };
  const named = name === '' ? '' : expressionFor(name, academies);
  if (sysName !== '')
    return {
      ...empty,
      name: `Devices named like “${sysName}”`.slice(0, 200),
      sysName: expressionFor(sysName, academies),
      ifName: named,
    };
  return { ...empty, name: `Interfaces named like “${name}”`.slice(0, 200), ifName: named };
}

export function ruleFromRecord({ id, revision, values }: EstateRecord): RuleDraft {
  const rule = values as Values<'rule'>;
  return {
    ...empty,
    id,
    revision,
    name: rule.name,
    ...Object.fromEntries(texts.map((name) => [name, rule[name] ?? ''])),
    position: rule.position === undefined ? '' : String(rule.position),
    automatic: rule.automatic ?? false,
    ignore: rule.ignore ?? false,
  };
}

/** The rule to try or save, without what is not said. */
export function ruleOf(draft: RuleDraft): TryRuleBody['rule'] {
  const said = texts.flatMap((name) => (draft[name].trim() === '' ? [] : [[name, draft[name].trim()]]));
  const position = Number.parseInt(draft.position, 10);
  return {
    ...(draft.id !== '' && { id: draft.id }),
    ...(draft.name.trim() !== '' && { name: draft.name.trim() }),
    ...(Object.fromEntries(said) as Partial<Values<'rule'>>),
    ...(Number.isInteger(position) && { position }),
    ...(draft.automatic && { automatic: true }),
    ...(draft.ignore && { ignore: true }),
  };
}

/** What saving it sends: a merge patch in which what was taken out is null. */
export function rulePatch(draft: RuleDraft): Record<string, unknown> {
  const rule = ruleOf(draft) as Record<string, unknown>;
  const all = [...texts, 'position', 'automatic', 'ignore'];
  return { name: draft.name.trim(), ...Object.fromEntries(all.map((name) => [name, rule[name] ?? null])) };
}
