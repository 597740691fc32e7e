/** Reads an estate file: its shape by the schema, then what goes across entries. Every problem is told at once. */
import { type Checked, type Problem, checkYaml, didYouMean, maxProblems } from '@linewatch/service';
import type { Static } from 'typebox';
import { deviceAddress, network } from './address.ts';
import { estateFile, maxEntries } from './file.ts';
import {
  type InterfaceSelector,
  type ParsedAcademy,
  type ParsedCircuit,
  type ParsedEstate,
  type ParsedProvider,
  describeInterface,
} from './model.ts';
import { overlapping } from './overlap.ts';
import { momentMs, rateBps, textProblem } from './units.ts';

type File = Static<typeof estateFile>;
type Kind = 'providers' | 'academies' | 'circuits';

/** An entry as it stands in the file, which may not have the shape it should: every field is looked at before use. */
interface Entry {
  readonly path: string;
  readonly line: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ParseOptions {
  /** The number that telemetry carries for a label of a trust or a collector. */
  readonly labelKey: (label: string) => number;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const textIn = (entry: Entry, key: string): string | undefined => {
  const value = entry.fields[key];
  return typeof value === 'string' ? value : undefined;
};

/** Names are looked for near a wrong one this often: it costs a comparison with each. */
const maxHints = 20;

/** @returns the estate, or all problems (the first 1,000), by line. It never throws. */
export function parseEstate(text: string, { labelKey }: ParseOptions): Checked<ParsedEstate> {
  const file = checkYaml<typeof estateFile>(text, estateFile);
  const { raw, lines } = file;
  const problems: Problem[] = [...file.problems];
  if (raw === undefined) return { problems };
  const told = new Set(problems.map(({ path }) => path));
  const report = (path: string, message: string): void => {
    if (problems.length >= maxProblems || told.has(path)) return;
    told.add(path);
    problems.push({ line: lines(path), path, message });
  };

  const entriesOf = (kind: Kind): Entry[] => {
    const list = isRecord(raw) ? raw[kind] : undefined;
    if (!Array.isArray(list)) return [];
    return list.slice(0, maxEntries).map((fields: unknown, i) => {
      const path = `${kind}.${i}`;
      return { path, line: lines(path), fields: isRecord(fields) ? fields : {} };
    });
  };
  const entries = {
    providers: entriesOf('providers'),
    academies: entriesOf('academies'),
    circuits: entriesOf('circuits'),
  };

  /** Reports a value that an earlier entry has too. */
  const once = (seen: Map<string, number>, value: string | undefined, path: string, what: string): void => {
    if (value === undefined) return;
    const line = seen.get(value);
    if (line === undefined) seen.set(value, lines(path));
    else report(path, `"${value}" is already ${what} in line ${line}`);
  };
  const idsOf = (kind: Kind, what: string): Map<string, number> => {
    const ids = new Map<string, number>();
    for (const entry of entries[kind]) once(ids, textIn(entry, 'id'), `${entry.path}.id`, what);
    return ids;
  };
  const known = {
    provider: idsOf('providers', 'the id of the provider'),
    academy: idsOf('academies', 'the id of the academy'),
  };
  idsOf('circuits', 'the id of the circuit');

  const checkText = (entry: Entry, key: string, base = entry.path): void => {
    const problem = textProblem(textIn(entry, key) ?? '');
    if (problem) report(`${base}.${key}`, problem);
  };
  /** The value that `read` makes of a field that is there; a problem is reported. */
  const converted = <In, T>(
    value: In | undefined,
    path: string,
    read: (value: In) => { value: T } | { problem: string },
  ): T | null => {
    if (value === undefined) return null;
    const result = read(value);
    if ('value' in result) return result.value;
    report(path, result.problem);
    return null;
  };
  const asValue = (result: { text: string } | { problem: string }): { value: string } | { problem: string } =>
    'text' in result ? { value: result.text } : result;

  if (isRecord(raw) && isRecord(raw.trust)) checkText({ path: 'trust', line: 0, fields: raw.trust }, 'name');
  for (const entry of entries.providers) checkText(entry, 'name');

  const urns = new Map<string, number>();
  const networkLines = new Map<string, number>();
  const academyNetworks = entries.academies.map((entry): string[] => {
    checkText(entry, 'name');
    if (typeof entry.fields.urn === 'number')
      once(urns, String(entry.fields.urn), `${entry.path}.urn`, 'the URN of an academy');
    const list = Array.isArray(entry.fields.networks) ? entry.fields.networks.slice(0, 100) : [];
    return list.flatMap((item: unknown, i) => {
      if (typeof item !== 'string') return [];
      const path = `${entry.path}.networks.${i}`;
      const canonical = converted(item, path, (value) => asValue(network(value)));
      if (canonical === null) return [];
      once(networkLines, canonical, path, 'a network of an academy');
      return [canonical];
    });
  });

  let hints = 0;
  const checkReference = (entry: Entry, key: keyof typeof known): void => {
    const id = textIn(entry, key);
    if (id === undefined || known[key].has(id)) return;
    const hint = hints++ < maxHints ? didYouMean(id, [...known[key].keys()]) : '';
    report(`${entry.path}.${key}`, `"${id.slice(0, 80)}" is not the id of any ${key} in this file${hint}`);
  };

  const readInterface = (entry: Entry): InterfaceSelector | null => {
    const path = `${entry.path}.interface`;
    const fields = entry.fields.interface;
    if (!isRecord(fields)) return null;
    const kinds = (['index', 'name', 'alias'] as const).filter((kind) => fields[kind] !== undefined);
    if (kinds.length !== 1) report(path, 'must have exactly one of index, name, alias');
    for (const kind of kinds) if (kind !== 'index') checkText({ ...entry, fields }, kind, path);
    const kind = kinds[0];
    const value = kind === undefined ? undefined : fields[kind];
    if (kinds.length !== 1 || kind === undefined) return null;
    if (kind === 'index') return typeof value === 'number' ? { kind, value } : null;
    return typeof value === 'string' ? { kind, value } : null;
  };

  const collectors = new Map<number, string>();
  const checkCollector = (entry: Entry): void => {
    const label = textIn(entry, 'collector');
    if (label === undefined) return;
    const other = collectors.get(labelKey(label));
    if (other === undefined) collectors.set(labelKey(label), label);
    else if (other !== label)
      report(
        `${entry.path}.collector`,
        `"${label}" has the same number in telemetry as "${other}": one needs another label`,
      );
  };

  const rateOf = (value: unknown): number | string | undefined =>
    typeof value === 'number' || typeof value === 'string' ? value : undefined;

  const circuits = entries.circuits.map((entry) => {
    const { path, fields } = entry;
    checkText(entry, 'name');
    checkReference(entry, 'academy');
    checkReference(entry, 'provider');
    checkCollector(entry);
    const committed = isRecord(fields.committed) ? fields.committed : {};
    const validFromMs = converted(textIn(entry, 'from'), `${path}.from`, momentMs);
    const validToMs = converted(textIn(entry, 'to'), `${path}.to`, momentMs);
    if (validFromMs !== null && validToMs !== null && validFromMs >= validToMs)
      report(`${path}.to`, 'must be after "from"');
    return {
      committedDownBps: converted(rateOf(committed.down), `${path}.committed.down`, rateBps),
      committedUpBps: converted(rateOf(committed.up), `${path}.committed.up`, rateBps),
      exporter: converted(textIn(entry, 'exporter'), `${path}.exporter`, (value) => asValue(deviceAddress(value))),
      interface: readInterface(entry),
      validFromMs,
      validToMs,
    };
  });

  const places = circuits.flatMap((circuit, i) => {
    const collector = textIn(entries.circuits[i]!, 'collector');
    if (circuit.exporter === null || circuit.interface === null || collector === undefined) return [];
    const where = `${circuit.exporter} ${describeInterface(circuit.interface)}`;
    return [
      { index: i, where: `${collector} ${where}`, shown: where, fromMs: circuit.validFromMs, toMs: circuit.validToMs },
    ];
  });
  for (const { later, earlier } of overlapping(places)) {
    const other = entries.circuits[earlier.index]!;
    report(
      `circuits.${later.index}.interface`,
      `${later.shown} is also the circuit "${textIn(other, 'id') ?? '?'}" in line ${other.line} at the same time: give them "from" and "to", or another interface`,
    );
  }

  problems.sort((a, b) => a.line - b.line);
  if (problems.length > 0) return { problems };

  // From here on the schema vouches for the shape.
  const valid = raw as File;
  return {
    problems: [],
    value: {
      trust: { ...valid.trust, key: labelKey(valid.trust.id) },
      providers: valid.providers.map((provider, i): ParsedProvider => ({
        ...provider,
        line: entries.providers[i]!.line,
      })),
      academies: valid.academies.map(
        ({ id, name, phase = null, pupils = null, urn = null, postcode = null }, i): ParsedAcademy => ({
          ...{ id, name, pupils, urn, postcode, networks: academyNetworks[i]! },
          phase: phase,
          line: entries.academies[i]!.line,
        }),
      ),
      circuits: valid.circuits.map(
        ({ id, name = id, academy, provider, role, kind = null, collector, download }, i): ParsedCircuit => ({
          ...{ id, name, academy, provider, collector, line: entries.circuits[i]!.line },
          ...circuits[i]!,
          role: role,
          kind: kind,
          downloadSide: download,
          exporter: circuits[i]!.exporter!,
          interface: circuits[i]!.interface!,
        }),
      ),
    },
  };
}
