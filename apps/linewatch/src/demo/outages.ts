/** The demo's bad moments: lines that go down for some minutes, told by linkDown and linkUp traps. The same ones in every run. */
import { encodeInteger, encodeOctets, encodeTrapV2c } from '@linewatch/decode';
import type { DemoAcademy, DemoCircuit } from './academies.ts';
import { createRandom, pick, seedOf } from './random.ts';

export interface DemoOutage {
  readonly academy: DemoAcademy;
  readonly circuits: readonly DemoCircuit[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** The first comes while someone still watches the start; then about one each three hours. */
const firstMs = 60_000;
const everyMs = 3 * 3_600_000;
const spreadMs = 3_600_000;
const minuteMs = 60_000;
/** Each so many of them, a school loses all of its lines. */
const siteEach = 4;

/** The `number`th, from 0, of a demo that began at a time. They follow one another: no two at once. */
export function outageOf(academies: readonly DemoAcademy[], startedMs: number, number: number): DemoOutage {
  const random = createRandom(seedOf(`outage ${number}`));
  const isSite = number % siteEach === siteEach - 1;
  const backed = academies.filter(({ circuits }) => circuits.length > 1);
  const academy = pick(isSite && backed.length > 0 ? backed : academies, random());
  const fromMs = startedMs + firstMs + number * everyMs + (number === 0 ? 0 : Math.floor(random() * spreadMs));
  const toMs = fromMs + Math.floor((3 + 22 * random()) * minuteMs);
  return { academy, circuits: isSite ? academy.circuits : [academy.circuits[0]], fromMs, toMs };
}

const snmpTraps = '1.3.6.1.6.3.1.1.5';
const ifEntry = '1.3.6.1.2.1.2.2.1';

/** RFC 2863 linkDown or linkUp: ifIndex and ifDescr. */
export const linkTrap = ({ ifIndex, ifName }: DemoCircuit, isUp: boolean, uptimeMs: number): Uint8Array =>
  encodeTrapV2c({
    oid: `${snmpTraps}.${isUp ? 4 : 3}`,
    uptime: Math.floor(uptimeMs / 10) % 2 ** 31,
    varbinds: [
      [`${ifEntry}.1.${ifIndex}`, encodeInteger(ifIndex)],
      [`${ifEntry}.2.${ifIndex}`, encodeOctets(Buffer.from(ifName))],
    ],
  });
