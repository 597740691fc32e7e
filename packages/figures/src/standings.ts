/** Standings of all circuits of a trust as time goes on: nothing is read or reckoned again that cannot have changed. */
import { setImmediate } from 'node:timers/promises';
import type { CircuitInterval, Incidents } from '@linewatch/estate';
import type { Span } from '@linewatch/sla';
import type { SlaCircuit, SlaEstate } from './estate.ts';
import { type CircuitStanding, circuitStanding } from './standing.ts';
import {
  type StandingFacts,
  type StandingSource,
  burnMs,
  readAnnotations,
  readStandingFacts,
  readWorks,
  standingSpan,
} from './standing-facts.ts';

const hourMs = 3_600_000;
/** Intervals older than the burn rules' longest window, and a little, hardly ever change: they are read again so rarely. */
const recentMs = burnMs + 3 * hourMs;
const settledMs = 600_000;
/** Circuits reckoned in one go: others are served meanwhile. */
const circuitsAtOnce = 50;

export interface StandingsOptions extends StandingSource {
  readonly incidents: Pick<Incidents, 'version' | 'now'>;
  /** Of `slaEstates`. */
  readonly estate: () => Promise<SlaEstate>;
  /** Label. */
  readonly trust: string;
  /** Figures of one moment hold for so long while nothing is entered or changes its state, ms. */
  readonly stepMs?: number;
}

export interface StandingsNow {
  readonly nowMs: number;
  readonly estate: SlaEstate;
  /** For `fixDue`. */
  readonly facts: StandingFacts;
  /** By row; those that are promised nothing are not there. */
  readonly circuits: ReadonlyMap<number, CircuitStanding>;
}

interface Made {
  readonly key: string;
  readonly now: Promise<StandingsNow>;
}

interface Read {
  /** Of the estate, and of the time that is looked at. */
  readonly from: string;
  readonly version: number;
  /** When all of it was read, and up to where that is kept while only what follows is read again. */
  readonly wholeVersion: number;
  readonly wholeMs: number;
  readonly cutMs: number;
  readonly whole: StandingFacts;
  readonly facts: StandingFacts;
}

export class Standings {
  readonly #options: StandingsOptions;
  #read: Read | undefined;
  #made: Made | undefined;

  constructor(options: StandingsOptions) {
    this.#options = options;
  }

  /**
   * As of now, or of up to a step before. Time goes forward: for the past there is `readStandingFacts`. Those who ask at once get
   * one answer. What is found out of a time over three days ago counts within ten minutes. Rejects with EstateError; the next call
   * tries again.
   */
  async at(nowMs: number): Promise<StandingsNow> {
    const { estate, incidents, stepMs = 60_000 } = this.#options;
    const [read, version] = await Promise.all([estate(), incidents.version()]);
    const key = `${read.version} ${version} ${Math.floor(nowMs / stepMs)}`;
    if (this.#made?.key === key) return this.#made.now;
    const made: Made = { key, now: this.#make(read, version, nowMs) };
    this.#made = made;
    made.now.catch(() => {
      if (this.#made === made) this.#made = undefined;
    });
    return made.now;
  }

  async #make(estate: SlaEstate, version: number, nowMs: number): Promise<StandingsNow> {
    const facts = await this.#facts(estate, version, nowMs);
    const circuits = new Map<number, CircuitStanding>();
    for (const [i, circuit] of estate.circuits.entries()) {
      if (i % circuitsAtOnce === circuitsAtOnce - 1) await setImmediate();
      const standing = circuitStanding(circuit, facts, nowMs);
      if (standing) circuits.set(circuit.row, standing);
    }
    return { nowMs, estate, facts, circuits };
  }

  async #facts({ version: estate, circuits }: SlaEstate, version: number, nowMs: number): Promise<StandingFacts> {
    const { incidents, trust } = this.#options;
    const span = standingSpan(circuits, { fromMs: nowMs, toMs: nowMs });
    const from = `${estate} ${span.fromMs} ${span.toMs}`;
    const lines = incidents.now(trust);
    const [now, read] = await Promise.all([lines, this.#current(circuits, span, from, version, nowMs)]);
    this.#read = read;
    // How far circuits were seen grows without a new version.
    return { ...read.facts, seenMs: new Map(now.map(({ circuit, seenMs }) => [circuit, seenMs])) };
  }

  async #current(
    circuits: readonly SlaCircuit[],
    span: Span,
    from: string,
    version: number,
    nowMs: number,
  ): Promise<Read> {
    const { facts: source, trust } = this.#options;
    const known = this.#read;
    const due = !known || nowMs - known.wholeMs >= settledMs;
    if (known?.from === from && known.version === version && (!due || known.wholeVersion === version)) return known;
    if (known?.from !== from || due) {
      const whole = await readStandingFacts(this.#options, trust, circuits, { fromMs: nowMs, toMs: nowMs });
      return { from, version, wholeVersion: version, wholeMs: nowMs, cutMs: nowMs - recentMs, whole, facts: whole };
    }
    const { cutMs, whole } = known;
    const [recent, annotations, works] = await Promise.all([
      source.intervals(trust, cutMs, span.toMs, undefined, false),
      readAnnotations(this.#options, trust, span),
      readWorks(this.#options, trust, span, known.facts.works),
    ]);
    return {
      ...known,
      version,
      facts: { ...whole, intervals: joined(whole, recent, cutMs), annotations, works },
    };
  }
}

/** What was read of the time before the cut, and what was read later of the time from there on. */
function joined(
  { intervals }: StandingFacts,
  recent: readonly CircuitInterval[],
  cutMs: number,
): StandingFacts['intervals'] {
  const since = Map.groupBy(recent, ({ circuit }) => circuit);
  const rows = new Set([...intervals.keys(), ...since.keys()]);
  return new Map(
    [...rows].map((row) => [
      row,
      [
        ...(intervals.get(row) ?? [])
          .filter(({ fromMs }) => fromMs < cutMs)
          .map((each) => (each.toMs === null || each.toMs > cutMs ? { ...each, toMs: cutMs } : each)),
        ...(since.get(row) ?? []).map((each) => (each.fromMs < cutMs ? { ...each, fromMs: cutMs } : each)),
      ],
    ]),
  );
}
