/** For the tests: senders of traps, and a decoder whose answers are kept. */
import { createDecoder } from '../decoder.ts';
import type { Limits, LossReason } from '../port.ts';
import { ip, nowMs } from '../testing.ts';
import type { Event } from '@linewatch/record';
import { createFlowColumns, formatAddress } from '@linewatch/record';
import { tags } from './ber.ts';
import { element, encodeCommunityMessage, encodeInteger, encodeOctets, encodeOid } from './encode.ts';
import { type Notification, type Varbinds, bind } from './encode-trap.ts';
import type { TrapOptions } from './options.ts';
import { pduTags } from './pdu.ts';

export { type Varbinds, notification, senderEngine, v2c, v3 } from './encode-trap.ts';

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
