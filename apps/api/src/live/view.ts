import type { AcademyLine, TelemetryState } from '@linewatch/contract';
import { type LiveInterface, type LiveInterfaces, type Side, isCounted, ringOf } from './interfaces.ts';
import type { Names } from './names.ts';
import { type Plan, type PlannedAcademy, type PlannedCircuit, isOpen, isValid } from './plan.ts';
import { type CellRing, cellOf, cellS } from './ring.ts';

/** Heard this lately: reporting. */
const reportingMs = 5 * 60_000;
/** Cells that the stream tells of: the last 2 minutes. */
export const streamCells = 12;
const maxUnmapped = 100;
const none: readonly string[] = [];

export interface RatesNow {
  inBps: number;
  outBps: number;
  state: TelemetryState;
  lastSeenMs: number | null;
}

export interface AcademyRates extends RatesNow {
  readonly id: string;
  /** Download and upload of the last `streamCells` cells, oldest first, bit/s. */
  readonly cellsIn: Float64Array;
  readonly cellsOut: Float64Array;
}

/** What the stream tells of an academy. */
export interface AcademyFigures extends AcademyRates {
  /** Another object when something of it has changed. */
  readonly line: AcademyLine;
}

export interface UnmappedInterface {
  readonly exporter: string;
  readonly interface: number;
  readonly name: string;
  readonly lastSeenMs: number;
  readonly inBps: number;
  readonly outBps: number;
}

/** An interface in the live window. Rates are of the interface: into it and out of it. */
export interface HeardInterface {
  /** `sourceKey` of its exporter. */
  readonly source: string;
  readonly collector: string;
  readonly exporter: string;
  readonly index: number;
  /** ifName and ifAlias; empty = not told. */
  readonly name: string;
  readonly alias: string;
  readonly speedBps: number | null;
  readonly lastSeenMs: number;
  readonly inBps: number;
  readonly outBps: number;
  /** Id of the circuit of now that it carries. */
  readonly circuit: string | null;
  /** Ids of the circuits of now that other interfaces of its exporter carry. */
  readonly beside: readonly string[];
}

/** Three significant digits: what people read of a rate, and noise below it is not worth sending. */
export function round3(value: number): number {
  if (value < 1000) return Math.round(value);
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return Math.round(value / unit) * unit;
}

const stateOf = (lastSeenMs: number | null, nowMs: number): TelemetryState =>
  lastSeenMs === null ? 'awaiting' : nowMs - lastSeenMs <= reportingMs ? 'reporting' : 'silent';

const latest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b);

/** Joins what is heard with what it means: interfaces to circuits to academies, as the estate says now. */
export class LiveView {
  readonly #interfaces: LiveInterfaces;
  readonly #names: Names;
  #plan: Plan | undefined;
  /** By the circuit's number, Unix ms: for what fell silent before the live window. */
  #stored: ReadonlyMap<number, number> = new Map();
  #indexes = new Map<PlannedCircuit, number | undefined>();
  #indexesVersion = -1;

  constructor(interfaces: LiveInterfaces, names: Names) {
    this.#interfaces = interfaces;
    this.#names = names;
  }

  get plan(): Plan | undefined {
    return this.#plan;
  }

  set plan(plan: Plan | undefined) {
    this.#plan = plan;
    this.#forgetIndexes();
  }

  set stored(seen: ReadonlyMap<number, number>) {
    this.#stored = seen;
  }

