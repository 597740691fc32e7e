import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Secrets, decodeState, encodeState } from '@linewatch/record';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadConfig, redact } from './config.ts';
import { controlOf } from './control-config.ts';
import { ConfigError } from './paths.ts';

const directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-config-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const file = path.join(directory, 'c.yaml');

function load(text: string) {
  writeFileSync(file, text);
  return loadConfig({ file, env: {} });
}

function problems(text: string): string[] {
  try {
    load(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll(`${file}:`, '').split('\n');
    throw error;
  }
  return [];
}

const whole = `
snmp:
  credentials:
    - { name: lan, community: quite-secret }
    - name: wan
      user: watcher
      auth: { protocol: sha256, password: authsecret }
      priv: { protocol: aes128, password: privsecret }
    - { name: unused, community: never-sent }
  traps: [wan]
  polling:
    everyS: 30
    heard: lan
    targets:
      - { address: 192.0.2.1, credential: wan }
      - { address: 192.0.2.2, credential: wan, collector: north }
exporters:
  allow: [192.0.2.0/24]
  admission: approve
`;

describe('snmp and exporters in the configuration', () => {
  it('become what a collector is to do, with the secrets that it needs and no others', () => {
    const control = controlOf(load(whole), 'main')('main');
    expect(control).toMatchObject({
      allow: ['192.0.2.0/24'],
      admission: 'approve',
      polling: { everyMs: 30_000, heard: 'lan', targets: [{ address: '192.0.2.1', port: 161, credential: 'wan' }] },
    });
    expect(control.secrets.traps.map(({ name }) => name)).toEqual(['wan']);
    expect(control.secrets.polling.map(({ name }) => name).toSorted()).toEqual(['lan', 'wan']);
    // As collectors validate it.
    expect(decodeState(Secrets, encodeState(control.secrets))).toEqual(control.secrets);
  });

  it('give each collector its own targets', () => {
    const targets = (label: string) => controlOf(load(whole), 'main')(label).polling.targets.map((t) => t.address);
    expect(targets('main')).toEqual(['192.0.2.1']);
    expect(targets('north')).toEqual(['192.0.2.2']);
    expect(targets('south')).toEqual([]);
  });

  it('take traps of community "public" when nothing is said, and none when none are named', () => {
    const traps = (text: string) => controlOf(load(text), 'main')('main').secrets.traps;
    expect(traps('')).toEqual([{ name: 'public', community: 'public' }]);
    expect(traps('snmp: { traps: [] }')).toEqual([]);
  });

  it('are shown without their secrets', () => {
    const shown = stringify(redact(load(whole)));
    for (const secret of ['quite-secret', 'never-sent', 'authsecret', 'privsecret'])
      expect(shown).not.toContain(secret);
    expect(shown).toContain('watcher');
    expect(load(whole).snmp.credentials[0]?.community).toBe('quite-secret');
  });

  it('are refused with line and path where they make no sense', () => {
    const bad = `snmp:
  credentials:
    - { name: a, community: x, user: y }
    - { name: a, user: y, priv: { protocol: des, password: longenough } }
    - { name: c, community: x, auth: { protocol: md5, password: longenough } }
  traps: [nobody]
  polling:
    heard: no-one
    targets:
      - { address: example.org, credential: a }
      - { address: 192.0.2.1, credential: b }
      - { address: 192.0.2.1, credential: a }
exporters:
  allow: [10.0.0.0/33, 10.0.0.0/8]`;
    expect(problems(bad)).toEqual([
      '3: snmp.credentials.0 must have either a community or a user',
      '4: snmp.credentials.1.name "a" is given twice',
      '4: snmp.credentials.1.priv needs auth: SNMPv3 does not encrypt without authentication (RFC 3414)',
      '5: snmp.credentials.2.auth belongs to a user, not to a community',
      '6: snmp.traps.0 names no credential: "nobody"',
      '8: snmp.polling.heard names no credential: "no-one"',
      '10: snmp.polling.targets.0.address must be an IP address',
      '11: snmp.polling.targets.1.credential names no credential: "b"',
      '12: snmp.polling.targets.2.address 192.0.2.1 port 161 is given twice',
      '14: exporters.allow.0 must be a network such as 10.0.0.0/8 or 2001:db8::/32',
    ]);
  });

  it('do not send a community to whoever sends flows', () => {
    const text = (more: string) =>
      `snmp:\n  credentials: [{ name: a, community: x }]\n  polling: { heard: a }\n${more}`;
    expect(problems(text(''))).toEqual([
      '3: snmp.polling.heard would send a community to whoever sends flows; name networks in exporters.allow, or use a user',
    ]);
    expect(problems(text('exporters: { allow: [10.0.0.0/8] }'))).toEqual([]);
    expect(problems(text('exporters: { admission: approve }'))).toEqual([]);
  });

  it('are refused with a cipher that polls do not have', () => {
    const user = 'auth: { protocol: sha1, password: longenough }, priv: { protocol: aes192, password: longenough }';
    const text = `snmp:\n  credentials: [{ name: a, user: y, ${user} }]`;
    expect(problems(`${text}\n  traps: [a]`)).toEqual([]);
    expect(problems(`${text}\n  polling: { targets: [{ address: 192.0.2.1, credential: a }] }`)).toEqual([
      '3: snmp.polling.targets.0.credential names "a", whose aes192 is for traps only; use aes128 or aes256',
    ]);
  });

  it('are refused with a password below 8 characters', () => {
    expect(
      problems('snmp:\n  credentials:\n    - { name: a, user: y, auth: { protocol: md5, password: short } }'),
    ).toEqual(['3: snmp.credentials.0.auth.password must have at least 8 characters']);
  });

  it('of further trusts are checked, hidden and told like the own', () => {
    const further = `trust: north
trusts:
  - trust: south
    snmp:
      credentials: [{ name: lan, community: secret-of-south }]
      traps: [lan]
    exporters: { allow: [198.51.100.0/24] }
  - { trust: west }
`;
    const config = load(further);
    const [south, west] = config.trusts;
    expect(controlOf(south!, 'main')('main')).toMatchObject({
      allow: ['198.51.100.0/24'],
      secrets: { traps: [{ name: 'lan', community: 'secret-of-south' }] },
    });
    expect(controlOf(west!, 'main')('main')).toMatchObject({ allow: [], admission: 'open' });
    expect(controlOf(config, 'main')('main').secrets.traps).toEqual([{ name: 'public', community: 'public' }]);
    expect(JSON.stringify(redact(config))).not.toContain('secret-of-south');
    expect(problems(further.replace('traps: [lan]', 'traps: [wan]')).join()).toContain(
      'trusts.0.snmp.traps.0 names no credential: "wan"',
    );
    expect(problems(further.replace('trust: west', 'trust: south')).join()).toContain(
      'trusts.1.trust "south" is given twice',
    );
    // FNV-1a of the two is the same.
    expect(problems('trust: costarring\ntrusts: [{ trust: liquid }]').join()).toContain(
      '"liquid" has the same number in telemetry as "costarring"',
    );
  });
});

describe('collectors in the configuration', () => {
  const { publicKey } = generateKeyPairSync('x25519');
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

  it('have a key each', () => {
    const { collectors, trusts } = load(
      `collectors: [{ label: hub, publicKey: ${key} }]\ntrusts: [{ trust: south, collectors: [{ label: hub, publicKey: ${key} }] }]`,
    );
    expect([collectors, trusts[0]?.collectors]).toEqual([
      [{ label: 'hub', publicKey: key }],
      [{ label: 'hub', publicKey: key }],
    ]);
    expect(load('').collectors).toEqual([]);
  });

  it('are refused where it is none, or one is given twice', () => {
    const twice = `[{ label: hub, publicKey: ${key} }, { label: hub, publicKey: AAAA }]`;
    expect(problems(`collectors: ${twice}`).join('\n')).toMatch(
      /collectors\.1\.label.*twice(.|\n)*collectors\.1\.publicKey.*print-key/,
    );
    expect(problems(`trusts: [{ trust: south, collectors: ${twice} }]`)).toHaveLength(2);
  });
});
