/** The demo's trust: fictional academies, made from word lists, the same for every run. */
import { createRandom, pick, seedOf } from './random.ts';

export type SchoolKind = 'primary' | 'secondary' | 'all-through' | 'special';
type ExportProtocol = 'v5' | 'v9' | 'ipfix';

export interface DemoCircuit {
  readonly id: string;
  readonly role: 'primary' | 'backup';
  readonly providerId: string;
  readonly kind: 'leased-line' | 'broadband' | 'mobile';
  readonly committedDownBps: number;
  readonly committedUpBps: number;
  readonly ifIndex: number;
  /** What the exporter calls it, where its protocol can say. */
  readonly ifName: string;
}

export interface DemoAcademy {
  readonly index: number;
  readonly id: string;
  readonly name: string;
  readonly kind: SchoolKind;
  readonly pupils: number;
  /** Second octet of its 10.x.0.0/16, and what tells it from another academy of the same number. */
  readonly network: string;
  /** Loopback address that its exporter sends from. */
  readonly exporter: string;
  readonly protocol: ExportProtocol;
  /** One packet in this many; above 1 the exporter states it. */
  readonly samplingRate: number;
  /** The primary circuit first. */
  readonly circuits: readonly [DemoCircuit, ...DemoCircuit[]];
  /** Download at the busiest time of an ordinary school day, bit/s. */
  readonly peakInBps: number;
  /** Upload as a share of download, in lessons. */
  readonly outShare: number;
  /** Upload of the nightly off-site backup, bit/s. */
  readonly backupBps: number;
  /** Local minute (from noon) at which the backup begins, and how long it takes. */
  readonly backupFrom: number;
  readonly backupMinutes: number;
  /** Minutes by which its bell differs from the usual. */
  readonly bellShift: number;
  readonly seed: number;
}

export const maxAcademies = 500;
/** ifIndex of the inside of every demo router, and its name. */
export const lan = { ifIndex: 1, ifName: 'GigabitEthernet0/0/1' } as const;

export const demoTrust = 'Tarnmere Learning Trust (demo)';

export const demoProviders = [
  { id: 'fellside', name: 'Fellside Fibre' },
  { id: 'harbourline', name: 'Harbourline Networks' },
  { id: 'kestrelnet', name: 'Kestrelnet' },
  { id: 'calder-mobile', name: 'Calder Mobile' },
] as const;

// prettier-ignore
const firsts = [
  'Bram', 'Cinder', 'Curlew', 'Dunlin', 'Ember', 'Fenn', 'Garth', 'Hollin', 'Ivel', 'Kelder', 'Larch', 'Marl', 'Nettle',
  'Orchid', 'Plover', 'Quill', 'Rushy', 'Sorrel', 'Tarn', 'Teasel', 'Umber', 'Vetch', 'Whin', 'Wren', 'Yarrow', 'Zephyr',
];
// prettier-ignore
const seconds = [
  'beck', 'brae', 'cote', 'dene', 'fell', 'garth', 'haven', 'holme', 'keld', 'lea', 'mead', 'mere', 'rigg', 'scar', 'shaw',
  'stead', 'thwaite', 'wath', 'wick', 'wold',
];

const titles: Record<SchoolKind, readonly string[]> = {
  primary: ['Primary Academy', 'Primary School', 'C of E Primary Academy', 'Junior Academy'],
  secondary: ['Academy', 'High School', 'Community Academy', 'School'],
  'all-through': ['All-Through Academy', 'Free School'],
  special: ['Special Academy', 'Park Special School'],
};

/** Every twelve academies are of these kinds and send these exports. */
const kinds: readonly SchoolKind[] = [
  ...(['secondary', 'primary', 'primary', 'secondary', 'primary', 'all-through'] as const),
  ...(['primary', 'secondary', 'special', 'primary', 'secondary', 'primary'] as const),
];
const protocols: readonly ExportProtocol[] = [
  ...(['v9', 'v5', 'v9', 'ipfix', 'v9', 'ipfix', 'v9', 'v9', 'v5', 'v9', 'v9', 'ipfix'] as const),
];
const sampledAt = 3;

