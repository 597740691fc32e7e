/** Which column of a table is which field: as the user says, else by its header. */
import type { FileProblem, Kind } from '@linewatch/contract';
import { didYouMean } from '@linewatch/service';
import { plain } from './cells.ts';
import { type Field, fieldsOf, nodeOf } from './fields.ts';
import { atRow } from './table.ts';

/** What people call a field, where it is not its name or title. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  id: ['identifier', 'ref', 'key', 'code'],
  name: ['title', 'description', 'academy name', 'school name', 'establishment name', 'circuit name', 'device'],
  academy: ['school', 'establishment', 'location', 'academy id', 'school id'],
  provider: ['supplier', 'isp', 'carrier', 'vendor', 'provider id'],
  cluster: ['region', 'hub'],
  contract: ['agreement', 'contract id'],
  kind: ['service type', 'circuit type', 'type'],
  access: ['technology', 'access type', 'bearer type'],
  reference: ['circuit reference', 'circuit ref', 'circuit number', 'service id', 'contract number', 'order reference'],
  'committed.down': [
    'download',
    'download speed',
    'down',
    'committed down',
    'bandwidth',
    'speed',
    'speed down',
    'mbps',
  ],
  'committed.up': ['upload', 'upload speed', 'up', 'committed up', 'speed up'],
  'bearer.down': ['bearer', 'bearer speed'],
  exporter: ['router', 'router ip', 'exporter address', 'device ip', 'management ip'],
  'interface.index': ['ifindex', 'interface index', 'snmp index'],
  'interface.name': ['ifname', 'interface name', 'interface', 'port'],
  'interface.alias': ['ifalias', 'interface alias', 'interface description'],
  pupils: ['number of pupils', 'roll', 'nor'],
  postcode: ['post code', 'zip'],
  street: ['address', 'address 1', 'address line 1'],
  town: ['city'],
  phone: ['telephone', 'tel', 'mobile'],
  email: ['mail', 'e mail', 'email address'],
  serial: ['serial no', 'sn'],
  make: ['manufacturer'],
  address: ['ip', 'ip address'],
  end: ['end date', 'expiry', 'expires', 'contract end'],
  start: ['start date', 'contract start', 'commencement'],
  monthly: ['monthly cost', 'monthly rental', 'rental'],
  noticeMonths: ['notice period', 'notice months'],
  supportEnd: ['end of life', 'eol', 'support ends'],
};

/** The titles on the way to a field, e.g. `Committed rate Down`. */
function titleOf(kind: Kind, name: string): string {
  let node = nodeOf(kind);
  return name
    .split('.')
    .map((key) => (node = node.properties?.[key] ?? {}).title ?? key)
    .join(' ');
}

export interface Columns {
  /** Of each column, in order. */
  readonly fields: readonly (Field | undefined)[];
  readonly problems: readonly FileProblem[];
}

const shown = (header: string): string => header.slice(0, 80);

/** `mapping`: header by field; an empty header = the field is not taken. */
export function matchColumns(
  kind: Kind,
  headers: readonly string[],
  mapping: Readonly<Record<string, string>>,
): Columns {
  const all = fieldsOf(kind);
  const byName = new Map(all.map((field) => [field.name, field]));
  const problems: FileProblem[] = [];
  const fields = headers.map((): Field | undefined => undefined);
  const taken = new Set<string>();
  const byHeader = new Map<string, number>();
  headers.forEach((header, i) => {
    const key = header.toLowerCase();
    if (header === '') return;
    if (byHeader.has(key)) problems.push(atRow(1, header, 'is the header of two columns'));
    else byHeader.set(key, i);
  });
  for (const [name, header] of Object.entries(mapping)) {
    const field = byName.get(name);
    if (!field) {
      problems.push(atRow(1, null, `"${shown(name)}" is not a field${didYouMean(name, [...byName.keys()])}`, name));
      continue;
    }
    taken.add(name);
    if (header === '') continue;
    const column = byHeader.get(header.trim().toLowerCase());
    if (column === undefined)
      problems.push(atRow(1, null, `there is no column "${shown(header)}"${didYouMean(header, headers)}`, name));
    else if (fields[column]) problems.push(atRow(1, header, 'is given for two fields', name));
    else fields[column] = field;
  }
  const ways: readonly ((field: Field) => readonly string[])[] = [
    ({ name }) => [name],
    ({ name }) => [titleOf(kind, name)],
    ({ name, node }) => (name.includes('.') ? [] : [node.title ?? '']),
    ({ name }) => (Object.hasOwn(synonyms, name) ? synonyms[name]! : []),
  ];
  for (const way of ways)
    for (const field of all) {
      if (taken.has(field.name)) continue;
      const names = way(field).map(plain);
      const column = headers.findIndex((header, i) => !fields[i] && header !== '' && names.includes(plain(header)));
      if (column < 0) continue;
      fields[column] = field;
      taken.add(field.name);
    }
  return { fields, problems };
}
