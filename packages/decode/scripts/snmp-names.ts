/**
 * Makes `src/snmp/names-data.ts` from MIB files: numbers and names of traps and of the objects that they carry, with the
 * labels of enumerations. No text of the files goes into it.
 *
 *   node scripts/snmp-names.ts MIB-DIRECTORY… > src/snmp/names-data.ts
 *
 * It needs `snmptranslate` of net-snmp (Debian package `snmp`) and the modules listed below, which are in the directories
 * `rfc`, `cisco`, `fortinet`, `juniper`, `meraki` and `silver-peak` of github.com/netdisco/netdisco-mibs and `viptela-mibs`
 * of github.com/cisco/cisco-mibs. Modules of the IETF are in the RFCs named below as well: RFC 6933 and RFC 7331 under the
 * Revised BSD License (RFC 5378, IETF Trust Legal Provisions section 4), the older ones under the copyright statement that
 * each has. LLDP-MIB is of IEEE 802.1AB. Vendors' modules are under their own terms, which stand at the head of each file.
 * None of them comes with this project: what is taken is numbers, names and labels, which are facts.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Of these every object has a name; of the others, traps and what they carry. */
const wholeModules = [
  'SNMPv2-MIB', // RFC 3418
  'IF-MIB', // RFC 2863
  'SNMP-COMMUNITY-MIB', // RFC 3584
  'BGP4-MIB', // RFC 4273
  'BFD-STD-MIB', // RFC 7331
  'ENTITY-MIB', // RFC 6933
  'DISMAN-PING-MIB', // RFC 4560
  'VIPTELA-TRAPS',
  'OLD-CISCO-INTERFACES-MIB',
];
const trapModules = [
  'BRIDGE-MIB', // RFC 4188
  'RMON-MIB', // RFC 2819
  'OSPF-TRAP-MIB', // RFC 4750
  'VRRP-MIB', // RFC 2787
  'POWER-ETHERNET-MIB', // RFC 3621
  'UPS-MIB', // RFC 1628
  'LLDP-MIB',
  'CISCO-BGP4-MIB',
  'CISCO-IETF-BFD-MIB',
  'CISCO-RTTMON-MIB',
  'CISCO-CONFIG-MAN-MIB',
  'CISCO-SYSLOG-MIB',
  'CISCO-ENVMON-MIB',
  'CISCO-ENTITY-FRU-CONTROL-MIB',
  'CISCO-HSRP-MIB',
  'CISCO-SDWAN-BFD-MIB',
  'CISCO-SDWAN-APP-ROUTE-MIB',
  'CISCO-SDWAN-OMP-MIB',
  'CISCO-SDWAN-POLICY-MIB',
  'CISCO-SDWAN-SECURITY-MIB',
  'FORTINET-CORE-MIB',
  'FORTINET-FORTIGATE-MIB',
  'JUNIPER-MIB',
  'JUNIPER-PING-MIB',
  'JUNIPER-RPM-MIB',
  'MERAKI-CLOUD-CONTROLLER-MIB',
  'SILVERPEAK-MGMT-MIB',
];

const directories = process.argv.slice(2);
const texts = new Map<string, string>();
for (const directory of directories)
  for (const file of readdirSync(directory)) {
    const text = readFileSync(path.join(directory, file), 'latin1').replaceAll(/--.*?(--|$)/gm, '');
    const module = /^\s*([\w-]+)\s+DEFINITIONS/m.exec(text)?.[1];
    if (module !== undefined && !texts.has(module)) texts.set(module, text);
  }

const translate = (module: string, ...args: string[]): string =>
  execFileSync('snmptranslate', ['-M', directories.join(':'), '-m', module, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  });

const oids = new Map<string, string>();
const wanted = new Map<string, string>();
for (const module of [...wholeModules, ...trapModules]) {
  const text = texts.get(module);
  if (text === undefined) throw new Error(`${module} is in none of the directories`);
  const numbers = new Map(
    [...translate(module, '-Tz').matchAll(/"(.+?)"\s+"([\d.]+)"/g)].map(([, name, oid]) => [name!, oid!]),
  );
  const names = new Set<string>();
  for (const [, name, body] of text.matchAll(/^\s*([a-z][\w-]*)\s+NOTIFICATION-TYPE\b([\s\S]*?)::=/gm)) {
    names.add(name!);
    const objects = /OBJECTS\s*\{([^}]*)\}/.exec(body!)?.[1] ?? '';
    for (const object of objects.split(',')) names.add(object.trim());
  }
  if (wholeModules.includes(module))
    for (const [, name] of text.matchAll(/^\s*([a-z][\w-]*)\s+OBJECT-TYPE\b/gm))
      if (!/(Table|Entry)$/.test(name!)) names.add(name!);
  for (const name of names) {
    const oid = numbers.get(name);
    if (oid === undefined) continue;
    oids.set(oid, name);
    if (!wanted.has(oid)) wanted.set(oid, module);
  }
}

const labelsOf = (oid: string, module: string): string => {
  const syntax = /SYNTAX\s+(?:INTEGER|Integer32)\s*\{([^}]*)\}/.exec(translate(module, '-Td', `.${oid}`))?.[1] ?? '';
  const labels = [...syntax.matchAll(/([\w-]+)\((-?\d+)\)/g)].map(([, label, value]) => `${value}=${label}`);
  // ifType has hundreds.
  return labels.length > 64 ? '' : labels.join(',');
};

const order = (oid: string): string =>
  oid
    .split('.')
    .map((part) => part.padStart(10, '0'))
    .join('.');

const lines = [...oids]
  .toSorted(([a], [b]) => (order(a) < order(b) ? -1 : 1))
  .map(([oid, name]) => [oid, name, labelsOf(oid, wanted.get(oid)!)].join(' ').trimEnd());

process.stdout.write(`/**
 * Made by scripts/snmp-names.ts; not edited by hand. An object identifier, its name, labels of its values: facts from MIB
 * modules of the IETF, of IEEE 802.1AB and of vendors, which the script names with their sources. No text of them is here.
 */
export const namesData = \`
${lines.join('\n')}
\`;
`);
