/** Mapping rules: which interfaces one fits, and what it reads from their names. */
import type { Values } from '@linewatch/contract';
import { Networks, parseAddress } from '@linewatch/record';
import { RE2JS, RE2JSException } from 're2js';
import type { HeardInterface } from '../live/view.ts';

export type RuleValues = Values<'rule'>;

/** What is known of an interface, with the name of its device. */
export interface Candidate extends HeardInterface {
  readonly sysName: string;
}

/** What the expressions read. */
export interface Fit {
  readonly academy?: string;
  readonly circuit?: string;
  /** In words: what fitted. */
  readonly text: string;
}

export interface RuleProblem {
  readonly path: string;
  readonly message: string;
}

const expressions = ['sysName', 'ifName', 'ifAlias'] as const;
type Expression = (typeof expressions)[number];

/** Instructions of a compiled expression, and characters of a text that it is tried on: the product bounds the work. */
const maxProgram = 500;
const maxText = 255;
/** Answers of one expression that are remembered: the same few names come again and again. */
const maxRemembered = 2000;

const textOf = (candidate: Candidate, expression: Expression): string =>
  expression === 'sysName' ? candidate.sysName : expression === 'ifName' ? candidate.name : candidate.alias;

type Groups = Readonly<{ academy?: string; circuit?: string }>;

/** One expression, which remembers what it said of a text. Undefined: it does not fit. */
function matcherOf(pattern: RE2JS): (text: string) => Groups | undefined {
  const names = pattern.namedGroups();
  const known = new Map<string, Groups | undefined>();
  return (whole) => {
    const text = whole.slice(0, maxText);
    if (known.has(text)) return known.get(text);
    const matcher = pattern.matcher(text);
    let groups: Groups | undefined;
    if (matcher.find()) {
      const group = (name: 'academy' | 'circuit'): Groups => {
        const value = name in names ? matcher.group(name) : null;
        return value ? { [name]: value } : {};
      };
      groups = { ...group('academy'), ...group('circuit') };
    }
    if (known.size >= maxRemembered) known.clear();
    known.set(text, groups);
    return groups;
  };
}

export interface Rule {
  readonly id: string;
  readonly values: RuleValues;
  /** Undefined: it does not fit. */
  readonly fit: (candidate: Candidate) => Fit | undefined;
}

function compile(path: Expression, text: string, problems: RuleProblem[]): RE2JS | undefined {
  try {
    const pattern = RE2JS.compile(text);
    if (pattern.programSize() <= maxProgram) return pattern;
    problems.push({ path, message: 'is too large an expression: use fewer or smaller repetitions' });
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    problems.push({
      path,
      message: `is not a valid expression: ${error.message.replace(/^error parsing regexp: /, '')}`,
    });
  }
  return undefined;
}

/** Everything that is wrong with a rule, or the rule ready for use. */
export function compileRule(
  values: RuleValues,
): { readonly rule: Rule } | { readonly problems: readonly RuleProblem[] } {
  const problems: RuleProblem[] = [];
  const tests: { readonly what: Expression; readonly match: (text: string) => Groups | undefined }[] = [];
  for (const what of expressions) {
    const text = values[what];
    if (text === undefined) continue;
    const pattern = compile(what, text, problems);
    if (pattern) tests.push({ what, match: matcherOf(pattern) });
  }
  let networks: Networks | undefined;
  if (values.exporters !== undefined)
    try {
      networks = new Networks([values.exporters]);
    } catch {
      problems.push({ path: 'exporters', message: 'must be a network such as 10.20.0.0/16' });
    }
  if (problems.length === 0 && tests.length === 0 && !networks)
    problems.push({ path: '', message: 'must have an expression or a range of addresses: it would fit everything' });
  if (problems.length > 0) return { problems };

  const fit = (candidate: Candidate): Fit | undefined => {
    if (values.collector !== undefined && values.collector !== candidate.collector) return undefined;
    if (values.ifIndex !== undefined && values.ifIndex !== candidate.index) return undefined;
    if (networks && !networks.has(parseAddress(candidate.exporter))) return undefined;
    let read: Groups = {};
    const because: string[] = [];
    for (const { what, match } of tests) {
      const text = textOf(candidate, what);
      const groups = match(text);
      if (!groups) return undefined;
      read = { ...read, ...groups };
      because.push(`${what} "${text.slice(0, 60)}"`);
    }
    if (networks) because.push(`address in ${values.exporters}`);
    return { ...read, text: because.join(', ') };
  };
  return { rule: { id: values.id, values, fit } };
}

/** The order in which rules are asked: the first that fits is taken. */
const inOrder = (a: Rule, b: Rule): number =>
  (a.values.position ?? 10_001) - (b.values.position ?? 10_001) || (a.id < b.id ? -1 : 1);

/** Rules in their order. Those for one address are looked up by it, so that there may be thousands. */
export class Rules {
  readonly all: readonly Rule[];
  readonly #wide: readonly Rule[];
  readonly #byAddress = new Map<string, Rule[]>();

  constructor(rules: readonly Rule[]) {
    this.all = [...rules].sort(inOrder);
    const wide: Rule[] = [];
    for (const rule of this.all) {
      const host = /^([^/]+)\/(32|128)$/.exec(rule.values.exporters ?? '');
      // A host route of IPv6 ends in 128; "/32" of one is a network.
      const address = host && host[1]!.includes(':') === (host[2] === '128') ? host[1]! : undefined;
      if (address === undefined) wide.push(rule);
      else this.#byAddress.set(address, [...(this.#byAddress.get(address) ?? []), rule]);
    }
    this.#wide = wide;
  }

  /** The first rule that fits. Those that ignore come before all others: someone said that it is not ours. */
  first(candidate: Candidate): { readonly rule: Rule; readonly fit: Fit } | undefined {
    let found: { rule: Rule; fit: Fit } | undefined;
    for (const rules of [this.#byAddress.get(candidate.exporter) ?? [], this.#wide])
      for (const rule of rules) {
        const ignores = rule.values.ignore === true;
        if (found && !ignores && (found.rule.values.ignore || inOrder(found.rule, rule) < 0)) continue;
        const fit = rule.fit(candidate);
        if (!fit) continue;
        if (ignores) return { rule, fit };
        if (!found || inOrder(rule, found.rule) < 0) found = { rule, fit };
      }
    return found;
  }
}
