/** What goes across the fields of one record. Values may be of any shape here: what has not the right one was told already. */
import type { Kind } from '@linewatch/contract';
import { ProbeTargetError, parseProbes } from '@linewatch/record';
import { RE2JS } from 're2js';
import { momentMs } from '../units.ts';
import type { Report } from './canonical.ts';
import { type Values, isObject, valueAt } from './merge.ts';

type Check = (values: Values, report: Report) => void;

const textAt = (values: unknown, path: string): string | undefined => {
  const value = valueAt(values, path);
  return typeof value === 'string' ? value : undefined;
};
const listAt = (values: unknown, path: string): readonly unknown[] => {
  const value = valueAt(values, path);
  return Array.isArray(value) ? value : [];
};

/** Days, and times of the day, compare as text. */
const order =
  (from: string, to: string, how: 'be after' | 'not be before'): Check =>
  (values, report) => {
    const [first, last] = [textAt(values, from), textAt(values, to)];
    if (first === undefined || last === undefined) return;
    if (first > last || (how === 'be after' && first === last)) report(to, `must ${how} "${from}" (${first})`);
  };

const together =
  (...paths: readonly string[]): Check =>
  (values, report) => {
    const there = paths.filter((path) => valueAt(values, path) !== undefined);
    for (const path of paths)
      if (there.length > 0 && !there.includes(path)) report(path, `is missing: "${there[0]!}" needs it`);
  };

const timeZone =
  (path: string): Check =>
  (values, report) => {
    const zone = textAt(values, path);
    if (zone === undefined) return;
    try {
      new Intl.DateTimeFormat('en-GB', { timeZone: zone });
    } catch {
      report(path, 'must be a time zone such as Europe/London');
    }
  };

/** Each entry of a list; `path` of the entry comes before what is told of its fields. */
const each =
  (path: string, ...checks: readonly Check[]): Check =>
  (values, report) => {
    listAt(values, path).forEach((entry, i) => {
      if (isObject(entry))
        for (const check of checks) check(entry, (at, message) => report(`${path}.${i}.${at}`, message));
    });
  };

const unique =
  (path: string, key: string): Check =>
  (values, report) => {
    const seen = new Set<unknown>();
    listAt(values, path).forEach((entry, i) => {
      const value = isObject(entry) ? entry[key] : entry;
      if (value === undefined) return;
      const at = isObject(entry) ? `${path}.${i}.${key}` : `${path}.${i}`;
      if (seen.has(value)) report(at, `${JSON.stringify(value)} is given twice`);
      seen.add(value);
    });
  };

const window =
  (path: string): Check =>
  (values, report) => {
    const from = textAt(values, `${path}.from`);
    if (from !== undefined && from === textAt(values, `${path}.to`))
      report(`${path}.to`, 'must not be the same as "from"');
  };

const uplift: Check = (values, report) => {
  const rule = textAt(values, 'uplift.rule');
  if (rule && /^fixed$|-plus$/.test(rule) && valueAt(values, 'uplift.percent') === undefined)
    report('uplift.percent', `is missing: the rule "${rule}" needs it`);
};

const version: Check = (values, report) => {
  const v2 = values.community !== undefined;
  const v3 = ['user', 'auth', 'priv'].filter((key) => values[key] !== undefined);
  if (v2 && v3.length > 0) report(v3[0]!, 'must not be given with "community": it is either SNMPv2c or SNMPv3');
  if (!v2 && values.user === undefined) report('', 'must have "community" (SNMPv2c) or "user" (SNMPv3)');
  if (values.priv !== undefined && values.auth === undefined)
    report('priv', 'needs "auth": SNMPv3 encrypts only what it authenticates');
};

const circuitPlace: Check = (values, report) => {
  if (values.interface !== undefined && isObject(values.interface)) {
    if (Object.keys(values.interface).length !== 1) report('interface', 'must have exactly one of index, name, alias');
    if (values.exporter === undefined) report('exporter', 'is missing: an interface is found by its exporter');
  }
  if (values.collector !== undefined && values.exporter === undefined)
    report('collector', 'has no meaning without "exporter"');
};

const probes: Check = (values, report) => {
  const text = textAt(values, 'probe');
  if (text === undefined) return;
  try {
    parseProbes(text);
  } catch (error) {
    if (!(error instanceof ProbeTargetError)) throw error;
    report('probe', `cannot be probed: ${error.message}`);
  }
};

const validity: Check = (values, report) => {
  const [from, to] = [textAt(values, 'from'), textAt(values, 'to')].map((text) =>
    text === undefined ? undefined : momentMs(text),
  );
  if (from && to && 'value' in from && 'value' in to && from.value >= to.value) report('to', 'must be after "from"');
};

const ruleExpressions = ['sysName', 'ifName', 'ifAlias'] as const;

/** RE2: time linear in the text, whatever the expression. */
const expressions: Check = (values, report) => {
  for (const path of ruleExpressions) {
    const text = textAt(values, path);
    if (text === undefined) continue;
    try {
      RE2JS.compile(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : '';
      report(path, `is not a regular expression of RE2: ${reason.slice(0, 200)}`);
    }
  }
};

const fitsSomething: Check = (values, report) => {
  if (!['exporters', ...ruleExpressions].some((path) => values[path] !== undefined))
    report('', 'must have at least one of exporters, sysName, ifName, ifAlias');
};

const place = together('latitude', 'longitude');
const dayOrder = order('from', 'to', 'not be before');

const checks: Partial<Record<Kind, readonly Check[]>> = {
  calendar: [
    timeZone('timeZone'),
    order('schoolDay.from', 'schoolDay.to', 'be after'),
    each('terms', dayOrder),
    each('inset', dayOrder),
    each('holidays', dayOrder),
  ],
  contract: [
    order('start', 'end', 'be after'),
    order('start', 'noticeGiven', 'not be before'),
    unique('prices', 'from'),
    uplift,
    timeZone('sla.timeZone'),
    window('sla.serviceHours'),
    window('sla.careHours'),
    window('sla.maintenance.window'),
    unique('sla.excuses', 'code'),
    unique('sla.credits.bands', 'below'),
  ],
  academy: [place, order('joined', 'left', 'be after'), unique('networks', ''), unique('exceptions', 'standard')],
  site: [place],
  credential: [version],
  circuit: [circuitPlace, probes, validity],
  rule: [expressions, fitsSomething],
};

export const checkFields = (kind: Kind, values: Values, report: Report): void => {
  for (const check of checks[kind] ?? []) check(values, report);
};
