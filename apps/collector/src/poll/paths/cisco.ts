/** CISCO-RTTMON-MIB (IP SLA), VIPTELA-APP-ROUTE and CISCO-SDWAN-APP-ROUTE-MIB (SD-WAN tunnels). */
import { type PathReading, type PathTable, type Row, number, percent, scaled, stateIn, text } from './table.ts';

const rttmon = '1.3.6.1.4.1.9.9.42.1';

/** RttResponseSense: ok and over threshold answered; disconnected, time-outs and failed checks did not. */
const answered = [1, 3];
const failed = [2, 4, 6, 8, 9, 10, 11, 12, 13, 14, 15];

/** Packets that came back, and those that did not: on the way there, back, or it is not known where. */
function lossOf({ returned, lostOut, lostBack, missing }: Row): number | undefined {
  const lost = [lostOut, lostBack, missing].map(number);
  const back = number(returned);
  if (back === undefined || lost.every((each) => each === undefined)) return undefined;
  const sum = lost.reduce<number>((total, each) => total + (each ?? 0), 0);
  return back + sum === 0 ? undefined : (100 * sum) / (back + sum);
}

/** By the tag of the operation, or its number. */
const ipSla: PathTable = {
  source: 'cisco.ipsla',
  columns: {
    sense: `${rttmon}.2.10.1.2`,
    rtt: `${rttmon}.2.10.1.1`,
    tag: `${rttmon}.2.1.1.3`,
    returned: `${rttmon}.5.2.1.1`,
    lostOut: `${rttmon}.5.2.1.26`,
    lostBack: `${rttmon}.5.2.1.27`,
    missing: `${rttmon}.5.2.1.29`,
    mos: `${rttmon}.5.2.1.42`,
    jitter: `${rttmon}.5.2.1.46`,
  },
  read: (rows) =>
    [...rows].map(([index, row]) => {
      const up = stateIn(row.sense, answered, failed);
      return {
        name: text(row.tag) ?? index,
        up,
        // A test that was not answered leaves the time of an earlier one.
        rttMs: up === true ? number(row.rtt) : undefined,
        jitterMs: up === true ? number(row.jitter) : undefined,
        lossPercent: lossOf(row),
        // Hundredths; 0 where the test has none.
        mos: number(row.mos) ? scaled(row.mos, 0.01) : undefined,
      };
    }),
};

/** Colours of transports, by their numbers from 1; IOS-XE numbers them alike. */
const colours = [
  'default',
  'mpls',
  'metro-ethernet',
  'biz-internet',
  'public-internet',
  'lte',
  '3g',
  'red',
  'green',
  'blue',
  'gold',
  'silver',
  'bronze',
  'custom1',
  'custom2',
  'custom3',
  'private1',
  'private2',
  'private3',
  'private4',
  'private5',
  'private6',
];

interface Tunnel {
  readonly colour: unknown;
  readonly loss: unknown;
  readonly latency: unknown;
  readonly jitter: unknown;
}

/**
 * A line is what its colour names, and many tunnels go through it. The best of them speaks for the line: what is wrong with
 * another is at its far end.
 */
function byColour(tunnels: readonly Tunnel[]): PathReading[] {
  const best = new Map<string, PathReading>();
  for (const { colour, loss, latency, jitter } of tunnels) {
    const name = typeof colour === 'number' ? colours[colour - 1] : undefined;
    const lossPercent = percent(loss);
    if (name === undefined || lossPercent === undefined) continue;
    const up = lossPercent < 100;
    const reading: PathReading = {
      name,
      up,
      rttMs: up ? number(latency) : undefined,
      jitterMs: up ? number(jitter) : undefined,
      lossPercent,
    };
    const before = best.get(name);
    const isBetter =
      lossPercent < (before?.lossPercent ?? Infinity) ||
      (lossPercent === before?.lossPercent && (reading.rttMs ?? Infinity) < (before.rttMs ?? Infinity));
    if (isBetter) best.set(name, reading);
  }
  return [...best.values()];
}

const viptela = '1.3.6.1.4.1.41916.9.2.1';
const vedge: PathTable = {
  source: 'cisco.sdwan',
  columns: {
    colour: `${viptela}.7`,
    loss: `${viptela}.9`,
    latency: `${viptela}.10`,
    jitter: `${viptela}.12`,
  },
  read: (rows) =>
    byColour([...rows.values()].map(({ colour, loss, latency, jitter }) => ({ colour, loss, latency, jitter }))),
};

const iosXe = '1.3.6.1.4.1.9.9.1001.1';
/** Source and destination with their lengths, protocol and two ports. */
const tunnelOf = (index: string): string => {
  const numbers = index.split('.');
  const source = Number(numbers[0]);
  return numbers.slice(0, 5 + source + Number(numbers[1 + source])).join('.');
};

/** The figures are of a tunnel and a class of probes, the colour is the tunnel's: a longer index begins with the shorter. */
const catalyst: PathTable = {
  source: 'cisco.sdwan',
  columns: {
    loss: `${iosXe}.5.1.2`,
    latency: `${iosXe}.5.1.3`,
    jitter: `${iosXe}.5.1.4`,
    colour: `${iosXe}.2.1.7`,
  },
  read: (rows) =>
    byColour(
      [...rows].flatMap(([index, { loss, latency, jitter }]) =>
        loss === undefined ? [] : [{ colour: rows.get(tunnelOf(index))?.colour, loss, latency, jitter }],
      ),
    ),
};

export const ciscoTables = [ipSla, vedge, catalyst];
