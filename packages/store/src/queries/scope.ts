/** What the traffic queries have in common: whose data, which roll-up, and the rule against counting twice. */
/** Numbers as in the estate's map; of the trust only what telemetry calls it, `labelKey()` of its label. */
export type Scope = { readonly trust: number } & ({ readonly circuit: number } | { readonly academy: number });

/** The column of the map, and the attribute of the dictionary, that a scope means; never text from a caller. */
const scopeColumn = (scope: Scope): 'circuit' | 'academy' => ('circuit' in scope ? 'circuit' : 'academy');
const scopeId = (scope: Scope): number => ('circuit' in scope ? scope.circuit : scope.academy);

export type RollUp = 'interface_1m' | 'interface_5m' | 'interface_1h';

/** The coarsest roll-up that a step is made of whole. */
export const rollUpFor = (stepS: number): RollUp =>
  stepS % 3600 === 0 ? 'interface_1h' : stepS % 300 === 0 ? 'interface_5m' : 'interface_1m';

const bucketS: Readonly<Record<RollUp, number>> = { interface_1m: 60, interface_5m: 300, interface_1h: 3600 };

/** Ms of a bucket that a counter must tell of to stand for all of it. */
export const countedMs = (seconds: number): number => seconds * 950;

/**
 * Whether the interface's own counter tells of (nearly) all of the bucket. Rows of basis 2 say in `flows` of how many ms.
 * Many devices have counters that never move at VLANs, subinterfaces or tunnels: one that says nothing passed, while flows
 * say what did, is none.
 */
const countedWhole = (table: RollUp): string =>
  `(sumIf(flows, basis = 2) >= ${countedMs(bucketS[table])} AND (sumIf(octets, basis = 2) > 0 OR sumIf(octets, basis != 2) = 0))`;

/**
 * Octets of an interface, side and bucket, multiplied by the sampling rate. The interface's own counter is the truth,
 * where it tells of all of the bucket. Else what was observed at the interface itself counts; what was inferred from the
 * other interface's records counts only where nothing was observed: never both. A counter that tells of a part of the
 * bucket says what passed at least.
 */
export const octetsByBasis = (table: RollUp): string => `multiIf(
    ${countedWhole(table)}, sumIf(toFloat64(octets), basis = 2),
    greatest(sumIf(toFloat64(octets), basis = 2), if(countIf(basis = 0) > 0,
      sumIf(toFloat64(octets) * sampling_rate, basis = 0), sumIf(toFloat64(octets) * sampling_rate, basis = 1))))`;

/**
 * In the WHERE of every SELECT that reads a table or the map, so that no trust is ever answered with what is another's,
 * whatever addresses and interfaces they have in common. A test looks for it in each statement.
 */
export const ofTrust = 'trust = {trust:UInt32}';

export const interfaceKey = '(trust, collector, exporter, interface)';

/** An attribute of the circuit that an interface was at a time; 0 when it was none's. */
export const mapped = (attribute: 'circuit' | 'academy' | 'download_side', time = 'time'): string =>
  `dictGetOrDefault('circuit_of_interface', '${attribute}', ${interfaceKey}, ${time}, 0)`;

/** Rows { time, inbound, octets, counted }: one a bucket, interface and side that has data. Wants trust, id, from, to (Unix s). */
export const octetsOf = (table: RollUp, scope: Scope): string => `
  SELECT time, side = ${mapped('download_side')} AS inbound, octets_seen AS octets, counted
  FROM (
    SELECT trust, collector, exporter, interface, side, time, ${octetsByBasis(table)} AS octets_seen, ${countedWhole(table)} AS counted
    FROM ${table}
    WHERE ${ofTrust}
      AND ${interfaceKey} IN (SELECT trust, collector, exporter, interface FROM circuit_of_interface WHERE ${ofTrust} AND ${scopeColumn(scope)} = {id:UInt32})
      AND time >= toDateTime({from:UInt32}) AND time < toDateTime({to:UInt32})
    GROUP BY trust, collector, exporter, interface, side, time
  )
  WHERE ${mapped(scopeColumn(scope))} = {id:UInt32}`;

/**
 * Rows { time }: buckets in which an exporter of the scope was heard while it was the scope's, whatever interface it told
 * of. An exporter that is heard and tells nothing of an interface says that it carried nothing: 0, not a gap.
 */
export const heardBy = (table: RollUp, scope: Scope): string => `
  SELECT DISTINCT time FROM (
    SELECT DISTINCT trust, collector, exporter, time
    FROM ${table}
    WHERE ${ofTrust}
      AND (trust, collector, exporter) IN (SELECT trust, collector, exporter FROM circuit_of_interface WHERE ${ofTrust} AND ${scopeColumn(scope)} = {id:UInt32})
      AND time >= toDateTime({from:UInt32}) AND time < toDateTime({to:UInt32})
  ) AS heard
  INNER JOIN (SELECT trust, collector, exporter, valid_from, valid_until FROM circuit_of_interface WHERE ${ofTrust} AND ${scopeColumn(scope)} = {id:UInt32}) AS m
    USING (trust, collector, exporter)
  WHERE time >= m.valid_from AND time <= m.valid_until`;

export const scopeParams = (scope: Scope, fromS: number, toS: number): Record<string, number> => ({
  trust: scope.trust,
  id: scopeId(scope),
  from: fromS,
  to: toS,
});
