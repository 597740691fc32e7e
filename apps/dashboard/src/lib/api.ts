/** Telemetry and exporters, as the API gives them. Other parts of the API have a file like this of their own. */
import type {
  AcademyDetail,
  AcademyList,
  Exporter,
  ExporterDecision,
  ExporterList,
  Traffic,
} from '@linewatch/contract';
import { type Request, hasFields, hasList } from './request.ts';

export { ApiError, toApiError } from './request.ts';

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What a traffic series is of. */
export type Subject = { readonly kind: 'academies' | 'circuits'; readonly id: string };

export interface Api {
  academies(signal: AbortSignal): Promise<AcademyList>;
  academy(id: string, signal: AbortSignal): Promise<AcademyDetail>;
  traffic(subject: Subject, span: Span, signal: AbortSignal): Promise<Traffic>;
  exporters(signal: AbortSignal): Promise<ExporterList>;
  /** Takes or refuses an exporter; answers with it as it is then. */
  decide(
    exporter: Pick<Exporter, 'collector' | 'address'>,
    decision: ExporterDecision,
    signal: AbortSignal,
  ): Promise<Exporter>;
}

export function createApi(request: Request): Api {
  return {
    academies: (signal) => request('/api/v1/academies', { check: hasList<AcademyList>('academies'), signal }),
    academy: (id, signal) =>
      request(`/api/v1/academies/${encodeURIComponent(id)}`, {
        check: (body): body is AcademyDetail => 'academy' in body && hasList<AcademyDetail>('circuits')(body),
        signal,
      }),
    traffic: ({ kind, id }, { fromMs, toMs }, signal) =>
      request(`/api/v1/${kind}/${encodeURIComponent(id)}/traffic?from=${Math.round(fromMs)}&to=${Math.round(toMs)}`, {
        check: hasList<Traffic>('timesS'),
        signal,
      }),
    exporters: (signal) => request('/api/v1/exporters', { check: hasList<ExporterList>('exporters'), signal }),
    decide: ({ collector, address }, decision, signal) =>
      request(`/api/v1/exporters/${encodeURIComponent(collector)}/${encodeURIComponent(address)}/decision`, {
        method: 'POST',
        body: { decision },
        check: hasFields<Exporter>('address'),
        signal,
      }),
  };
}
