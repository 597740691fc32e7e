/**
 * The national register of schools (Get Information about Schools, "all establishment data"): over 120 columns, of which some
 * are taken by name. Nobody's name or telephone number is read: no feature needs them.
 */
import { type EstateRecord, type FileProblem } from '@linewatch/contract';
import { fromGrid } from './coordinates.ts';
import { type Document, type ReadFile, maxProblems } from './document.ts';
import { getAt } from './fields.ts';
import { Header, type Member, type Membership, maxRegisterRows, readMembership, urnOf } from './membership.ts';
import { type School, readLinks, schoolMatcher } from './school-match.ts';
import { Ids } from './slug.ts';
import { type TableRow, atRow, readTable } from './table.ts';

export interface RegisterOptions {
  readonly current: readonly EstateRecord[];
  /** Academy by each URN that it has, or had. */
  readonly urns: ReadonlyMap<number, string>;
  /** Of these schools, whatever their trust. */
  readonly only?: readonly number[] | undefined;
  /** Code or name of the trust. */
  readonly group?: string | undefined;
  readonly membership?: string | undefined;
  readonly links?: string | undefined;
}

/** Field by column. */
const columns = {
  urn: 'URN',
  name: 'EstablishmentName',
  phase: 'PhaseOfEducation (name)',
  capacity: 'SchoolCapacity',
  pupils: 'NumberOfPupils',
  ukprn: 'UKPRN',
  street: 'Street',
  locality: 'Locality',
  town: 'Town',
  county: 'County (name)',
  postcode: 'Postcode',
} as const;
const status = 'EstablishmentStatus (name)';
const authority = 'LA (code)';
const number = 'EstablishmentNumber';
const easting = 'Easting';
const northing = 'Northing';
const trustCode = 'Trusts (code)';
const trustName = 'Trusts (name)';
const needed = [columns.urn, columns.name, columns.phase, status];
const taken = [...Object.values(columns), status, authority, number, easting, northing, trustCode, trustName];

const integers: ReadonlySet<string> = new Set(['capacity', 'pupils', 'ukprn']);
/** As the register has it where there is none. */
const nothing: ReadonlySet<string> = new Set(['', 'not recorded', 'not applicable']);
const blank = (field: string, cell: string): boolean =>
  cell === '' || (field !== 'phase' && field !== 'name' && nothing.has(cell.toLowerCase()));

