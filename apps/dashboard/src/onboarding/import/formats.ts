/** What each kind of file is, and where it comes from, for whoever has to find it. */
import type { FileFormat, Kind } from '@linewatch/contract';

interface About {
  readonly what: string;
  readonly where: string;
}

export const about: Record<FileFormat, About> = {
  yaml: {
    what: 'The whole estate, or a part of it, in one file: academies, suppliers, contracts, circuits and the rest.',
    where: 'Export it on this page, or write one: deploy/estate.example.yaml has an example with comments.',
  },
  csv: {
    what: 'A table with a header row and one record in each row: circuits, contracts, equipment or another kind.',
    where: 'Save a sheet as CSV in Excel, Numbers, LibreOffice or Google Sheets. Column names can be your own.',
  },
  register: {
    what: 'All schools of England: names, URNs, phases, pupils and addresses. Yours are found by the trust, and no head’s name or telephone number is taken.',
    where:
      'Get Information About Schools (get-information-schools.service.gov.uk) → Downloads → Establishment fields CSV.',
  },
  membership: {
    what: 'Which school is in which trust, and since when. The register tells their names, so import that too.',
    where: 'Get Information About Schools → Downloads → Academy sponsor and trust links CSV (all group records).',
  },
  librenms: {
    what: 'Devices, and their ports, that LibreNMS watches: they become exporters and equipment.',
    where:
      'The answers of LibreNMS’s API (/api/v0/devices and /api/v0/ports) as JSON, or its device list exported as CSV.',
  },
  netbox: {
    what: 'Devices and interfaces that NetBox documents: they become exporters and equipment.',
    where: 'NetBox → Devices → Export → All data (CSV), and the same under Interfaces; or the API’s JSON.',
  },
  prtg: {
    what: 'Devices and sensors that PRTG watches: they become exporters and equipment.',
    where: 'PRTG → Devices or Sensors → All → Download CSV at the foot of the table.',
  },
};

/** The file that may come with it: its label, and the name it has in the request. */
export const seconds: Partial<
  Record<FileFormat, readonly { readonly name: 'second' | 'membership'; readonly label: string }[]>
> = {
  register: [
    { name: 'membership', label: 'Trust membership file, where the register does not name the trust' },
    { name: 'second', label: 'Links file, which tells what a new URN was before' },
  ],
  librenms: [{ name: 'second', label: 'File of the ports' }],
  netbox: [{ name: 'second', label: 'File of the interfaces' }],
  prtg: [{ name: 'second', label: 'File of the sensors' }],
};

/** Kinds in the order in which they are brought in most. */
export const csvKinds: readonly Kind[] = [
  'circuit',
  'contract',
  'provider',
  'academy',
  'equipment',
  'exporter',
  'contact',
  'site',
  'cluster',
  'calendar',
  'profile',
  'template',
  'rule',
];
