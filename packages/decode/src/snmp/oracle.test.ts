/**
 * Real SNMP messages, with what tshark and gosnmp read from them. The captures are third-party data and no part of this
 * project: LINEWATCH_CAPTURES names the folder they are in.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readCapture } from '../capture/index.ts';
import { formatAddress } from '@linewatch/record';
import { captureOf, folder, readUnits } from '../oracle-units.ts';
import type { LossReason } from '../port.ts';
import type { AuthProtocol, PrivProtocol, TrapUser } from './options.ts';
import { type TrapHarnessEvent, trapHarness } from './testing.ts';

const available = folder !== '' && existsSync(join(folder, 'snmp_users.json'));

interface Unit {
  readonly name: string;
  readonly cls: string;
  readonly proto: string;
  readonly datagrams: number;
  readonly pdus: Readonly<Record<string, number>>;
}

const snmpUnits = (): Unit[] =>
  readUnits(/^snmp/).map(({ unit, cls, proto, datagrams, truth }) => {
    const { pdus } = JSON.parse(truth) as { pdus: Record<string, number> };
    return { name: unit, cls, proto, datagrams: Number(datagrams), pdus };
  });

const authNames: Readonly<Record<string, AuthProtocol>> = {
  MD5: 'md5',
  SHA: 'sha1',
  'SHA-224': 'sha224',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};
const privNames: Readonly<Record<string, PrivProtocol>> = {
  DES: 'des',
  AES: 'aes128',
  'AES-192': 'aes192',
  'AES-256': 'aes256',
};

interface UserRow {
  readonly user: string;
  readonly auth: string | null;
  readonly authKey: string | null;
  readonly priv: string | null;
  readonly privKey: string | null;
}

const readUsers = (): TrapUser[] =>
  (JSON.parse(readFileSync(join(folder, 'snmp_users.json'), 'utf8')) as UserRow[]).map((row) => ({
    name: row.user,
    auth: row.auth === null ? undefined : { protocol: authNames[row.auth]!, password: row.authKey! },
    priv: row.priv === null ? undefined : { protocol: privNames[row.priv]!, password: row.privKey! },
  }));

const payloads = (unit: Unit): { payload: Uint8Array; from: string; at: number }[] =>
  [...readCapture(captureOf({ cls: unit.cls, unit: unit.name }))].flatMap((item) =>
    item.kind === 'loss' ? [] : [{ payload: item.payload, from: formatAddress(item.sourceAddress), at: item.timeMs }],
  );

const record = (file: string): string | undefined =>
  existsSync(join(folder, 'records', file))
    ? gunzipSync(readFileSync(join(folder, 'records', file))).toString('utf8')
    : undefined;

interface TsharkTrap {
  readonly i: number;
  readonly pdu: string;
  readonly user: string | null;
  readonly enterprise: string | null;
  readonly agent: string | null;
  readonly generic: string | null;
  readonly specific: string | null;
  readonly uptime: string | null;
  readonly oids: readonly string[];
}

interface GosnmpTrap {
  readonly i: number;
  readonly err: string;
  readonly vars: readonly { readonly Name: string; readonly Type: string; readonly Value: unknown }[];
}

const sysUpTime = '1.3.6.1.2.1.1.3.0';
const snmpTrapOid = '1.3.6.1.6.3.1.1.4.1.0';

/** Events by the datagram that they came in. */
function eventsOf(unit: Unit, users: readonly TrapUser[]) {
  const h = trapHarness({ users }, { trapBurst: Infinity });
  const events = payloads(unit).map(({ payload, from, at }) => {
    const before = h.events.length;
    h.feed(payload, { from, at });
    expect(h.events.length - before).toBeLessThanOrEqual(1);
    return h.events[before];
  });
  return { h, events };
}

function expectedOid(trap: TsharkTrap): string | undefined {
  if (trap.enterprise === null) return undefined;
  const generic = Number(trap.generic);
  return generic === 6 ? `${trap.enterprise}.0.${Number(trap.specific) >>> 0}` : `1.3.6.1.6.3.1.1.5.${generic + 1}`;
}

const without = <T>(list: readonly T[], first: (item: T) => boolean): T[] => {
  const at = list.findIndex(first);
  return list.filter((_, i) => i !== at);
};

/** Values as gosnmp has them; `undefined` where it does not read what we do. */
function sameValue(ours: TrapHarnessEvent['detail']['varbinds'][number], theirs: GosnmpTrap['vars'][number]): boolean {
  if (theirs.Type === 'Opaque') return ['Integer64', 'Unsigned64', 'Opaque'].includes(ours.type);
  if (theirs.Type === 'Counter64') return Number(ours.value) === theirs.Value;
  if (ours.type === 'HexString') return ours.value === theirs.Value;
  if (ours.type === 'OctetString') {
    const text = String(ours.value);
    return [text, `0x${Buffer.from(text).toString('hex')}`].includes(String(theirs.Value));
  }
  const value = typeof theirs.Value === 'string' ? theirs.Value.replace(/^\./, '') : theirs.Value;
  return ours.value === value;
}

const notifications = /^(trapv1|trapv2|inform)$/;

