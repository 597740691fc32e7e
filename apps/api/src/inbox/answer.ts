/** The picture as the API tells it: what the asker may see, busiest first, within limits. */
import {
  type Inbox,
  type InboxExporter,
  type InboxIgnored,
  type InboxInterface,
  type Suggestion,
  maxInbox,
} from '@linewatch/contract';
import { type Scope, within } from '../access/principal.ts';
import type { FirstSeenTimes } from './first-seen.ts';
import { exporterKey } from './known.ts';
import type { ExporterRow, InterfaceRow, Picture } from './picture.ts';

const defaultLimit = 200;
const maxCircuits = 1000;

export interface Shown {
  readonly inside: boolean;
  readonly limit: number;
}
export const shownOf = (query: { inside?: 'true' | 'false'; limit?: number }): Shown => ({
  inside: query.inside === 'true',
  limit: Math.min(query.limit ?? defaultLimit, maxInbox),
});

const isIgnored = ({ target }: Pick<InterfaceRow, 'target'>): boolean => target?.outcome === 'ignored';

/** The inside of a device that is mapped, and nothing says that it is a line. */
const isInside = ({ inside, suggestions }: InterfaceRow): boolean =>
  inside && !suggestions.some(({ reason }) => reason === 'rule' || reason === 'reference');

const busiest = (a: { inBps: number; outBps: number }, b: { inBps: number; outBps: number }): number =>
  b.inBps + b.outBps - (a.inBps + a.outBps);

/** What another academy's names would tell is left out. */
const suggestionsFor = (scope: Scope, suggestions: readonly Suggestion[]): Suggestion[] =>
  suggestions.filter(({ academy }) => scope === 'all' || (academy !== null && within(scope, academy)));

export async function inboxOf(picture: Picture, scope: Scope, shown: Shown, first: FirstSeenTimes): Promise<Inbox> {
  const { known, nowMs } = picture;
  const rows = picture.interfaces.filter(({ candidate }) =>
    picture.isWithin(scope, candidate.collector, candidate.exporter),
  );
  const ignored = rows.filter(isIgnored);
  const open = rows.filter((row) => !isIgnored(row));
  const inside = open.filter(isInside);
  const listed = (shown.inside ? open : open.filter((row) => !isInside(row))).sort((a, b) =>
    busiest(a.candidate, b.candidate),
  );
  const exporters = picture.exporters.filter(
    (row) => !isIgnored(row) && picture.isWithin(scope, row.exporter.collector, row.exporter.address),
  );
  const page = listed.slice(0, shown.limit);
  await first.learn(page.map(({ candidate }) => candidate));

  const circuits = scope === 'all' ? [...known.open.values()] : [...scope].map((id) => known.open.get(id) ?? []);
  return {
    nowMs,
    version: known.version,
    exporters: exportersOf(exporters, picture, rows, scope, first).slice(0, shown.limit),
    interfaces: page.map((row) => interfaceOf(row, picture, scope, first)),
    ignored: scope === 'all' ? ignoredOf(picture, ignored) : [],
    counts: {
      exporters: exporters.length,
      interfaces: listed.length,
      inside: shown.inside ? 0 : inside.length,
      ignored: ignored.length,
    },
    circuits: circuits
      .flat()
      .slice(0, maxCircuits)
      .map(({ id, values: { name, academy, provider, role } }) => ({
        id,
        name,
        academy,
        academyName: known.nameOf('academy', academy),
        provider,
        role,
      })),
  };
}

function interfaceOf(row: InterfaceRow, { known }: Picture, scope: Scope, first: FirstSeenTimes): InboxInterface {
  const { candidate, awaiting, inside, suggestions } = row;
  const { collector, exporter, sysName, index, name, alias, speedBps, inBps, outBps, lastSeenMs } = candidate;
  return {
    collector,
    exporter,
    sysName,
    awaiting,
    inBps,
    outBps,
    firstSeenMs: first.of(candidate),
    lastSeenMs,
    suggestions: suggestionsFor(scope, suggestions),
    index,
    name,
    alias,
    speedBps,
    exporterId: known.exporters.get(exporterKey(collector, exporter))?.id ?? null,
    inside,
  };
}

function exportersOf(
  rows: readonly ExporterRow[],
  { awaiting }: Picture,
  interfaces: readonly InterfaceRow[],
  scope: Scope,
  first: FirstSeenTimes,
): InboxExporter[] {
  const own = new Map<string, InterfaceRow[]>();
  for (const row of interfaces) {
    const list = own.get(row.candidate.source);
    if (list) list.push(row);
    else own.set(row.candidate.source, [row]);
  }
  return rows
    .map(({ exporter, source, suggestions }): InboxExporter => {
      const heard = own.get(source) ?? [];
      const sum = (of: 'inBps' | 'outBps'): number => heard.reduce((all, { candidate }) => all + candidate[of], 0);
      const times = heard.flatMap(({ candidate }) => first.of(candidate) ?? []);
      return {
        collector: exporter.collector,
        exporter: exporter.address,
        sysName: exporter.name,
        awaiting: awaiting.has(exporterKey(exporter.collector, exporter.address)),
        inBps: sum('inBps'),
        outBps: sum('outBps'),
        firstSeenMs: times.length > 0 ? Math.min(...times) : null,
        lastSeenMs: exporter.lastSeenMs,
        suggestions: suggestionsFor(scope, suggestions),
        flows: exporter.flows,
        flowsPerS: exporter.flowsPerS,
        interfaces: heard.filter((row) => !isIgnored(row)).length,
        versions: exporter.versions.map(({ name }) => name),
      };
    })
    .sort((a, b) => busiest(a, b) || b.flowsPerS - a.flowsPerS || (a.exporter < b.exporter ? -1 : 1));
}

function ignoredOf({ known }: Picture, hidden: readonly InterfaceRow[]): InboxIgnored[] {
  const heard = new Map<string, number>();
  for (const { target } of hidden) if (target) heard.set(target.rule, (heard.get(target.rule) ?? 0) + 1);
  return known.rules.all
    .filter(({ values }) => values.ignore)
    .slice(0, maxInbox)
    .map(({ id, values: { name, collector, exporters, ifIndex } }) => ({
      rule: id,
      name,
      collector: collector ?? null,
      exporters: exporters ?? null,
      index: ifIndex ?? null,
      heard: heard.get(id) ?? 0,
    }));
}
