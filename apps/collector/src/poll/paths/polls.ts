/** The paths of all devices that are polled: which tables each has, and its readings as samples. */
import type { MetricName, Sample } from '@linewatch/record';
import type { InterfaceReading } from '../device.ts';
import { PollError, type SnmpSession } from '../session.ts';
import type { WalkLimits } from '../walk.ts';
import { type NamedPath, findTables, readPaths } from './read.ts';
import type { PathTable } from './table.ts';

/** A device is looked through again after this: it may have been given a table. */
const lookMs = 3_600_000;

interface Found {
  readonly tables: readonly PathTable[];
  readonly atMs: number;
}

const maxText = 200;

export class PathPolls {
  readonly #tables: readonly PathTable[];
  readonly #now: () => number;
  readonly #found = new Map<string, Found>();

  constructor(tables: readonly PathTable[], now: () => number) {
    this.#tables = tables;
    this.#now = now;
  }

  forget(key: string): void {
    this.#found.delete(key);
  }

  /** @throws PollError when the device stopped answering; one that refuses these tables has none. */
  async read(
    key: string,
    session: SnmpSession,
    interfaces: readonly InterfaceReading[],
    exporter: Uint8Array,
    limits: WalkLimits,
  ): Promise<Sample[]> {
    const tables = await this.#tablesOf(key, session);
    if (tables.length === 0) return [];
    const paths = await readPaths(session, tables, this.#now, limits);
    const indexes = new Map(interfaces.map(({ name, index }) => [name, index]));
    const timeMs = this.#now();
    return paths.flatMap((path) => samplesOf(path, timeMs, exporter, indexes));
  }

  async #tablesOf(key: string, session: SnmpSession): Promise<readonly PathTable[]> {
    const known = this.#found.get(key);
    if (known && this.#now() - known.atMs < lookMs) return known.tables;
    let tables: readonly PathTable[] = [];
    try {
      tables = await findTables(session, this.#tables);
    } catch (error) {
      if (!(error instanceof PollError) || error.code !== 'refused') throw error;
    }
    this.#found.set(key, { tables, atMs: this.#now() });
    return tables;
  }
}

function samplesOf(
  path: NamedPath,
  timeMs: number,
  exporter: Uint8Array,
  indexes: ReadonlyMap<string | undefined, number>,
): Sample[] {
  const index = path.ifIndex ?? (path.ifName === undefined ? undefined : indexes.get(path.ifName)) ?? 0;
  const text = `${path.source}:${path.name}`.slice(0, maxText);
  const values: readonly (readonly [MetricName, number | undefined])[] = [
    ['path.state', path.up === undefined ? undefined : Number(path.up)],
    ['path.rtt.ms', path.rttMs],
    ['path.jitter.ms', path.jitterMs],
    ['path.loss.percent', path.lossPercent],
    ['path.mos', path.mos],
  ];
  return values.flatMap(([metric, value]) =>
    value === undefined ? [] : [{ timeMs, exporter, interface: index, metric, value, text }],
  );
}
