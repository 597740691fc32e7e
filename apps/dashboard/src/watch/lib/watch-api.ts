/** Incidents, maintenance, service levels and reports, as the API gives them. */
import type {
  AcademySla,
  CircuitIntervals,
  CircuitSla,
  Incident,
  IncidentAction,
  IncidentDetail,
  IncidentList,
  Maintenance,
  MaintenanceBody,
  MaintenanceList,
  OccurrenceList,
  Report,
  ReportIssue,
  SlaMatrix,
} from '@linewatch/contract';
import { type Request, hasFields, hasList } from '../../lib/request.ts';

/** Figures of a year of hundreds of circuits are made when they are first asked for. */
const slowMs = 60_000;

export type WatchApi = ReturnType<typeof createWatchApi>;

export function createWatchApi(request: Request) {
  const name = encodeURIComponent;
  const inMonth = (month: string | null): string => (month === null ? '' : `?month=${name(month)}`);
  return {
    incidents: (query: URLSearchParams, signal: AbortSignal) =>
      request(`/api/v1/incidents?${query.toString()}`, { check: hasList<IncidentList>('incidents'), signal }),
    incident: (id: number, signal: AbortSignal) =>
      request(`/api/v1/incidents/${id}`, { check: hasFields<IncidentDetail>('incident', 'timeline'), signal }),
    act: (id: number, body: IncidentAction, signal: AbortSignal) =>
      request(`/api/v1/incidents/${id}/actions`, {
        method: 'POST',
        body,
        check: hasFields<Incident>('id', 'revision'),
        signal,
      }),

    maintenances: (signal: AbortSignal) =>
      request('/api/v1/maintenance', { check: hasList<MaintenanceList>('maintenances'), signal }),
    occurrences: (fromMs: number, toMs: number, signal: AbortSignal) =>
      request(`/api/v1/maintenance/occurrences?from=${fromMs}&to=${toMs}`, {
        check: hasList<OccurrenceList>('occurrences'),
        signal,
      }),
    createMaintenance: (body: MaintenanceBody, signal: AbortSignal) =>
      request('/api/v1/maintenance', { method: 'POST', body, check: hasFields<Maintenance>('id'), signal }),
    changeMaintenance: (id: number, body: MaintenanceBody, revision: number, signal: AbortSignal) =>
      request(`/api/v1/maintenance/${id}`, {
        method: 'PUT',
        body: { ...body, revision },
        check: hasFields<Maintenance>('id'),
        signal,
      }),
    cancelMaintenance: (id: number, signal: AbortSignal) =>
      request(`/api/v1/maintenance/${id}/cancel`, {
        method: 'POST',
        body: {},
        check: hasFields<Maintenance>('id'),
        signal,
      }),

    matrix: (to: string, months: number, signal: AbortSignal) =>
      request(`/api/v1/sla?to=${to}&months=${months}`, {
        check: hasList<SlaMatrix>('academies'),
        signal,
        timeoutMs: slowMs,
      }),
    academySla: (id: string, month: string | null, signal: AbortSignal) =>
      request(`/api/v1/sla/academies/${name(id)}${inMonth(month)}`, { check: hasList<AcademySla>('circuits'), signal }),
    circuitSla: (id: string, month: string | null, signal: AbortSignal) =>
      request(`/api/v1/sla/circuits/${name(id)}${inMonth(month)}`, {
        check: hasFields<CircuitSla>('figures', 'outages'),
        signal,
      }),
    intervals: (id: string, fromMs: number, toMs: number, signal: AbortSignal) =>
      request(`/api/v1/sla/circuits/${name(id)}/intervals?from=${fromMs}&to=${toMs}`, {
        check: hasList<CircuitIntervals>('intervals'),
        signal,
      }),

    issues: (signal: AbortSignal) =>
      request('/api/v1/reports', { check: hasList<{ issues: ReportIssue[] }>('issues'), signal }),
    report: (month: string, signal: AbortSignal) =>
      request(`/api/v1/reports/${month}`, { check: hasList<Report>('summary'), signal, timeoutMs: slowMs }),
    issue: (month: string, reason: string | undefined, signal: AbortSignal) =>
      request(`/api/v1/reports/${month}/issue`, {
        method: 'POST',
        body: reason === undefined ? {} : { reason },
        check: hasFields<ReportIssue>('number'),
        signal,
        timeoutMs: slowMs,
      }),
  };
}