const schoolOf = (header: Header, row: TableRow, urn: number): School => {
  const cell = (name: string): string => header.cell(row, name);
  const la = cell(authority);
  return {
    urn,
    ukprn: /^\d{8}$/.test(cell(columns.ukprn)) ? Number(cell(columns.ukprn)) : undefined,
    laestab: la !== '' && cell(number) !== '' ? `${la}/${cell(number).padStart(4, '0')}` : '',
    name: cell(columns.name),
    postcode: cell(columns.postcode).toUpperCase(),
  };
};

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export function readRegister(text: string, options: RegisterOptions): ReadFile {
  const { current, urns, group, only = [] } = options;
  const names = new Set(taken.map((each) => each.toLowerCase()));
  const table = readTable(text, maxRegisterRows, (header) => names.has(header.toLowerCase()));
  const header = new Header(table.headers);
  const about = { kinds: ['academy'] as const, whole: false, fields: taken };
  const problems: FileProblem[] = [...table.problems];
  const membership: Membership | undefined =
    options.membership === undefined ? undefined : readMembership(options.membership, group);
  const links = options.links === undefined ? undefined : readLinks(options.links);
  if (table.headers.length > 0) problems.push(...header.missing(needed));
  problems.push(...(membership?.problems ?? []), ...(links?.problems ?? []));
  if (group === undefined && !membership && only.length === 0)
    problems.push(atRow(1, trustCode, 'say which trust it is of: its code or name, its membership file, or the URNs'));
  else if (!membership && only.length === 0 && !header.has(trustCode) && !header.has(trustName))
    problems.push(...header.missing([trustCode]));
  if (problems.length > 0) return { ...about, documents: [], problems };

  const listed = new Set(only);
  const wanted = (row: TableRow, urn: number | undefined): boolean => {
    if (urn !== undefined && listed.has(urn)) return true;
    if (membership) return urn !== undefined && membership.members.get(urn)?.left === null;
    if (group === undefined) return false;
    return same(header.cell(row, trustCode), group) || same(header.cell(row, trustName), group);
  };
  const schools = new Map<number, School>();
  const chosen: { row: TableRow; urn: number | undefined }[] = [];
  for (const row of table.rows) {
    const urn = urnOf(header.cell(row, columns.urn));
    if (urn !== undefined) schools.set(urn, schoolOf(header, row, urn));
    if (wanted(row, urn)) chosen.push({ row, urn });
  }
  const academies = current.filter(({ kind }) => kind === 'academy');
  const match = schoolMatcher({
    academies,
    urns,
    predecessors: links?.predecessors ?? new Map<number, number[]>(),
    schools,
  });
  const ids = new Ids(academies.map(({ id }) => id));
  const byId = new Map(academies.map((record) => [record.id, record]));
  const claimed = new Map<string, number>();
  const notes: string[] = [];
  const documents: Document[] = [];
  const rowOf = new Map<number, number>();
  for (const { row, urn } of chosen) {
    if (urn === undefined) {
      problems.push(atRow(row.row, columns.urn, 'must be the six-digit number of the school register', 'urn'));
    } else {
      const first = rowOf.get(urn);
      if (first !== undefined) {
        problems.push(atRow(row.row, columns.urn, `${urn} is already in row ${first}`, 'urn'));
        continue;
      }
      rowOf.set(urn, row.row);
    }
    const school = schoolOf(header, row, urn ?? 0);
    if (same(header.cell(row, status), 'Closed')) {
      notes.push(`row ${row.row}: ${school.name} (URN ${urn ?? '?'}) is closed, and is not taken`);
      continue;
    }
    const found = urn === undefined ? undefined : match(school);
    const earlier = found && claimed.get(found.id);
    if (found && earlier !== undefined) {
      problems.push(
        atRow(
          row.row,
          columns.urn,
          `is the same academy as row ${earlier}: "${found.id}", found by ${found.by || 'its URN'}`,
          'urn',
        ),
      );
      continue;
    }
    if (found) claimed.set(found.id, row.row);
    if (found && found.by !== '')
      notes.push(`row ${row.row}: ${school.name} (URN ${urn!}) is the academy "${found.id}", found by ${found.by}`);
    const values = valuesOf(header, row, problems);
    if (urn !== undefined) values['urn'] = urn;
    const member = urn === undefined ? undefined : membership?.members.get(urn);
    if (member?.joined) values['joined'] = member.joined;
    const id = found?.id ?? ids.make(school.name, `school ${urn ?? row.row}`);
    values['id'] = id;
    documents.push(documentOf(row.row, id, values, coverage(values, byId.get(id), header, member)));
  }
  const absent = only.filter((urn) => !rowOf.has(urn));
  for (const urn of absent)
    problems.push(atRow(1, columns.urn, `there is no school with the URN ${urn} in the file`, 'urn'));
  if (chosen.length === 0 && absent.length === 0)
    problems.push(atRow(1, trustCode, `no school of the file is of the trust "${group ?? ''}"`));
  const without = taken.filter((each) => !header.has(each));
  if (without.length > 0) notes.unshift(`columns that the file lacks: ${without.join(', ')}`);
  return {
    ...about,
    documents,
    problems: problems.slice(0, maxProblems),
    columns: taken.flatMap((each) => (header.has(each) ? [{ header: each, field: fieldOf(each) }] : [])),
    notes,
  };
}

const fieldOf = (column: string): string | null => {
  if (column === easting || column === northing) return column === easting ? 'longitude' : 'latitude';
  return Object.entries(columns).find(([, name]) => name === column)?.[0] ?? null;
};

