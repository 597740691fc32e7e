/**
 * Which academy of the estate a school of the register is. A school that becomes an academy gets a new URN, and stays the
 * same academy here.
 */
import type { EstateRecord, FileProblem } from '@linewatch/contract';
import { getAt, textAt } from './fields.ts';
import { Header, maxRegisterRows, urnOf } from './membership.ts';
import { readTable } from './table.ts';

export interface School {
  readonly urn: number;
  readonly ukprn: number | undefined;
  /** Local authority and number of the establishment. */
  readonly laestab: string;
  readonly name: string;
  readonly postcode: string;
}

export interface MatchOptions {
  readonly academies: readonly EstateRecord[];
  /** Academy by each URN that it has, or had. */
  readonly urns: ReadonlyMap<number, string>;
  /** URNs of the schools before, by URN. */
  readonly predecessors: ReadonlyMap<number, readonly number[]>;
  /** Schools of the register by URN, those that closed too. */
  readonly schools: ReadonlyMap<number, School>;
}

export interface Match {
  readonly id: string;
  /** In words; empty = by its current URN, which is as it should be. */
  readonly by: string;
}

const nameKey = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();

/** Finds each academy once. */
export function schoolMatcher({
  academies,
  urns,
  predecessors,
  schools,
}: MatchOptions): (school: School) => Match | undefined {
  const text = (record: EstateRecord, field: string): string => textAt(record.values, field);
  const current = new Map<number, string>();
  const ukprns = new Map<number, string>();
  const laestabs = new Map<string, { id: string; school: School }>();
  const names = new Map<string, EstateRecord[]>();
  for (const record of academies) {
    const urn = getAt(record.values, 'urn');
    const ukprn = getAt(record.values, 'ukprn');
    if (typeof urn === 'number') {
      current.set(urn, record.id);
      const school = schools.get(urn);
      if (school && school.laestab !== '') laestabs.set(school.laestab, { id: record.id, school });
    }
    if (typeof ukprn === 'number') ukprns.set(ukprn, record.id);
    const key = nameKey(text(record, 'name'));
    names.set(key, [...(names.get(key) ?? []), record]);
  }
  return (school) => {
    const now = current.get(school.urn);
    if (now !== undefined) return { id: now, by: '' };
    const former = urns.get(school.urn);
    if (former !== undefined) return { id: former, by: `the former URN ${school.urn}` };
    for (const urn of predecessors.get(school.urn) ?? []) {
      const id = current.get(urn) ?? urns.get(urn);
      if (id !== undefined) return { id, by: `the Links file: the school before it has the URN ${urn}` };
    }
    const ukprn = school.ukprn === undefined ? undefined : ukprns.get(school.ukprn);
    if (ukprn !== undefined) return { id: ukprn, by: `the UKPRN ${school.ukprn!}` };
    const before = laestabs.get(school.laestab);
    if (before && (nameKey(before.school.name) === nameKey(school.name) || before.school.postcode === school.postcode))
      return { id: before.id, by: `its number at the local authority, ${school.laestab}, and its name or postcode` };
    const named = names.get(nameKey(school.name)) ?? [];
    const [only] = named;
    if (only && named.length === 1) {
      const where = text(only, 'postcode');
      if (where !== '' && where === school.postcode) return { id: only.id, by: 'its name and postcode' };
      if (getAt(only.values, 'urn') === undefined && where === '') return { id: only.id, by: 'its name' };
    }
    return undefined;
  };
}

/** The register's Links file: URN, LinkURN, LinkType. */
export function readLinks(text: string): { predecessors: Map<number, number[]>; problems: readonly FileProblem[] } {
  const table = readTable(text, maxRegisterRows);
  const header = new Header(table.headers);
  const predecessors = new Map<number, number[]>();
  const problems = [
    ...table.problems,
    ...(table.headers.length > 0 ? header.missing(['URN', 'LinkURN', 'LinkType']) : []),
  ];
  if (problems.length > 0) return { predecessors, problems };
  const add = (urn: number, before: number): void =>
    void predecessors.set(urn, [...(predecessors.get(urn) ?? []), before]);
  for (const row of table.rows) {
    const urn = urnOf(header.cell(row, 'URN'));
    const other = urnOf(header.cell(row, 'LinkURN'));
    const type = header.cell(row, 'LinkType').toLowerCase();
    if (urn === undefined || other === undefined) continue;
    if (type.startsWith('predecessor')) add(urn, other);
    else if (type.startsWith('successor')) add(other, urn);
  }
  return { predecessors, problems };
}
