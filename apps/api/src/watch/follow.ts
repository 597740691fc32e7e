/** Follows the state of the lines in PostgreSQL, where the watcher keeps it: neither the queue nor ClickHouse is asked. */
import type { AcademyLine, CircuitLine } from '@linewatch/contract';
import type { Incidents, LineNow } from '@linewatch/estate';
import { type Logger, describe, sleep } from '@linewatch/service';
import { type Plan, type PlannedCircuit, isOpen, isValid } from '../live/plan.ts';
import type { ApiMetrics } from '../metrics.ts';
import { academyLine, noLine, sameLine } from './lines.ts';

const everyMs = 1000;
/** How far lines were seen is nothing new to the version: it is read again so often. */
const seenEveryMs = 30_000;
/** The watcher tells at least each minute how far it saw: one that was not seen for so long is not watched. */
const blindMs = 180_000;

export interface LinesOptions {
  readonly incidents: Pick<Incidents, 'version' | 'now'>;
  /** Rows of the circuits that a maintenance covers at a time; another key when something has changed. */
  readonly covered: (nowMs: number, key: string) => Promise<ReadonlySet<number>>;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly plan: () => Plan | undefined;
  readonly metrics: ApiMetrics;
  readonly logger: Logger;
  readonly clock: () => number;
}

/** While PostgreSQL is away the last known state stays, until it is too old to tell of now. */
export class Lines {
  readonly #options: LinesOptions;
  readonly #stopped = new AbortController();
  #version: number | undefined;
  #readMs = -Infinity;
  #now: ReadonlyMap<number, LineNow> = new Map();
  #covered: ReadonlySet<number> = new Set();
  /** That the academies were arranged by. */
  #plan: Plan | undefined;
  #academies: ReadonlyMap<string, AcademyLine> = new Map();
  #following: Promise<void> = Promise.resolve();

  constructor(options: LinesOptions) {
    this.#options = options;
  }

  start(): void {
    this.#following = this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#following;
  }

  /** Null: nothing was told of it. */
  circuit({ circuit }: PlannedCircuit): CircuitLine | null {
    const now = this.#now.get(circuit.id);
    const maintenance = this.#covered.has(circuit.id);
    if (!now) return maintenance ? { state: null, cause: 'none', sinceMs: null, maintenance, incident: null } : null;
    const { state, cause, sinceMs, seenMs, incident } = now;
    // What it was when it was last seen says nothing of now.
    if (state !== 'unknown' && seenMs < this.#options.clock() - blindMs)
      return { state: 'unknown', cause: 'collector', sinceMs: seenMs, maintenance, incident };
    return { state, cause, sinceMs, maintenance, incident };
  }

  /** The same object as long as nothing changes. */
  academy(id: string): AcademyLine {
    if (this.#options.plan() !== this.#plan) this.#arrange();
    return this.#academies.get(id) ?? noLine;
  }

  async #follow(): Promise<void> {
    const { metrics, logger } = this.#options;
    const { signal } = this.#stopped;
    let failed = false;
    while (!signal.aborted) {
      try {
        await this.#read();
        if (failed) logger.info('the state of the lines is read again');
        failed = false;
      } catch (error) {
        metrics.refreshFailures.inc({ what: 'lines' });
        if (!failed) logger.warn({ reason: describe(error) }, 'the state of the lines cannot be read; trying again');
        failed = true;
      }
      this.#arrange();
      await sleep(everyMs, signal);
    }
  }

  async #read(): Promise<void> {
    const { incidents, covered, trust, plan, clock } = this.#options;
    const version = await incidents.version();
    const nowMs = clock();
    if (version !== this.#version || Math.abs(nowMs - this.#readMs) >= seenEveryMs) {
      this.#now = new Map((await incidents.now(trust)).map((each) => [each.circuit, each]));
      this.#version = version;
      this.#readMs = nowMs;
    }
    this.#covered = await covered(nowMs, `${version} ${plan()?.version ?? 0}`);
  }

  /** Also when nothing was read: circuits begin and end. */
  #arrange(): void {
    const nowMs = this.#options.clock();
    const before = this.#academies;
    this.#plan = this.#options.plan();
    this.#academies = new Map(
      (this.#plan?.academies ?? [])
        .filter((each) => isOpen(each, nowMs))
        .map(({ academy: { slug }, circuits }) => {
          const lines = circuits
            .filter((each) => isValid(each, nowMs))
            .map((each) => ({ role: each.circuit.role, line: this.circuit(each) ?? unheard }));
          const now = academyLine(lines);
          const was = before.get(slug);
          return [slug, was && sameLine(was, now) ? was : now];
        }),
    );
  }
}

const unheard: CircuitLine = { state: null, cause: 'none', sinceMs: null, maintenance: false, incident: null };