function valuesOf(header: Header, row: TableRow, problems: FileProblem[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [field, column] of Object.entries(columns)) {
    const cell = header.cell(row, column);
    if (field === 'urn' || blank(field, cell)) continue;
    if (!integers.has(field)) values[field] = cell;
    else if (/^\d{1,9}$/.test(cell)) values[field] = Number(cell);
    else problems.push(atRow(row.row, column, 'must be a whole number', field));
  }
  const [east, north] = [header.cell(row, easting), header.cell(row, northing)];
  if ((east === '' && north === '') || (Number(east) === 0 && Number(north) === 0)) return values;
  const digits = /^\d{1,7}(\.\d{1,3})?$/;
  const place = digits.test(east) && digits.test(north) ? fromGrid(Number(east), Number(north)) : undefined;
  if (place) Object.assign(values, place);
  else {
    const column = digits.test(east) && Number(east) > 0 && Number(east) < 700_000 ? northing : easting;
    problems.push(
      atRow(
        row.row,
        column,
        'is not a place of the British National Grid, in metres',
        column === easting ? 'longitude' : 'latitude',
      ),
    );
  }
  return values;
}

/** What the register says. A name is the trust's own to choose, once the academy is here and until the school converts. */
function coverage(
  values: Readonly<Record<string, unknown>>,
  record: EstateRecord | undefined,
  header: Header,
  member: Member | undefined,
): string[] {
  const covers = Object.entries(columns).flatMap(([field, column]) => (header.has(column) ? [field] : []));
  if (header.has(easting) && header.has(northing)) covers.push('latitude', 'longitude');
  if (member?.joined) covers.push('joined');
  const keepsName = record !== undefined && getAt(record.values, 'urn') === values['urn'];
  // What the register leaves empty stays as it is here.
  return ['id', ...covers.filter((field) => (field === 'name' ? !keepsName : values[field] !== undefined))];
}

function documentOf(
  row: number,
  id: string,
  values: Readonly<Record<string, unknown>>,
  covers: readonly string[],
): Document {
  const column = (path: string): string | null => {
    if (path === 'latitude') return northing;
    if (path === 'longitude') return easting;
    return Object.hasOwn(columns, path) ? columns[path as keyof typeof columns] : null;
  };
  return {
    kind: 'academy',
    ...{ id, values, covers },
    place: (path) => ({ row, line: null, column: column(path), path }),
    where: `in row ${row}`,
  };
}

/** When the estate's academies joined and left the trust. */
export function readMembers(text: string, { urns, group }: Pick<RegisterOptions, 'urns' | 'group'>): ReadFile {
  const { members, headers, problems } = readMembership(text, group);
  const about = { kinds: ['academy'] as const, whole: false };
  const latest = new Map<string, Member>();
  const unknown: number[] = [];
  for (const member of members.values()) {
    const id = urns.get(member.urn);
    if (id === undefined) unknown.push(member.urn);
    else if ((member.joined ?? '') >= (latest.get(id)?.joined ?? '')) latest.set(id, member);
  }
  const column = (path: string): string | null =>
    path === 'joined' ? 'Date Joined Group' : path === 'left' ? 'Date Left Group' : null;
  const documents = [...latest].map(([id, { row, joined, left }]): Document => ({
    kind: 'academy',
    id,
    values: { id, ...(joined && { joined }), ...(left && { left }) },
    covers: joined ? ['joined', 'left'] : ['left'],
    place: (path) => ({ row, line: null, column: column(path), path }),
    where: `in row ${row}`,
  }));
  return {
    ...about,
    documents,
    problems,
    columns: headers.map((header) => {
      const field = { 'date joined group': 'joined', 'date left group': 'left', urn: 'urn' }[header.toLowerCase()];
      return { header, field: field ?? null };
    }),
    notes:
      unknown.length > 0
        ? [`schools of the trust that are not in the estate (URN): ${unknown.slice(0, 100).join(', ')}`]
        : [],
  };
}
