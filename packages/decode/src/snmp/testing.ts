/** For the tests: senders of traps, and a decoder whose answers are kept. */
import { createDecoder } from '../decoder.ts';
import type { Limits, LossReason } from '../port.ts';
import { ip, nowMs } from '../testing.ts';
import type { Event } from '@linewatch/record';
import { createFlowColumns, formatAddress } from '@linewatch/record';
import { tags } from './ber.ts';
import {
  element,
  encodeCommunityMessage,
  encodeInteger,
  encodeOctets,
  encodeOid,
  encodePdu,
  encodeScopedPdu,
  encodeV3,
  encodeVarbind,
  flags,
} from './encode.ts';
import { User } from './keys.ts';
import type { TrapOptions, TrapUser } from './options.ts';
import { pduTags, snmpTrapOid, sysUpTime } from './pdu.ts';
import { encrypt } from './privacy.ts';

export const oids = {
  coldStart: '1.3.6.1.6.3.1.1.5.1',
  linkDown: '1.3.6.1.6.3.1.1.5.3',
  linkUp: '1.3.6.1.6.3.1.1.5.4',
  ifIndex: '1.3.6.1.2.1.2.2.1.1',
  ifAdminStatus: '1.3.6.1.2.1.2.2.1.7',
  ifOperStatus: '1.3.6.1.2.1.2.2.1.8',
} as const;

export const integer = (value: number): Buffer => encodeInteger(value);
export const string = (value: string | Uint8Array): Buffer => encodeOctets(value);
export const address = (text: string): Buffer => element(tags.ipAddress, ip(text).subarray(12));

export type Varbinds = readonly (readonly [oid: string, value: Uint8Array])[];
const bind = (varbinds: Varbinds): Buffer[] => varbinds.map(([oid, value]) => encodeVarbind(oid, value));

export interface Notification {
  readonly oid: string;
  readonly varbinds?: Varbinds;
  readonly uptime?: number;
  readonly requestId?: number;
  readonly inform?: boolean;
}

export function notification({
  oid,
  varbinds = [],
  uptime = 100,
  requestId = 1,
  inform = false,
}: Notification): Buffer {
  return encodePdu(inform ? pduTags.inform : pduTags.trapV2, requestId, [
    encodeVarbind(sysUpTime, encodeInteger(uptime, tags.timeTicks)),
    encodeVarbind(snmpTrapOid, encodeOid(oid)),
    ...bind(varbinds),
  ]);
}

export const v2c = (trap: Notification, community = 'public'): Buffer =>
  encodeCommunityMessage(1, community, notification(trap));

export interface V1Trap {
  readonly enterprise: string;
  readonly agent?: string;
  readonly generic: number;
  readonly specific?: number;
  readonly varbinds?: Varbinds;
}

export const v1Pdu = ({ enterprise, agent = '0.0.0.0', generic, specific = 0, varbinds = [] }: V1Trap): Buffer =>
  element(
    pduTags.trapV1,
    encodeOid(enterprise),
    address(agent),
    encodeInteger(generic),
    encodeInteger(specific),
    encodeInteger(100, tags.timeTicks),
    element(tags.sequence, ...bind(varbinds)),
  );

export const v1 = (trap: V1Trap, community = 'public'): Buffer => encodeCommunityMessage(0, community, v1Pdu(trap));

export const interfaceVarbinds = (index: number, admin: number, oper: number): Varbinds => [
  [`${oids.ifIndex}.${index}`, integer(index)],
  [`${oids.ifAdminStatus}.${index}`, integer(admin)],
  [`${oids.ifOperStatus}.${index}`, integer(oper)],
];

export const link = (what: 'linkDown' | 'linkUp', index: number, varbinds: Varbinds = []): Notification => ({
  oid: oids[what],
  varbinds: [[`${oids.ifIndex}.${index}`, integer(index)], ...varbinds],
});

export interface V3Options {
  readonly user: TrapUser;
  readonly engineId?: Uint8Array;
  readonly boots?: number;
  readonly time?: number;
  readonly msgId?: number;
  readonly reportable?: boolean;
  /** Of an extended privacy key; see keys.ts. */
  readonly extension?: 0 | 1;
  readonly salt?: Uint8Array;
  /** What the message claims; without it, what the user has. */
  readonly level?: number;
}

export const senderEngine = Buffer.from('8000000903001122334455', 'hex');

/** Keys are dear. */
const senders = new Map<string, User>();
function senderOf(user: TrapUser): User {
  const key = JSON.stringify(user);
  const sender = senders.get(key) ?? new User(user);
  senders.set(key, sender);
  return sender;
}

/** A v3 message as its sender makes it. */
export function v3(pdu: Uint8Array, options: V3Options): Buffer {
  const { user, engineId = senderEngine, boots = 3, time = 1000, msgId = 7, extension = 0 } = options;
  const sender = senderOf(user);
  const keys = sender.keysAt(engineId);
  const level = options.level ?? (user.auth ? flags.auth : 0) | (user.priv ? flags.priv : 0);
  const scoped = encodeScopedPdu(engineId, Buffer.from(''), pdu);
  const salt =
    (level & flags.priv) === 0 ? new Uint8Array(0) : (options.salt ?? Buffer.from('0102030405060708', 'hex'));
  const data =
    (level & flags.priv) === 0
      ? scoped
      : encodeOctets(
          encrypt(user.priv!.protocol, sender.privacyKey(keys, extension, engineId), boots, time, salt, scoped),
        );
  const encoded = encodeV3({
    msgId,
    flags: level | (options.reportable ? flags.reportable : 0),
    engineId,
    boots,
    time,
    user: Buffer.from(user.name),
    authOctets: (level & flags.auth) === 0 ? 0 : sender.authOctets,
    salt,
    data,
  });
  if ((level & flags.auth) !== 0)
    encoded.message.set(sender.digest(keys, encoded.message, encoded.authAt), encoded.authAt);
  return encoded.message;
}

export interface TrapHarnessEvent {
  readonly kind: string;
  readonly exporter: string;
  readonly interface: number;
  readonly timeMs: number;
  readonly detail: Readonly<Record<string, unknown>> & {
    readonly varbinds: readonly { oid: string; name?: string; type: string; value: unknown; label?: string }[];
  };
}

export function trapHarness(traps?: TrapOptions, limits: Partial<Limits> = {}) {
  const events: TrapHarnessEvent[] = [];
  const raw: Event[] = [];
  const decoder = createDecoder({
    sink: {
      columns: createFlowColumns(16),
      rows: 0,
      flush: () => undefined,
      decoded: () => undefined,
      sample: () => undefined,
      event: (event) => {
        raw.push(event);
        events.push({
          ...event,
          exporter: formatAddress(event.exporter),
          detail: JSON.parse(event.detail) as TrapHarnessEvent['detail'],
        });
      },
    },
    traps,
    limits,
  });
  return {
    decoder,
    events,
    raw,
    counters: decoder.counters,
    feed: (datagram: Uint8Array, { from = '192.0.2.1', at = nowMs } = {}): Uint8Array | undefined =>
      decoder.decode(decoder.exporter(ip(from)), datagram, at),
    losses: (): Partial<Record<LossReason, number>> =>
      Object.fromEntries(Object.entries(decoder.counters.losses).filter(([, count]) => count > 0)),
  };
}
