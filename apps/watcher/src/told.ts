/** From an event to what it says of a tunnel, session or test: data, by the events' kinds. */
import type { Evidence } from '@linewatch/sla';

export type Detail = Readonly<Record<string, unknown>>;

export interface Told {
  /** `path`: it carries or it does not. `quality`: within its limits or not. `device`: all of it answers or not. */
  readonly kind: 'path' | 'quality' | 'device';
  readonly says: Evidence['says'];
  /** What samples of the same thing have before its name: `cisco.ipsla`. */
  readonly source: string;
  /** What it is called where one thing of the source has the name; several have it where `part` tells them apart. */
  readonly name: string;
  readonly part?: string;
  /** What else a circuit's tunnel may be called to mean it. */
  readonly also?: readonly string[];
  /** Only of circuits of this kind. */
  readonly only?: string;
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value.slice(0, 200) : typeof value === 'number' ? String(value) : '';
const of =
  (...fields: readonly string[]) =>
  (detail: Detail): string =>
    fields.map((field) => textOf(detail[field])).find((text) => text !== '') ?? '';

type Teller = (detail: Detail) => Told | undefined;
type Says = (detail: Detail) => Evidence['says'] | undefined;

const always =
  (says: Evidence['says']): Says =>
  () =>
    says;
const byTo =
  (words: Readonly<Record<string, Evidence['says']>>, otherwise?: Evidence['says']): Says =>
  ({ to }) =>
    words[textOf(to)] ?? otherwise;
const upDown = byTo({ up: 'up', down: 'down' });
const cleared = (bad: Evidence['says']): Says => byTo({ occurred: bad, cleared: 'up' }, bad);
const established = byTo({ established: 'up' }, 'down');

const teller =
  (kind: Told['kind'], source: string, nameOf: (detail: Detail) => string, saysOf: Says): Teller =>
  (detail) => {
    const [name, says] = [nameOf(detail), saysOf(detail)];
    return name === '' || says === undefined ? undefined : { kind, source, name, says };
  };

/** One of many tunnels through a line, which its colour names. */
const session: Teller = (detail) => {
  const says = upDown(detail);
  const name = of('tunnel')(detail);
  if (name === '' || says === undefined) return undefined;
  return {
    kind: 'path',
    source: 'cisco.sdwan',
    name,
    says,
    part: `${of('peer')(detail)} ${of('remoteColor')(detail)}`,
  };
};

/** Two numbers: all sessions between them. The first names it. */
const bfd = (says: Evidence['says']): Teller => teller('path', 'bfd', of('session'), always(says));
const bgp = (says: Says): Teller => teller('path', 'bgp', of('peer'), says);

/** A cloud tells of its devices, by their MAC addresses and networks. */
const cloud =
  (kind: Told['kind'], source: string, says: Evidence['says'], only?: string): Teller =>
  (detail) => {
    const name = of('deviceMac', 'network')(detail);
    const also = [of('network')(detail), of('deviceMac')(detail).replaceAll(':', '')].filter((text) => text !== '');
    return name === '' ? undefined : { kind, source, name, says, also, ...(only !== undefined && { only }) };
  };
const vpn =
  (says: Evidence['says']): Teller =>
  (detail) =>
    detail['deviceMac'] === undefined
      ? teller('path', 'vpn', of('tunnel', 'peer'), always(says))(detail)
      : cloud('path', 'meraki.vpn', says)(detail);

/** A test that is complete may have had no answer at all. */
const completed: Says = ({ responses }) => (responses === 0 || responses === '0' ? 'down' : 'up');

const tellers: Readonly<Record<string, Teller>> = {
  'bgp.established': bgp(always('up')),
  'bgp.backward_transition': bgp(established),
  'bgp.state_changed': bgp(established),
  'bfd.up': bfd('up'),
  'bfd.down': bfd('down'),
  'sdwan.bfd': session,
  'vpn.up': vpn('up'),
  'vpn.down': vpn('down'),
  'ipsla.connection': teller('path', 'cisco.ipsla', of('tag', 'operation'), cleared('down')),
  'ipsla.timeout': teller('path', 'cisco.ipsla', of('tag', 'operation'), cleared('down')),
  'ipsla.threshold': teller('quality', 'cisco.ipsla', of('tag', 'operation'), cleared('degraded')),
  'probe.failed': teller('path', 'ping', of('test'), always('down')),
  'probe.test_failed': teller('path', 'ping', of('test'), always('down')),
  'probe.completed': teller('path', 'ping', of('test'), completed),
  'probe.threshold': teller('quality', 'ping', of('test'), always('degraded')),
  'device.down': cloud('device', 'meraki.device', 'down'),
  'device.up': cloud('device', 'meraki.device', 'up'),
  'cellular.up': cloud('path', 'meraki.cellular', 'up', 'mobile'),
  'cellular.down': cloud('path', 'meraki.cellular', 'down', 'mobile'),
};

/** Undefined: it says nothing of whether anything carries. */
export const toldBy = (kind: string, detail: Detail): Told | undefined =>
  Object.hasOwn(tellers, kind) ? tellers[kind]!(detail) : undefined;