  circuit(planned: PlannedCircuit, nowMs: number): RatesNow {
    const live = this.#interfaceOf(planned);
    const lastSeenMs = latest(live?.heardMs ?? null, this.#storedMs(planned));
    return {
      inBps: round3(rate(live, planned.downSide, nowMs)),
      outBps: round3(rate(live, planned.downSide === 0 ? 1 : 0, nowMs)),
      state: stateOf(lastSeenMs, nowMs),
      lastSeenMs,
    };
  }

  /** Sums over the circuits that are valid now; heard when any of them was. */
  academy(planned: PlannedAcademy, nowMs: number): AcademyRates {
    const cellsIn = new Float64Array(streamCells);
    const cellsOut = new Float64Array(streamCells);
    let inBps = 0;
    let outBps = 0;
    let lastSeenMs: number | null = null;
    for (const circuit of planned.circuits) {
      if (!isValid(circuit, nowMs)) continue;
      const live = this.#interfaceOf(circuit);
      lastSeenMs = latest(lastSeenMs, latest(live?.heardMs ?? null, this.#storedMs(circuit)));
      if (!live) continue;
      const upSide = circuit.downSide === 0 ? 1 : 0;
      inBps += rate(live, circuit.downSide, nowMs);
      outBps += rate(live, upSide, nowMs);
      addCells(cellsIn, live, circuit.downSide, nowMs);
      addCells(cellsOut, live, upSide, nowMs);
    }
    return {
      id: planned.academy.slug,
      inBps: round3(inBps),
      outBps: round3(outBps),
      state: stateOf(lastSeenMs, nowMs),
      lastSeenMs,
      cellsIn: cellsIn.map(round3),
      cellsOut: cellsOut.map(round3),
    };
  }

  academies(nowMs: number): AcademyRates[] {
    return (this.#plan?.academies ?? []).filter((each) => isOpen(each, nowMs)).map((each) => this.academy(each, nowMs));
  }

  /**
   * Interfaces in the live window of exporters that no circuit of now is on, busiest first. A mapped exporter's other
   * interfaces are its inside, not something forgotten. Index 0 is no interface.
   */
  unmapped(nowMs: number): UnmappedInterface[] {
    const mapped = new Set<LiveInterface['exporter']>();
    for (const circuit of this.#plan?.circuitById.values() ?? []) {
      const live = isValid(circuit, nowMs) ? this.#interfaceOf(circuit) : undefined;
      if (live) mapped.add(live.exporter);
    }
    const trust = this.#plan?.trust.key;
    const found: UnmappedInterface[] = [];
    for (const live of this.#interfaces.all()) {
      if (mapped.has(live.exporter) || live.index === 0 || (trust !== undefined && live.exporter.trust !== trust))
        continue;
      found.push({
        exporter: live.exporter.address,
        interface: live.index,
        name: this.#names.nameOf(live.exporter.key, live.index),
        lastSeenMs: live.heardMs,
        inBps: round3(rate(live, 0, nowMs)),
        outBps: round3(rate(live, 1, nowMs)),
      });
    }
    return found.sort((a, b) => b.inBps + b.outBps - (a.inBps + a.outBps)).slice(0, maxUnmapped);
  }

  /** Every interface in the live window, in no order. Index 0 is no interface. */
  heard(nowMs: number): HeardInterface[] {
    const circuitOf = new Map<LiveInterface, string>();
    const carried = new Map<LiveInterface['exporter'], string[]>();
    for (const [slug, circuit] of this.#plan?.circuitById ?? []) {
      const live = isValid(circuit, nowMs) ? this.#interfaceOf(circuit) : undefined;
      if (!live) continue;
      circuitOf.set(live, slug);
      carried.set(live.exporter, [...(carried.get(live.exporter) ?? []), slug]);
    }
    const trust = this.#plan?.trust.key;
    const found: HeardInterface[] = [];
    for (const live of this.#interfaces.all()) {
      const { exporter, index } = live;
      if (index === 0 || (trust !== undefined && exporter.trust !== trust)) continue;
      const circuit = circuitOf.get(live) ?? null;
      found.push({
        source: exporter.key,
        collector: exporter.collector,
        exporter: exporter.address,
        index,
        ...this.#names.of(exporter.key, index),
        lastSeenMs: live.heardMs,
        inBps: round3(rate(live, 0, nowMs)),
        outBps: round3(rate(live, 1, nowMs)),
        circuit,
        beside: (carried.get(exporter) ?? none).filter((each) => each !== circuit),
      });
    }
    return found;
  }

  /** How late the circuits' exporters told of anything in the last 15 minutes at most, ms. */
  latenessMs(circuits: readonly PlannedCircuit[], nowMs: number): number {
    return Math.max(0, ...circuits.map(({ source }) => this.#interfaces.exporter(source)?.lateness.max(nowMs) ?? 0));
  }

  #indexOf(planned: PlannedCircuit): number | undefined {
    const { interface: selector } = planned.circuit;
    if (!selector) return undefined;
    if (selector.kind === 'index') return selector.value;
    if (this.#indexesVersion !== this.#names.version) this.#forgetIndexes();
    if (!this.#indexes.has(planned))
      this.#indexes.set(planned, this.#names.find(planned.source, selector.kind, selector.value));
    return this.#indexes.get(planned);
  }

  #interfaceOf(planned: PlannedCircuit): LiveInterface | undefined {
    const index = this.#indexOf(planned);
    const live = index === undefined ? undefined : this.#interfaces.exporter(planned.source)?.interfaces.get(index);
    if (live) live.mapped = true;
    return live;
  }

  #storedMs({ circuit }: PlannedCircuit): number | null {
    return this.#stored.get(circuit.id) ?? null;
  }

  #forgetIndexes(): void {
    this.#indexes = new Map();
    this.#indexesVersion = this.#names.version;
    for (const live of this.#interfaces.all()) live.mapped = false;
  }
}

/** A counter is read now and then: the minute before its last reading is the latest that it tells of. */
function toldUntilMs(live: LiveInterface, ring: CellRing, nowMs: number): number {
  // The cell of the reading is not whole.
  const endMs = ring.newest * cellS * 1000 - 1;
  return isCounted(live, ring) && nowMs - endMs <= reportingMs ? Math.min(nowMs, endMs) : nowMs;
}

function rate(live: LiveInterface | undefined, side: Side, nowMs: number): number {
  const ring = live && ringOf(live, side, nowMs);
  return ring ? ring.rateBps(toldUntilMs(live, ring, nowMs)) : 0;
}

function addCells(into: Float64Array, live: LiveInterface, side: Side, nowMs: number): void {
  const ring = ringOf(live, side, nowMs);
  if (!ring) return;
  const first = cellOf(nowMs) - streamCells + 1;
  // What a counter has not told yet is taken to go on as it was.
  const last = cellOf(toldUntilMs(live, ring, nowMs));
  for (let i = 0; i < streamCells; i++) into[i]! += (ring.octets(Math.min(first + i, last)) * 8) / cellS;
}
