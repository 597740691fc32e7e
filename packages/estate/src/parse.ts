/** Reads an estate file: its shape by the schema, then what goes across entries. Every problem is told at once. */
import { type Checked, checkYaml, didYouMean } from '@linewatch/service';
import { deviceAddress, network } from './address.ts';
import { estateFile, maxEntries, maxNetworks, maxProviders } from './file.ts';
import { type InterfaceSelector, type ParsedCircuit, type ParsedEstate, describeInterface } from './model.ts';
import { overlapping } from './overlap.ts';
import { type Entry, Reader, textIn } from './reader.ts';
import { momentMs, rateBps } from './units.ts';

export interface ParseOptions {
  /** The number that telemetry carries for a label of a trust or a collector. */
  readonly labelKey: (label: string) => number;
}

/** @returns the estate, or the first 1,000 problems by line. It never throws. */
export function parseEstate(text: string, { labelKey }: ParseOptions): Checked<ParsedEstate> {
  const file = checkYaml(text, estateFile);
  if (file.raw === undefined) return { problems: file.problems };
  const reader = new Reader(file.raw, file.lines, file.problems);

  const trust = reader.section('trust');
  if (trust) reader.checkText(trust, 'name');
  const providers = reader.entries('providers', maxProviders);
  for (const entry of providers) reader.checkText(entry, 'name');
  const academies = reader.entries('academies', maxEntries);
  const networks = readNetworks(reader, academies);
  const urns = new Map<string, number>();
  for (const entry of academies) {
    reader.checkText(entry, 'name');
    const { urn } = entry.fields;
    if (typeof urn === 'number') reader.once(urns, urn, `${entry.path}.urn`, 'the URN of an academy');
  }
  const entries = reader.entries('circuits', maxEntries);
  reader.ids(entries, 'circuit');
  checkReferences(reader, entries, 'academy', reader.ids(academies, 'academy'));
  checkReferences(reader, entries, 'provider', reader.ids(providers, 'provider'));
  checkCollectors(reader, entries, labelKey);
  const circuits = entries.map((entry) => readCircuit(reader, entry));
  checkOverlaps(reader, entries, circuits);

  const { problems } = reader;
  // Without problems the schema vouches for the shape, and every conversion succeeded.
  if (!('value' in file) || problems.length > 0) return { problems };
  const valid = file.value;
  return {
    problems: [],
    value: {
      trust: { ...valid.trust, key: labelKey(valid.trust.id) },
      providers: valid.providers.map((provider, i) => ({ ...provider, line: providers[i]!.line })),
      academies: valid.academies.map(({ id, name, phase = null, pupils = null, urn = null, postcode = null }, i) => ({
        line: academies[i]!.line,
        ...{ id, name, phase, pupils, urn, postcode, networks: networks[i]! },
      })),
      circuits: valid.circuits.map(
        ({ id, name = id, academy, provider, role, kind = null, collector, download }, i) => ({
          line: entries[i]!.line,
          ...{ id, name, academy, provider, role, kind, collector, downloadSide: download },
          ...(circuits[i]! as ReadCircuit & Pick<ParsedCircuit, 'exporter' | 'interface'>),
        }),
      ),
    },
  };
}

/** Canonical networks of each academy; each network is at one academy. */
function readNetworks(reader: Reader, academies: readonly Entry[]): string[][] {
  const seen = new Map<string, number>();
  return academies.map(({ path, fields }) => {
    const list: unknown[] = Array.isArray(fields.networks) ? fields.networks.slice(0, maxNetworks) : [];
    return list.flatMap((item, i) => {
      const at = `${path}.networks.${i}`;
      const canonical = reader.convert(typeof item === 'string' ? item : undefined, at, network);
      if (canonical === null) return [];
      reader.once(seen, canonical, at, 'a network of an academy');
      return [canonical];
    });
  });
}

/** Looking for a name near a wrong one costs a comparison with each: this often only. */
const maxHints = 10;