const Mbps = 1e6;

const lines: Record<SchoolKind, readonly number[]> = {
  primary: [100, 100, 200, 500, 1000],
  secondary: [1000, 1000, 1000, 2000],
  'all-through': [1000, 2000],
  special: [100, 200, 500],
};

const pupilsOf: Record<SchoolKind, (unit: number) => number> = {
  primary: (unit) => pick([210, 315, 420, 420, 630], unit) - (Math.floor(unit * 1000) % 17),
  secondary: (unit) => 740 + Math.floor(unit * 900),
  'all-through': (unit) => 1150 + Math.floor(unit * 700),
  special: (unit) => 80 + Math.floor(unit * 140),
};

/** The busiest minute's download for each pupil, kbit/s. */
const perPupilKbps: Record<SchoolKind, number> = { primary: 210, secondary: 340, 'all-through': 300, special: 330 };

function backupCircuit(id: string, random: () => number): DemoCircuit {
  const mobile = random() < 0.4;
  const [down, up] = mobile ? [100, 20] : pick([[80, 20], [160, 30], [330, 50]] as const, random()); // prettier-ignore
  return {
    id: `${id}-backup`,
    role: 'backup',
    providerId: mobile ? 'calder-mobile' : 'kestrelnet',
    kind: mobile ? 'mobile' : 'broadband',
    committedDownBps: down * Mbps,
    committedUpBps: up * Mbps,
    ifIndex: 3,
    ifName: mobile ? 'Cellular0/1/0' : 'GigabitEthernet0/0/3',
  };
}

function createAcademy(index: number): DemoAcademy {
  const random = createRandom(seedOf(`academy ${index}`));
  // A stride that shares no factor with the number of places visits each of them once.
  const place = (index * 219 + 88) % (firsts.length * seconds.length);
  const town = `${firsts[place % firsts.length]!}${seconds[Math.floor(place / firsts.length)]!}`;
  const kind = kinds[index % kinds.length]!;
  const name = `${town} ${pick(titles[kind], random())}`;
  const id = name.toLowerCase().replaceAll(' ', '-');
  const pupils = pupilsOf[kind](random());
  const committed = pick(lines[kind], random()) * Mbps;
  const backed = kind === 'secondary' || kind === 'all-through' || random() < 0.3;
  const primary: DemoCircuit = {
    id: `${id}-primary`,
    role: 'primary',
    providerId: pick(['fellside', 'harbourline'], random()),
    kind: 'leased-line',
    committedDownBps: committed,
    committedUpBps: committed,
    ifIndex: 2,
    ifName: 'GigabitEthernet0/0/2',
  };
  return {
    index,
    id,
    name,
    kind,
    pupils,
    network: `10.${index % 250}.${Math.floor(index / 250) * 128}.0/17`,
    exporter: `127.10.${Math.floor(index / 250)}.${(index % 250) + 1}`,
    protocol: protocols[index % protocols.length]!,
    samplingRate: index % protocols.length === sampledAt ? 100 : 1,
    circuits: backed ? [primary, backupCircuit(id, random)] : [primary],
    peakInBps: Math.min(
      pupils * perPupilKbps[kind] * 1000 * (0.75 + 0.5 * random()),
      committed * (0.55 + 0.3 * random()),
    ),
    outShare: 0.09 + 0.08 * random(),
    backupBps: Math.min(pupils * 45_000, committed * 0.35) * (0.7 + 0.6 * random()),
    backupFrom: 9 * 60 + Math.floor(random() * 16) * 15,
    backupMinutes: 60 + Math.floor(random() * 120),
    bellShift: Math.floor(random() * 7) * 5 - 15,
    seed: seedOf(id),
  };
}

/** @throws RangeError when `count` is not 1 to 500. */
export function demoAcademies(count: number): readonly DemoAcademy[] {
  if (!Number.isInteger(count) || count < 1 || count > maxAcademies)
    throw new RangeError(`the demo has 1 to ${maxAcademies} academies, not ${count}`);
  return Array.from({ length: count }, (_, index) => createAcademy(index));
}
