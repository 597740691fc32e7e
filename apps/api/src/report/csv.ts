/** A month's report as one table: a row a line, then a row an outage, told apart by the first column. */
import type { CircuitSla, Report, SlaOutage } from '@linewatch/contract';
import { type Cell, csvOf } from '../csv.ts';

const columns = [
  'record', 'month', 'report', 'academy', 'academy name', 'circuit', 'circuit name', 'role', 'supplier', 'contract', 'target %',
  'contractual %', 'met', 'raw %', 'coverage %', 'service s', 'up s', 'degraded s', 'down s', 'unknown s', 'excused s',
  'counted down s', 'outages', 'mttr s', 'mtbf s', 'longest s', 'teaching hours lost', 'pupils', 'credit £', 'credit %',
  'claim by', 'p95 in bit/s', 'p95 out bit/s', 'p95 billed bit/s', 'school p95 in bit/s', 'school p95 out bit/s',
  'peak in bit/s', 'peak out bit/s', 'bandwidth is', 'committed bit/s', 'burst charge £', 'incident', 'from', 'to', 'cause',
  'fault class', 'fix s', 'fix limit s', 'fixed in time', "supplier's fix s", "supplier's in time", 'exclusions',
] as const; // prettier-ignore
type Row = Partial<Record<(typeof columns)[number], Cell>>;

const seconds = (ms: number | null): number | null => (ms === null ? null : Math.round(ms / 1000));
const time = (ms: number | null): string | null =>
  ms === null || !Number.isFinite(ms) ? null : new Date(ms).toISOString();
const met = (value: boolean | null): string | null => (value === null ? null : value ? 'yes' : 'no');
/** As many digits as mean something; cut, as everywhere. */
const percent = (value: number | null): number | null => (value === null ? null : Math.floor(value * 1e6) / 1e6);
const rate = (bps: number | null | undefined): number | null =>
  bps === null || bps === undefined ? null : Math.round(bps);

function named({ academy, circuit, role, provider, contract, month }: CircuitSla, report: string): Row {
  return {
    month,
    report,
    academy: academy.id,
    'academy name': academy.name,
    circuit: circuit.id,
    'circuit name': circuit.name,
    role,
    supplier: provider.name,
    contract: contract?.name ?? null,
  };
}

function circuitRow(sla: CircuitSla, report: string): Row {
  const { figures, percentile, credit } = sla;
  return {
    record: 'circuit',
    ...named(sla, report),
    'target %': sla.target,
    'contractual %': percent((sla.contractPeriod?.figures ?? figures).contractualPercent),
    met: met(sla.met),
    'raw %': percent(figures.rawPercent),
    'coverage %': percent(figures.coveragePercent),
    'service s': seconds(figures.serviceMs),
    'up s': seconds(figures.upMs),
    'degraded s': seconds(figures.degradedMs),
    'down s': seconds(figures.downMs),
    'unknown s': seconds(figures.unknownMs),
    'excused s': seconds(figures.excusedMs),
    'counted down s': seconds(figures.countedDownMs),
    outages: sla.outages.length,
    'mttr s': seconds(sla.mttrMs),
    'mtbf s': seconds(sla.mtbfMs),
    'longest s': seconds(sla.longestMs),
    'teaching hours lost': sla.teachingHoursLost === null ? null : Math.round(sla.teachingHoursLost * 1000) / 1000,
    pupils: sla.pupils,
    'credit £': credit?.due ?? null,
    'credit %': credit?.percent ?? null,
    'claim by': credit?.claimBy ?? null,
    'p95 in bit/s': rate(percentile?.inBps),
    'p95 out bit/s': rate(percentile?.outBps),
    'p95 billed bit/s': rate(percentile?.billedBps),
    'school p95 in bit/s': rate(percentile?.schoolInBps),
    'school p95 out bit/s': rate(percentile?.schoolOutBps),
    'peak in bit/s': rate(percentile?.peakInBps),
    'peak out bit/s': rate(percentile?.peakOutBps),
    'bandwidth is': percentile && percentile.samples > 0 ? (percentile.estimate ? 'ESTIMATE' : 'counted') : null,
    'committed bit/s': rate(percentile?.committedBps),
    'burst charge £': percentile?.burstCharge ?? null,
  };
}

function outageRow(sla: CircuitSla, outage: SlaOutage, report: string): Row {
  const { fix } = outage;
  return {
    record: 'outage',
    ...named(sla, report),
    'down s': seconds(outage.inPeriodMs),
    'counted down s': seconds(outage.countedMs),
    'teaching hours lost': outage.teachingMs === null ? null : Math.round(outage.teachingMs / 3600) / 1000,
    incident: outage.incident,
    from: time(outage.fromMs),
    to: time(outage.toMs),
    cause: outage.cause,
    'fault class': outage.faultClass,
    'fix s': seconds(fix?.ours.tookMs ?? null),
    'fix limit s': seconds(fix?.ours.limitMs ?? null),
    'fixed in time': met(fix?.ours.met ?? null),
    "supplier's fix s": seconds(fix?.suppliers?.tookMs ?? null),
    "supplier's in time": met(fix?.suppliers?.met ?? null),
    exclusions: outage.exclusions
      .map(({ code, reason, excuses }) => `${code}${excuses ? '' : ' (not excused)'}: ${reason}`)
      .join('; '),
  };
}

/** RFC 4180. Times are UTC (ISO 8601). */
export function reportCsv({ academies, issued, changed }: Pick<Report, 'academies' | 'issued' | 'changed'>): string {
  const report = issued ? `${changed ? 'changed since ' : ''}number ${issued.number}` : 'not issued';
  const circuits = academies.flatMap((each) => each.circuits);
  const rows = [
    ...circuits.map((sla) => circuitRow(sla, report)),
    ...circuits.flatMap((sla) => sla.outages.map((outage) => outageRow(sla, outage, report))),
  ];
  return csvOf([columns, ...rows.map((row) => columns.map((name) => row[name] ?? null))]);
}
