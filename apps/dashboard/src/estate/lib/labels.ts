/** Words for what the schemas name in short: kinds of records and the values that a field may have. */
import { type Kind, kinds } from '@linewatch/contract';

const words: Readonly<Record<string, string>> = {
  'sd-wan': 'SD-WAN',
  vpn: 'VPN',
  ups: 'UPS',
  'it-lead': 'IT lead',
  'it-support': 'IT support',
  fttp: 'FTTP (full fibre)',
  fttc: 'FTTC (part copper)',
  sogea: 'SOGEA (part copper)',
  adsl: 'ADSL (copper)',
  cable: 'Cable',
  '4g': '4G',
  '5g': '5G',
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
  cpi: 'CPI',
  rpi: 'RPI',
  'cpi-plus': 'CPI plus a percentage',
  'rpi-plus': 'RPI plus a percentage',
  md5: 'MD5',
  sha1: 'SHA-1',
  sha224: 'SHA-224',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
  des: 'DES',
  aes128: 'AES-128',
  aes256: 'AES-256',
  'same-term': 'Goes on for the same term',
  ends: 'It ends',
  monthly: 'Goes on month by month',
  quarterly: 'Goes on by the quarter',
  yearly: 'Goes on year by year',
};

/** `leased-line` → `Leased line`. What has capitals already is left alone. */
export function labelOf(value: string): string {
  const known = words[value];
  if (known !== undefined) return known;
  const text = value.replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `a circuit`, `an academy`, `an SNMP credential`. */
export function aKind(kind: Kind): string {
  const { one } = kinds[kind];
  return `${/^([aeio]|SNMP)/.test(one) ? 'an' : 'a'} ${one}`;
}

/** `Circuits`, `SNMP credentials`: at the beginning of a line. */
export function manyOf(kind: Kind): string {
  const { many } = kinds[kind];
  return many.charAt(0).toUpperCase() + many.slice(1);
}

/** `3 circuits`, `1 piece of equipment`. */
export function countOf(count: number, kind: Kind): string {
  const { one, many } = kinds[kind];
  if (count === 1) return `1 ${one}`;
  return kind === 'equipment'
    ? `${count.toLocaleString('en-GB')} pieces of equipment`
    : `${count.toLocaleString('en-GB')} ${many}`;
}

/** What a page of this kind is for, in a sentence. */
export const aboutKind: Readonly<Record<Kind, string>> = {
  cluster: 'Groups of academies, by region or however the trust is organised.',
  calendar: 'Terms, INSET days, closures and the school day: when it matters that a line works.',
  profile: 'What the lines of an academy are measured against.',
  provider: 'Who delivers lines, equipment and services, and whom to ring about a fault.',
  contract: 'What was agreed with suppliers: until when, at what price, with what service level.',
  academy: 'The schools of the trust.',
  site: 'Buildings of an academy that have their own address or lines.',
  contact: 'People at academies and suppliers to ring or write to.',
  credential:
    'What this platform signs in to network devices with. Passwords can be replaced here, and are never shown.',
  exporter: 'Network devices that send telemetry.',
  equipment: 'Routers, switches and other devices, and until when their makers support them.',
  circuit: 'The lines into each academy: from whom, how fast, on which contract.',
  template: 'Starting points for new academies.',
  rule: 'How new lines that are seen in telemetry are recognised.',
};
