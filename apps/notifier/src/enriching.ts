/** What notifications say besides what the alerts do, read for many at once: evidence, and by when it is to be fixed. */
import type { Alert, Telling } from '@linewatch/alerting';
import type { Incident } from '@linewatch/contract';
import type { Estate, IncidentTimeline, ToldIncident } from '@linewatch/estate';
import { type StandingFacts, fixDue, readWorks } from '@linewatch/figures';
import { type Logger, describe } from '@linewatch/service';
import { type Findings, mostAlerts } from './notification.ts';
import type { Subjects } from './subjects.ts';

export interface EnrichingOptions {
  readonly estate: Pick<Estate, 'notifying' | 'facts' | 'maintenance'>;
  readonly logger: Logger;
  readonly subjects: () => Subjects;
  /** As it was told last; undefined: it is not known any more. */
  readonly incident: (id: number) => ToldIncident | undefined;
  readonly now: () => number;
}

type Works = StandingFacts['works'];

const dayMs = 86_400_000;
const worksMs = 60_000;
/** Read at once: each has some thirty entries. */
const mostTimelines = 500;

export class Enriching {
  readonly #options: EnrichingOptions;
  readonly #works = new Map<string, { readonly works: Works; readonly subjects: Subjects; readonly atMs: number }>();

  constructor(options: EnrichingOptions) {
    this.#options = options;
  }

  /** @throws EstateError: without what was tested nobody is told, it is tried again. */
  async of(tellings: readonly Telling[]): Promise<Findings> {
    const told = new Map<number, Alert>();
    for (const { alerts } of tellings)
      for (const alert of alerts.slice(0, mostAlerts)) if (alert.incident !== null) told.set(alert.incident, alert);
    const timelines = new Map<number, IncidentTimeline>();
    const ids = [...told.keys()];
    for (let i = 0; i < ids.length; i += mostTimelines)
      for (const [id, timeline] of await this.#options.estate.notifying.timelines(ids.slice(i, i + mostTimelines)))
        timelines.set(id, timeline);
    const open = [...told.values()].filter(({ endedMs, circuit }) => endedMs === null && circuit !== null);
    const due = new Map<number, number>();
    for (const [trust, alerts] of Map.groupBy(open, (alert) => alert.trust))
      for (const [id, dueMs] of await this.#dueOf(trust, alerts, timelines)) due.set(id, dueMs);
    return { timelines, fixDue: due };
  }

  /** A contract whose terms cannot be reckoned with leaves the deadline out, and nothing else. */
  async #dueOf(
    trust: number,
    alerts: readonly Alert[],
    timelines: ReadonlyMap<number, IncidentTimeline>,
  ): Promise<ReadonlyMap<number, number>> {
    const { estate, logger, now } = this.#options;
    const due = new Map<number, number>();
    const subjects = this.#options.subjects();
    const figures = await subjects.figures(trust);
    const promised = alerts.flatMap((alert) => {
      const circuit = figures?.circuitByRow.get(alert.circuit!);
      return circuit?.contract?.terms.fixHours ? [{ alert, circuit }] : [];
    });
    if (!figures || promised.length === 0) return due;
    const label = figures.trust.id;
    const nowMs = now();
    const fromMs = Math.min(...promised.map(({ alert }) => alert.startedMs));
    const annotations = await estate.facts.annotations(label, fromMs, nowMs + 1);
    const facts: StandingFacts = {
      intervals: new Map(),
      seenMs: new Map(),
      annotations: Map.groupBy(annotations, ({ circuit }) => circuit),
      works: await this.#worksOf(label, subjects, nowMs),
    };
    for (const { alert, circuit } of promised) {
      const incident = this.#incident(alert, timelines);
      if (!incident) continue;
      try {
        const fix = fixDue(incident, circuit, facts, nowMs);
        if (fix?.dueMs !== null && fix?.dueMs !== undefined) due.set(incident.id, fix.dueMs);
      } catch (error) {
        logger.warn({ circuit: circuit.id, reason: describe(error) }, 'the time to fix cannot be reckoned');
      }
    }
    return due;
  }

  async #worksOf(label: string, subjects: Subjects, nowMs: number): Promise<Works> {
    const known = this.#works.get(label);
    if (known?.subjects === subjects && nowMs - known.atMs < worksMs) return known.works;
    const span = { fromMs: nowMs - 31 * dayMs, toMs: nowMs + 31 * dayMs };
    const works = await readWorks(this.#options.estate, label, span);
    this.#works.set(label, { works, subjects, atMs: nowMs });
    return works;
  }

  #incident(alert: Alert, timelines: ReadonlyMap<number, IncidentTimeline>): Incident | undefined {
    const told = alert.incident === null ? undefined : this.#options.incident(alert.incident);
    if (!told) return undefined;
    const { id, kind, state, severity, title, cause, parent, startedMs, endedMs, flaps } = told;
    const { backupCarried, maintenance, mergedInto, reopened, assignee, supplier, ticket } = told;
    const timeline = timelines.get(told.id);
    const ticketMs = timeline?.entries.find(({ kind }) => kind === 'ticket')?.atMs ?? null;
    return {
      ...{ id, kind, state, severity, title, cause, parent, startedMs, endedMs, flaps },
      ...{ backupCarried, maintenance, mergedInto, reopened, assignee },
      ...{ circuit: null, academies: [], provider: null, members: 0, resolvedMs: null, acknowledged: null },
      ...{ exclusion: null, backdated: false, revision: 0 },
      detectedMs: timeline?.detectedMs ?? told.startedMs,
      ticket: ticket === null ? null : { reference: ticket, url: null, atMs: ticketMs },
      supplier: {
        ...{ reportedMs: null, how: null, by: null, reference: null, startedMs: null, fixedMs: null, stops: [] },
        ...supplier,
      },
      faultClass: told.faultClass as Incident['faultClass'],
    };
  }
}