describe.skipIf(!available)('real SNMP (LINEWATCH_CAPTURES is not set when this is skipped)', () => {
  const units = available ? snmpUnits() : [];
  const users = available ? readUsers() : [];
  const traps = units.filter(({ proto, cls }) => proto === 'snmp-trap' && cls === 'normal');
  const genuine = traps.filter(({ name }) => !name.includes('badauth'));

  test.each(genuine.map((unit) => [unit.name, unit] as const))(
    '%s: OIDs and varbinds as tshark reads them',
    (_, unit) => {
      const { h, events } = eventsOf(unit, users);
      const told = JSON.parse(record(`${unit.name}.tshark.json.gz`)!) as { traps: readonly TsharkTrap[] };
      const expected = told.traps.filter(({ pdu }) => notifications.test(pdu));
      const counted = Object.entries(unit.pdus).filter(([pdu]) => notifications.test(pdu));
      expect(expected).toHaveLength(counted.reduce((sum, [, count]) => sum + count, 0));
      // Discovery makes no event.
      expect(events.filter((event) => event !== undefined)).toHaveLength(expected.length);
      expect(h.losses()).toEqual({});
      for (const trap of expected) {
        const { detail, exporter } = events[trap.i]!;
        const oid = expectedOid(trap);
        if (oid !== undefined) expect(detail['trapOid']).toBe(oid);
        const left =
          oid === undefined
            ? without(
                without(trap.oids, (o) => o === sysUpTime),
                (o) => o === snmpTrapOid,
              )
            : trap.oids;
        expect(detail.varbinds.map((varbind) => varbind.oid)).toEqual(left);
        if (trap.uptime !== null) expect(detail['uptime']).toBe(Number(trap.uptime));
        if (trap.user !== null) expect(detail['user']).toBe(trap.user);
        const named = trap.agent !== null && !/^(0|127|255)\./.test(trap.agent);
        expect(exporter).toBe(named ? trap.agent : detail['source']);
      }
    },
  );

  const read = genuine.filter(({ name }) => record(`${name}.jsonl.gz`) !== undefined);
  test.each(read.map((unit) => [unit.name, unit] as const))('%s: values as gosnmp reads them', (_, unit) => {
    const { events } = eventsOf(unit, users);
    const told = record(`${unit.name}.jsonl.gz`)!
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as GosnmpTrap)
      .filter(({ i, err }) => err === '' && events[i] !== undefined);
    expect(told.length).toBeGreaterThan(0);
    for (const { i, vars } of told) {
      const { detail } = events[i]!;
      const oid = vars.find(({ Name }) => Name === `.${snmpTrapOid}`)?.Value;
      if (oid !== undefined) expect(`.${String(detail['trapOid'])}`).toBe(oid);
      const left =
        oid === undefined
          ? vars
          : without(
              without(vars, ({ Name }) => Name === `.${sysUpTime}`),
              ({ Name }) => Name === `.${snmpTrapOid}`,
            );
      expect(detail.varbinds).toHaveLength(left.length);
      for (const [n, theirs] of left.entries()) {
        const ours = detail.varbinds[n]!;
        expect([ours, theirs, sameValue(ours, theirs)]).toEqual([ours, theirs, true]);
      }
    }
  });

  test.each(traps.filter(({ name }) => name.includes('badauth')).map((unit) => [unit.name, unit] as const))(
    '%s: wrong keys are refused',
    (_, unit) => {
      const { h } = eventsOf(unit, users);
      expect(h.losses()).toEqual({ trap_authentication_failed: unit.datagrams });
    },
  );

  // Requests and responses: none is an event, and each is refused for what it is.
  const refusals = new Set<LossReason>([
    'trap_pdu_unexpected',
    'trap_user_unknown',
    'trap_security_level',
    'trap_time_window',
    // msgAuthoritativeEngineBoots of these is below zero (RFC 3412 section 6: INTEGER (0..2147483647)).
    'trap_malformed',
  ]);
  const others = units.filter(({ proto, cls }) => proto === 'snmp' && cls === 'normal');
  test.each(others.map((unit) => [unit.name, unit] as const))('%s: what is no trap makes no event', (name, unit) => {
    const { h, events } = eventsOf(unit, users);
    expect(events.filter((event) => event !== undefined)).toEqual([]);
    for (const reason of Object.keys(h.losses()) as LossReason[]) expect(refusals).toContain(reason);
    expect(h.losses().trap_malformed ?? 0).toBe({ 'snmp-zeek-mixed--snmp': 3, 'snmp-zeek-v3': 3 }[name] ?? 0);
  });

  test.each(units.filter(({ cls }) => cls === 'hostile').map((unit) => [unit.name, unit] as const))(
    '%s: each datagram has one outcome',
    (name, unit) => {
      const { h } = eventsOf(unit, users);
      const { decoded, held, rejected } = h.counters.datagrams;
      expect(decoded + held + rejected).toBe(unit.datagrams);
      expect(h.counters.losses.decoder_fault).toBe(0);
      if (name === 'h-snmp-sharpsnmp-v1pdu-in-v2') expect(h.events).toHaveLength(1);
    },
  );

  test.each(units.map((unit) => [unit.name, unit] as const))('%s: every truncation has one outcome', (_, unit) => {
    const h = trapHarness({ users }, { trapBurst: Infinity });
    let fed = 0;
    // The longest have thousands of octets; a walk has the same form four hundred times.
    for (const { payload } of payloads(unit).slice(0, 100))
      for (let length = 0; length < payload.length; length += payload.length > 2000 ? 7 : 1) {
        h.feed(payload.subarray(0, length));
        fed++;
      }
    const { decoded, held, rejected } = h.counters.datagrams;
    expect(decoded + held + rejected).toBe(fed);
    expect(h.counters.losses.decoder_fault).toBe(0);
  });
});
