/** A school register as the national one is laid out, of made-up schools, and errors to plant in it. */

const headers = [
  'URN',
  'LA (code)',
  'LA (name)',
  'EstablishmentNumber',
  'EstablishmentName',
  'TypeOfEstablishment (name)',
  'EstablishmentStatus (name)',
  'OpenDate',
  'CloseDate',
  'PhaseOfEducation (code)',
  'PhaseOfEducation (name)',
  'SchoolCapacity',
  'NumberOfPupils',
  'Trusts (code)',
  'Trusts (name)',
  'UKPRN',
  'Street',
  'Locality',
  'Town',
  'County (name)',
  'Postcode',
  'TelephoneNum',
  'HeadFirstName',
  'HeadLastName',
  'UPRN',
  'Easting',
  'Northing',
] as const;
type Header = (typeof headers)[number];
type School = Partial<Record<Header, string>>;

const phases = ['Primary', 'Secondary', 'All-through', '16 plus'];

function school(i: number): School {
  return {
    URN: String(900_000 + i),
    'LA (code)': '999',
    'LA (name)': 'Brackenshire',
    EstablishmentNumber: String(2000 + i),
    EstablishmentName: `Brackenfold ${i === 7 ? 'Café' : 'Number'} ${i} Academy`,
    'EstablishmentStatus (name)': 'Open',
    OpenDate: '01-09-2012',
    'PhaseOfEducation (name)': phases[i % phases.length]!,
    SchoolCapacity: '420',
    NumberOfPupils: String(200 + (i % 200)),
    'Trusts (code)': '9001',
    'Trusts (name)': 'Brackenfold Learning Trust',
    UKPRN: String(10_090_000 + i),
    Street: `${i + 1} School Lane`,
    Town: 'Brackenfold',
    Postcode: 'ZZ1 1AA',
    TelephoneNum: '01632 960000',
    HeadFirstName: 'Headteacher',
    HeadLastName: 'Example',
    Easting: String(430_000 + i),
    Northing: String(433_000 + i),
  };
}

const cell = (text: string): string => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Rows of the trust, with what is given in place of what is usual, between rows of others. */
export function registerCsv(schools: readonly School[]): string {
  const rows = schools.map((given, i) => {
    const all: School = { ...school(i), ...given };
    return headers.map((header) => cell(all[header] ?? '')).join(',');
  });
  return [headers.join(','), ...rows, ''].join('\r\n');
}

export const mended = (count: number): string => registerCsv(Array.from({ length: count }, (_, i) => school(i)));

/** What to write into which column, and where the problem is told. */
const sorts: readonly (readonly [Header, (i: number) => string])[] = [
  ['URN', () => '12345'],
  ['URN', (i) => String(900_000 + i - 1)],
  ['EstablishmentName', () => ''],
  ['EstablishmentName', () => 'x'.repeat(201)],
  ['PhaseOfEducation (name)', () => 'Upper'],
  ['SchoolCapacity', () => 'many'],
  ['NumberOfPupils', () => '-3'],
  ['NumberOfPupils', () => '1000000'],
  ['UKPRN', () => '123'],
  ['UKPRN', () => 'UK123'],
  ['Street', () => 'y'.repeat(300)],
  ['Town', () => 'z'.repeat(201)],
  ['Postcode', () => 'NOT ONE'],
  ['Postcode', () => 'ZZ11 1A'],
  ['Easting', () => '9999999'],
  ['Northing', () => 'north'],
];

/** `errors`: row and column of each. */
export function plantedErrors(count: number, errors: number): { text: string; errors: string[] } {
  const schools = Array.from({ length: count }, (_, i) => school(i));
  const places: string[] = [];
  for (let n = 0; n < errors; n++) {
    const i = 5 + n * Math.floor((count - 10) / errors);
    const [header, wrong] = sorts[n % sorts.length]!;
    schools[i] = { ...schools[i], [header]: wrong(i) };
    places.push(`${i + 2} ${header}`);
  }
  return { text: registerCsv(schools), errors: places };
}
