/** The tables that are looked for on every device that is polled. Numbers and labels are from the makers' MIB files. */
import { ciscoTables } from './cisco.ts';
import { type PathReading, type PathTable, indexTexts, number, percent, scaled, stateIn, text } from './table.ts';

const fortigate = '1.3.6.1.4.1.12356.101.4';

/** FORTINET-FORTIGATE-MIB fgVWLHealthCheckLinkTable: a row for each health check and member; figures of the last 30 probes. */
const healthChecks: PathTable = {
  source: 'fortigate.health',
  columns: {
    name: `${fortigate}.9.2.1.2`,
    state: `${fortigate}.9.2.1.4`,
    latency: `${fortigate}.9.2.1.5`,
    jitter: `${fortigate}.9.2.1.6`,
    loss: `${fortigate}.9.2.1.9`,
    ifName: `${fortigate}.9.2.1.14`,
  },
  read: (rows) =>
    [...rows].map(([index, row]) => {
      const [check, ifName] = [text(row.name) ?? index, text(row.ifName)];
      return { ...fortinetReading(ifName === undefined ? check : `${ifName}-${check}`, row), ifName };
    }),
};

/** fgLinkMonitorTable. */
const linkMonitors: PathTable = {
  source: 'fortigate.monitor',
  columns: {
    name: `${fortigate}.8.2.1.2`,
    state: `${fortigate}.8.2.1.3`,
    latency: `${fortigate}.8.2.1.4`,
    jitter: `${fortigate}.8.2.1.5`,
    loss: `${fortigate}.8.2.1.8`,
  },
  read: (rows) => [...rows].map(([index, row]) => fortinetReading(text(row.name) ?? index, row)),
};

/** Alive is 0, dead 1; what is dead has the figures of before. */
function fortinetReading(
  name: string,
  { state, latency, jitter, loss }: Readonly<Record<string, unknown>>,
): PathReading {
  const up = stateIn(state, [0], [1]);
  const alive = up === true;
  return {
    name,
    up,
    rttMs: alive ? number(latency) : undefined,
    jitterMs: alive ? number(jitter) : undefined,
    lossPercent: percent(loss),
  };
}

const pingResults = '1.3.6.1.2.1.80.1.3.1';
const jnxPing = '1.3.6.1.4.1.2636.3.7.1.3.1';
const jnxRpm = '1.3.6.1.4.1.2636.3.50.1.2.1';

/** `owner/test`, or the test alone where nobody owns it. */
function testName(index: string): { readonly name: string; readonly rest: readonly number[] } | undefined {
  const read = indexTexts(index, 2);
  const [owner = '', test = ''] = read?.texts ?? [];
  return read && test !== '' ? { name: owner === '' ? test : `${owner}/${test}`, rest: read.rest } : undefined;
}

/** DISMAN-PING-MIB pingResultsTable (RFC 4560), ms. A test that runs has sent what was not answered yet: one is given to it. */
const ping: PathTable = {
  source: 'ping',
  columns: {
    average: `${pingResults}.6`,
    responses: `${pingResults}.7`,
    sent: `${pingResults}.8`,
  },
  read: (rows) =>
    [...rows].flatMap(([index, row]) => {
      const test = testName(index);
      const [sent, responses] = [number(row.sent), number(row.responses)];
      if (!test || sent === undefined || responses === undefined || sent === 0) return [];
      const waited = responses > 0 && responses === sent - 1 ? sent - 1 : sent;
      return [
        {
          name: test.name,
          up: responses > 0,
          rttMs: responses > 0 ? number(row.average) : undefined,
          lossPercent: Math.max(0, 100 * (1 - responses / waited)),
        },
      ];
    }),
};

/** Of jnxRpmResSumCollection: the test that was completed last. */
const lastCompleted = 2;

/** JUNIPER-RPM-MIB for what was lost, JUNIPER-PING-MIB for the times, µs: their rows begin with the same owner and test. */
const rpm: PathTable = {
  source: 'juniper.rpm',
  columns: {
    lost: `${jnxRpm}.4`,
    average: `${jnxPing}.5`,
    jitter: `${jnxPing}.17`,
  },
  read: (rows) =>
    [...rows].flatMap(([index, row]) => {
      const test = testName(index);
      const lossPercent = percent(row.lost);
      if (!test || test.rest[0] !== lastCompleted || lossPercent === undefined) return [];
      const times = rows.get(index.slice(0, index.lastIndexOf('.')));
      const up = lossPercent < 100;
      return [
        {
          name: test.name,
          up,
          rttMs: up ? scaled(times?.average, 0.001) : undefined,
          jitterMs: up ? scaled(times?.jitter, 0.001) : undefined,
          lossPercent,
        },
      ];
    }),
};

const peplinkWan = '1.3.6.1.4.1.23695.2.1.2.1';

/** Peplink's table of WAN connections: 2 disconnected, 3 connected, 6 fails its health check; 1 is switched off. */
const peplink: PathTable = {
  source: 'peplink.wan',
  columns: { state: `${peplinkWan}.3`, name: `${peplinkWan}.2` },
  read: (rows) =>
    [...rows].map(([index, { name, state }]) => ({
      name: text(name) ?? index,
      up: stateIn(state, [3], [2, 4, 5, 6]),
    })),
};

const vceLink = '1.3.6.1.4.1.45346.1.1.2.3.2.2.1';

/**
 * VELOCLOUD-EDGE-MIB vceLinkTable: 2 dead, 3 unusable; 4 quiet, 5 standby, 6 unstable and 7 stable carry, or would. Latency
 * and jitter are each way, ms.
 */
const velocloud: PathTable = {
  source: 'velocloud.link',
  columns: {
    state: `${vceLink}.34`,
    name: `${vceLink}.3`,
    ifIndex: `${vceLink}.40`,
    jitterOut: `${vceLink}.43`,
    jitterIn: `${vceLink}.44`,
    latencyOut: `${vceLink}.45`,
    latencyIn: `${vceLink}.46`,
  },
  read: (rows) =>
    [...rows].map(([index, row]) => {
      const up = stateIn(row.state, [4, 5, 6, 7], [2, 3]);
      const [out, back] = [number(row.latencyOut), number(row.latencyIn)];
      const jitters = [number(row.jitterOut), number(row.jitterIn)].filter((each) => each !== undefined);
      return {
        name: text(row.name) ?? index,
        up,
        rttMs: up === true && out !== undefined && back !== undefined ? out + back : undefined,
        jitterMs: up === true && jitters.length > 0 ? Math.max(...jitters) : undefined,
        ifIndex: number(row.ifIndex),
      };
    }),
};

const merakiDevice = '1.3.6.1.4.1.29671.1.1.4.1';

/** MERAKI-CLOUD-CONTROLLER-MIB devTable, asked of the cloud: whether a device reaches it. */
const meraki: PathTable = {
  source: 'meraki.device',
  columns: { state: `${merakiDevice}.3`, name: `${merakiDevice}.2` },
  read: (rows) =>
    [...rows].map(([index, { name, state }]) => ({
      name:
        text(name) ??
        index
          .split('.')
          .map((octet) => Number(octet).toString(16).padStart(2, '0'))
          .join(':'),
      up: stateIn(state, [1], [0]),
    })),
};

export const pathTables: readonly PathTable[] = [
  healthChecks,
  linkMonitors,
  ...ciscoTables,
  ping,
  rpm,
  peplink,
  velocloud,
  meraki,
];