function checkReferences(
  reader: Reader,
  entries: readonly Entry[],
  key: string,
  known: ReadonlyMap<string, number>,
): void {
  let hints = 0;
  for (const entry of entries) {
    const id = textIn(entry, key);
    if (id === undefined || known.has(id)) continue;
    const hint = hints++ < maxHints ? didYouMean(id, [...known.keys()]) : '';
    reader.report(`${entry.path}.${key}`, `"${id.slice(0, 80)}" is not the id of any ${key} in this file${hint}`);
  }
}

function checkCollectors(reader: Reader, entries: readonly Entry[], labelKey: (label: string) => number): void {
  const labels = new Map<number, string>();
  for (const entry of entries) {
    const label = textIn(entry, 'collector');
    if (label === undefined) continue;
    const other = labels.get(labelKey(label)) ?? label;
    labels.set(labelKey(label), other);
    if (other !== label)
      reader.report(
        `${entry.path}.collector`,
        `"${label}" has the same number in telemetry as "${other}": one needs another label`,
      );
  }
}

interface ReadCircuit extends Pick<ParsedCircuit, 'committedDownBps' | 'committedUpBps' | 'validFromMs' | 'validToMs'> {
  /** Null: missing, or has a problem. */
  readonly exporter: string | null;
  readonly interface: InterfaceSelector | null;
}

function readCircuit(reader: Reader, entry: Entry): ReadCircuit {
  reader.checkText(entry, 'name');
  const moment = (key: string): number | null => reader.convert(textIn(entry, key), `${entry.path}.${key}`, momentMs);
  const validFromMs = moment('from');
  const validToMs = moment('to');
  if (validFromMs !== null && validToMs !== null && validFromMs >= validToMs)
    reader.report(`${entry.path}.to`, 'must be after "from"');
  const committed = reader.section('committed', entry);
  const rate = (key: string): number | null => {
    const value = committed?.fields[key];
    const isRate = typeof value === 'number' || typeof value === 'string';
    return reader.convert(isRate ? value : undefined, `${entry.path}.committed.${key}`, rateBps);
  };
  return {
    committedDownBps: rate('down'),
    committedUpBps: rate('up'),
    exporter: reader.convert(textIn(entry, 'exporter'), `${entry.path}.exporter`, deviceAddress),
    interface: readInterface(reader, entry),
    validFromMs,
    validToMs,
  };
}

function readInterface(reader: Reader, entry: Entry): InterfaceSelector | null {
  const section = reader.section('interface', entry);
  if (!section) return null;
  const kinds = (['index', 'name', 'alias'] as const).filter((kind) => section.fields[kind] !== undefined);
  for (const kind of kinds) reader.checkText(section, kind);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    reader.report(section.path, 'must have exactly one of index, name, alias');
    return null;
  }
  const value = section.fields[kind];
  if (kind === 'index') return typeof value === 'number' ? { kind, value } : null;
  return typeof value === 'string' ? { kind, value } : null;
}

/** At any time an interface is one circuit. */
function checkOverlaps(reader: Reader, entries: readonly Entry[], circuits: readonly ReadCircuit[]): void {
  const stays = circuits.flatMap(({ exporter, interface: selector, validFromMs, validToMs }, i) => {
    const entry = entries[i]!;
    const collector = textIn(entry, 'collector');
    if (exporter === null || selector === null || collector === undefined) return [];
    const shown = `${exporter} ${describeInterface(selector)}`;
    return [{ entry, shown, where: `${collector} ${shown}`, fromMs: validFromMs, toMs: validToMs }];
  });
  for (const { later, earlier } of overlapping(stays)) {
    const other = `the circuit "${textIn(earlier.entry, 'id') ?? ''}" in line ${earlier.entry.line}`;
    reader.report(
      `${later.entry.path}.interface`,
      `${later.shown} is also ${other} at the same time: give them "from" and "to", or another interface`,
    );
  }
}
