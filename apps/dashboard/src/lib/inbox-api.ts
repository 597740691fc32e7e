/** What is heard and not known yet, and what makes it known: mapping, rules, templates, a new academy. */
import type {
  ChangeBody,
  ChangeResult,
  IgnoreBody,
  Inbox,
  Kind,
  MapBody,
  MapResult,
  OnboardBody,
  ProposalBody,
  ProposalList,
  RecordList,
  TryRuleBody,
  TryRuleResult,
} from '@linewatch/contract';
import { type Request, hasFields, hasList } from './request.ts';

export interface InboxApi {
  inbox(options: { readonly inside: boolean }, signal: AbortSignal): Promise<Inbox>;
  map(body: MapBody, signal: AbortSignal): Promise<MapResult>;
  ignore(body: IgnoreBody, signal: AbortSignal): Promise<ChangeResult>;
  tryRule(body: TryRuleBody, signal: AbortSignal): Promise<TryRuleResult>;
  onboard(body: OnboardBody, signal: AbortSignal): Promise<MapResult>;
  proposals(signal: AbortSignal): Promise<ProposalList>;
  propose(body: ProposalBody, signal: AbortSignal): Promise<ChangeResult>;
  records(kind: Kind, signal: AbortSignal): Promise<RecordList>;
  change(body: ChangeBody, signal: AbortSignal): Promise<ChangeResult>;
}

export function createInboxApi(request: Request): InboxApi {
  const changed = hasFields<ChangeResult>('applied', 'problems');
  const mapped = hasFields<MapResult>('applied', 'problems');
  return {
    inbox: ({ inside }, signal) =>
      request(`/api/v1/inbox?limit=1000${inside ? '&inside=true' : ''}`, {
        check: (body): body is Inbox => hasList<Inbox>('interfaces')(body) && hasList<Inbox>('exporters')(body),
        signal,
      }),
    map: (body, signal) => request('/api/v1/inbox/map', { method: 'POST', body, check: mapped, signal }),
    ignore: (body, signal) => request('/api/v1/inbox/ignore', { method: 'POST', body, check: changed, signal }),
    tryRule: (body, signal) =>
      request('/api/v1/inbox/rules/try', { method: 'POST', body, check: hasList<TryRuleResult>('matches'), signal }),
    onboard: (body, signal) => request('/api/v1/estate/onboard', { method: 'POST', body, check: mapped, signal }),
    proposals: (signal) => request('/api/v1/estate/proposals', { check: hasList<ProposalList>('proposals'), signal }),
    propose: (body, signal) => request('/api/v1/estate/proposals', { method: 'POST', body, check: changed, signal }),
    records: (kind, signal) =>
      request(`/api/v1/estate/records/${kind}`, { check: hasList<RecordList>('records'), signal }),
    change: (body, signal) => request('/api/v1/estate/changes', { method: 'POST', body, check: changed, signal }),
  };
}
