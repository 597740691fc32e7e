export {
  type CircuitMapRow,
  type EstateMap,
  type NamedId,
  type PublishedMap,
  maxMapRows,
  openEndS,
  publishEstateMap,
} from './estate-map.ts';
export { type BlockMark, blockMark, deduplicationWindow, insertTables, windowMayBeLeft } from './blocks.ts';
export { StoreError, type StoreErrorCode, storeErrorCodes } from './errors.ts';
export * from './inserts.ts';
export { type MigrateResult, migrate } from './migrate.ts';
export { type ElementName, type NamesScope, namesOf } from './queries/element-names.ts';
export { type FirstSeen, type InterfaceId, firstSeen, maxFirstSeen } from './queries/first-seen.ts';
export { type Measured, type MeasuredAsked, measured } from './queries/measured.ts';
export { type FiveMinuteMeans, fiveMinuteMeans } from './queries/five-minutes.ts';
export { type UnmappedInterface, resolveInterfaces, unmappedInterfaces } from './queries/interfaces.ts';
export type { ResolvedInterface } from './queries/names.ts';
export { type HourSeries, type LastHour, type LastSeen, lastHour, lastSeen } from './queries/overview.ts';
export { type Percentile95, percentile95 } from './queries/percentile.ts';
export {
  type MonthPercentile,
  monthOf,
  monthPercentiles,
  monthRange,
  refreshPercentiles,
} from './queries/percentile-month.ts';
export type { Scope } from './queries/scope.ts';
export { type TrafficRange, type TrafficSeries, maxSteps, trafficSeries } from './queries/traffic.ts';
export { type TrafficHours, rollUpTraffic } from './queries/traffic-hours.ts';
export { type Retention, defaultRetention } from './retention.ts';
export {
  type MissingRows,
  type StoredRange,
  type StoredRow,
  type StoredTable,
  missingRows,
  storedRows,
  tokenOfRest,
} from './stored.ts';
export { type CallOptions, type Params, type Store, type StoreOptions, createStore } from './store.ts';
