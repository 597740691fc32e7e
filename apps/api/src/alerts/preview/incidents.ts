/** Rules on incidents, over those of a month. */
import { fixNears, thresholdsOf, wouldHaveFired } from '@linewatch/alerting';
import type { Incident } from '@linewatch/contract';
import { fixDue, readStandingFacts } from '@linewatch/figures';
import type { Preview, PreviewContext } from './context.ts';
import { pastIncidents } from './surroundings.ts';

const pageSize = 500;
const maxIncidents = 10_000;
const minuteMs = 60_000;

/** Those that went on in the month and began in it. */
async function ofMonth({
  options,
  trust,
  span,
  signal,
}: PreviewContext): Promise<{ all: Incident[]; isWhole: boolean }> {
  const all: Incident[] = [];
  let before: number | undefined;
  while (all.length < maxIncidents && !signal.aborted) {
    const query = { from: span.fromMs, to: span.toMs, limit: pageSize, ...(before !== undefined && { before }) };
    const { incidents, next } = await options.estate.incidents.list(trust, query, undefined);
    all.push(...incidents);
    if (next === null) return { all, isWhole: true };
    before = next;
  }
  return { all, isWhole: false };
}

const cut = (isWhole: boolean, count: number): string[] =>
  isWhole ? [] : [`Only the latest ${count} incidents of the month were looked at.`];

export async function incidentPreview(context: PreviewContext): Promise<Preview> {
  const { options, trust, rule, span, estate } = context;
  const [{ all, isWhole }, snapshot, maintenances] = await Promise.all([
    ofMonth(context),
    options.estate.snapshot(),
    options.estate.maintenance.stored(trust),
  ]);
  const { incidents, around } = pastIncidents(all, estate, snapshot, maintenances);
  const began = incidents.filter(({ startedMs }) => startedMs >= span.fromMs);
  const alerts = wouldHaveFired(rule, began, around).map(({ alert, fromMs, toMs }) => ({
    title: alert.title,
    severity: alert.severity,
    academy: snapshot.academies.find(({ id }) => id === alert.academy)?.name ?? null,
    fromMs,
    toMs,
  }));
  return { alerts, remarks: [...cut(isWhole, all.length), 'By incidents and the estate as they are now.'] };
}

/** Each outage as it stood in its last moment: by then its clock had been stopped as often as it was. */
export async function fixPreview(context: PreviewContext): Promise<Preview> {
  const { options, trust, rule, span, estate, severity } = context;
  const { all, isWhole } = await ofMonth(context);
  const facts = await readStandingFacts(options.estate, trust, estate.circuits, span);
  const lines = new Map(context.lines().map((circuit) => [circuit.id, circuit]));
  const alerts = all.flatMap((incident) => {
    const circuit = lines.get(incident.circuit?.id ?? '');
    if (!circuit || incident.kind !== 'outage' || incident.mergedInto !== null || incident.startedMs < span.fromMs)
      return [];
    const endMs = Math.min(incident.endedMs ?? Infinity, options.clock());
    const lastMs = Math.max(incident.startedMs, endMs - minuteMs);
    const due = fixDue(incident, circuit, facts, lastMs);
    const { beforeMinutes = 60 } = thresholdsOf(rule, {
      circuit: circuit.id,
      academy: circuit.academy.id,
      provider: circuit.provider.id,
    });
    const found = due && fixNears({ incident: incident.id, circuit, due }, { beforeMinutes }, lastMs);
    if (!found) return [];
    const fromMs = Math.max(incident.startedMs, found.startedMs);
    return [{ title: found.title, severity, academy: circuit.academy.name, fromMs, toMs: incident.endedMs }];
  });
  return { alerts, remarks: [...cut(isWhole, all.length), 'By what people said of outages since.'] };
}
