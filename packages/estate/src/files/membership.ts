/** The register's file of which school is, and was, in which trust: URN, Group UID, Group Name, Date Joined Group, Date Left Group. */
import type { FileProblem } from '@linewatch/contract';
import { didYouMean } from '@linewatch/service';
import { day } from '../units.ts';
import { type TableRow, atRow, readTable } from './table.ts';

export interface Member {
  readonly row: number;
  readonly urn: number;
  /** Days; null = not told, or still in it. */
  readonly joined: string | null;
  readonly left: string | null;
}

export interface Membership {
  /** The latest of each school, by URN. */
  readonly members: ReadonlyMap<number, Member>;
  readonly headers: readonly string[];
  readonly problems: readonly FileProblem[];
}

/** Most rows: the whole register has about 50,000. */
export const maxRegisterRows = 200_000;

/** Finds columns by header, in any order and case; tells of those that are needed and not there. */
export class Header {
  readonly headers: readonly string[];
  readonly #columns: ReadonlyMap<string, number>;

  constructor(headers: readonly string[]) {
    this.headers = headers;
    this.#columns = new Map(headers.map((header, i) => [header.toLowerCase(), i] as const).toReversed());
  }

  has(header: string): boolean {
    return this.#columns.has(header.toLowerCase());
  }

  missing(needed: readonly string[]): FileProblem[] {
    return needed
      .filter((header) => !this.has(header))
      .map((header) => atRow(1, header, `the column is missing${didYouMean(header, this.headers)}`));
  }

  cell({ cells }: TableRow, header: string): string {
    const column = this.#columns.get(header.toLowerCase());
    return column === undefined ? '' : (cells[column] ?? '');
  }
}

/** `dd-MM-yyyy`, as the register writes days, or dd/MM/yyyy, or as ISO does. */
export function registerDay(text: string): string | undefined {
  const [, d, m, y] = /^(\d{1,2})[-/](\d{1,2})[-/](\d{4})$/.exec(text) ?? [];
  const iso = y ? `${y}-${m!.padStart(2, '0')}-${d!.padStart(2, '0')}` : text;
  const read = day(iso);
  return 'value' in read ? read.value : undefined;
}

export const urnOf = (text: string): number | undefined => (/^[1-9]\d{5}$/.test(text) ? Number(text) : undefined);

const columns = {
  urn: 'URN',
  uid: 'Group UID',
  name: 'Group Name',
  joined: 'Date Joined Group',
  left: 'Date Left Group',
};

/** `group`: code or name; without it the file must be of one trust. */
export function readMembership(text: string, group: string | undefined): Membership {
  const wanted = new Set(Object.values(columns).map((each) => each.toLowerCase()));
  const table = readTable(text, maxRegisterRows, (header) => wanted.has(header.toLowerCase()));
  const header = new Header(table.headers);
  const problems = [...table.problems];
  if (table.headers.length > 0) problems.push(...header.missing([columns.urn, columns.uid, columns.joined]));
  const empty = { members: new Map<number, Member>(), headers: table.headers };
  if (problems.length > 0) return { ...empty, problems };
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const groups = new Map<string, string>();
  for (const row of table.rows) groups.set(header.cell(row, columns.uid), header.cell(row, columns.name));
  const chosen =
    group === undefined
      ? groups.size === 1
        ? [...groups.keys()]
        : []
      : [...groups].flatMap(([uid, name]) => (same(uid, group) || same(name, group) ? [uid] : []));
  if (chosen.length !== 1) {
    const names = [...groups.values()];
    const message =
      group === undefined
        ? 'has several trusts: say which by its Group UID'
        : chosen.length > 1
          ? `has several trusts of the name "${group}": say which by its Group UID`
          : `has no trust "${group}"${names.length <= 5000 ? didYouMean(group, names) : ''}`;
    return { ...empty, problems: [atRow(1, columns.uid, `the membership file ${message}`)] };
  }
  const members = new Map<number, Member>();
  for (const row of table.rows) {
    if (header.cell(row, columns.uid) !== chosen[0]) continue;
    const cell = (name: string): string => header.cell(row, name);
    const urn = urnOf(cell(columns.urn));
    if (urn === undefined)
      problems.push(atRow(row.row, columns.urn, 'must be the six-digit number of the school register'));
    const dayIn = (name: string): string | null => {
      const read = cell(name) === '' ? null : registerDay(cell(name));
      if (read === undefined) problems.push(atRow(row.row, name, 'must be a day such as 01-09-2026'));
      return read ?? null;
    };
    const member = { row: row.row, joined: dayIn(columns.joined), left: dayIn(columns.left) };
    if (urn === undefined) continue;
    const before = members.get(urn);
    if (!before || (member.joined ?? '') >= (before.joined ?? '')) members.set(urn, { ...member, urn });
  }
  return { ...empty, members, problems };
}
