/** Records of the estate and the plan, as the API gives them. */
import type {
  AuditEntry,
  ChangeBody,
  ChangeResult,
  EstatePlan,
  EstateRecord,
  Kind,
  PlanMonths,
  RecordList,
} from '@linewatch/contract';
import { type Request, hasFields, hasList } from './request.ts';

/** A batch of a thousand changes is checked one by one. */
const changeTimeoutMs = 120_000;

export interface EstateApi {
  list(kind: Kind, options: { readonly ended: boolean }, signal: AbortSignal): Promise<RecordList>;
  get(kind: Kind, id: string, signal: AbortSignal): Promise<EstateRecord>;
  history(kind: Kind, id: string, signal: AbortSignal): Promise<{ entries: AuditEntry[] }>;
  change(body: ChangeBody, signal: AbortSignal): Promise<ChangeResult>;
  undo(batch: number, signal: AbortSignal): Promise<ChangeResult>;
  plan(months: PlanMonths, signal: AbortSignal): Promise<EstatePlan>;
}

export function createEstateApi(request: Request): EstateApi {
  const isResult = hasFields<ChangeResult>('applied', 'problems', 'records');
  const path = (kind: Kind, id = ''): string =>
    `/api/v1/estate/records/${kind}${id === '' ? '' : `/${encodeURIComponent(id)}`}`;
  return {
    list: (kind, { ended }, signal) =>
      request(path(kind) + (ended ? '?ended=true' : ''), { check: hasList<RecordList>('records'), signal }),
    get: (kind, id, signal) => request(path(kind, id), { check: hasFields<EstateRecord>('kind', 'values'), signal }),
    history: (kind, id, signal) =>
      request(`${path(kind, id)}/history`, { check: hasList<{ entries: AuditEntry[] }>('entries'), signal }),
    change: (body, signal) =>
      request('/api/v1/estate/changes', {
        method: 'POST',
        body,
        check: isResult,
        signal,
        timeoutMs: changeTimeoutMs,
      }),
    undo: (batch, signal) =>
      request(`/api/v1/estate/batches/${batch}/undo`, {
        method: 'POST',
        body: {},
        check: isResult,
        signal,
        timeoutMs: changeTimeoutMs,
      }),
    plan: (months, signal) =>
      request(`/api/v1/estate/plan?months=${months}`, { check: hasList<EstatePlan>('items'), signal }),
  };
}
