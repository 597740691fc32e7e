/** Alerts, their rules, who is told of them and what came of it, as the API gives them. */
import type {
  AlertNowList,
  AlertRule,
  AlertRuleBody,
  AlertRuleList,
  DeliveryDetail,
  DeliveryList,
  Replayed,
  ReplayBody,
  RotateBody,
  RotatedSecret,
  RulePreview,
  RulePreviewBody,
  Silence,
  SilenceBody,
  SilenceList,
  StatusPage,
  StatusPageBody,
  StatusPageList,
  Subscription,
  SubscriptionBody,
  SubscriptionList,
  TestBody,
  TestResult,
} from '@linewatch/contract';
import { type Request, anyAnswer, hasFields, hasList } from '../../lib/request.ts';

/** A receiver may take half a minute for each of several requests; a month of every line is gone through. */
const slowMs = 120_000;
const base = '/api/v1/alerts';

export type AlertsApi = ReturnType<typeof createAlertsApi>;

export function createAlertsApi(request: Request) {
  const name = encodeURIComponent;
  return {
    alerts: (signal: AbortSignal) => request(base, { check: hasList<AlertNowList>('alerts'), signal }),
    safeguarding: (signal: AbortSignal) =>
      request('/api/v1/safeguarding', { check: hasList<AlertNowList>('alerts'), signal }),

    rules: (signal: AbortSignal) => request(`${base}/rules`, { check: hasList<AlertRuleList>('rules'), signal }),
    putRule: (id: string, body: AlertRuleBody & { revision?: number }, signal: AbortSignal) =>
      request(`${base}/rules/${name(id)}`, { method: 'PUT', body, check: hasFields<AlertRule>('id', 'kind'), signal }),
    removeRule: (id: string, signal: AbortSignal) =>
      request(`${base}/rules/${name(id)}`, { method: 'DELETE', check: anyAnswer, signal }),
    previewRule: (body: RulePreviewBody, signal: AbortSignal) =>
      request(`${base}/rules/preview`, {
        method: 'POST',
        body,
        check: hasFields<RulePreview>('fired', 'alerts'),
        signal,
        timeoutMs: slowMs,
      }),

    subscriptions: (signal: AbortSignal) =>
      request(`${base}/subscriptions`, { check: hasList<SubscriptionList>('subscriptions'), signal }),
    putSubscription: (id: string, body: SubscriptionBody, signal: AbortSignal) =>
      request(`${base}/subscriptions/${name(id)}`, {
        method: 'PUT',
        body,
        check: hasFields<Subscription>('id', 'delivery'),
        signal,
      }),
    removeSubscription: (id: string, signal: AbortSignal) =>
      request(`${base}/subscriptions/${name(id)}`, { method: 'DELETE', check: anyAnswer, signal }),
    rotate: (id: string, body: RotateBody, signal: AbortSignal) =>
      request(`${base}/subscriptions/${name(id)}/rotate`, {
        method: 'POST',
        body,
        check: hasFields<RotatedSecret>('secret'),
        signal,
      }),
    enable: (id: string, signal: AbortSignal) =>
      request(`${base}/subscriptions/${name(id)}/enable`, {
        method: 'POST',
        body: {},
        check: hasFields<Subscription>('id'),
        signal,
      }),
    /** `test` sends an example; `preview` tells what it would be. */
    example: (what: 'test' | 'preview', body: TestBody, signal: AbortSignal) =>
      request(`${base}/subscriptions/${what}`, {
        method: 'POST',
        body,
        check: hasList<TestResult>('exchanges'),
        signal,
        timeoutMs: slowMs,
      }),

    deliveries: (query: URLSearchParams, signal: AbortSignal) =>
      request(`${base}/deliveries?${query.toString()}`, { check: hasList<DeliveryList>('deliveries'), signal }),
    delivery: (id: number, signal: AbortSignal) =>
      request(`${base}/deliveries/${id}`, { check: hasFields<DeliveryDetail>('delivery', 'exchanges'), signal }),
    replay: (body: ReplayBody, signal: AbortSignal) =>
      request(`${base}/deliveries/replay`, { method: 'POST', body, check: hasFields<Replayed>('replayed'), signal }),

    silences: (fromMs: number, toMs: number, signal: AbortSignal) =>
      request(`${base}/silences?from=${fromMs}&to=${toMs}`, { check: hasList<SilenceList>('silences'), signal }),
    silence: (body: SilenceBody, signal: AbortSignal) =>
      request(`${base}/silences`, { method: 'POST', body, check: hasFields<Silence>('id'), signal }),
    changeSilence: (id: number, body: SilenceBody, signal: AbortSignal) =>
      request(`${base}/silences/${id}`, { method: 'PUT', body, check: hasFields<Silence>('id'), signal }),
    endSilence: (id: number, signal: AbortSignal) =>
      request(`${base}/silences/${id}`, { method: 'DELETE', check: hasFields<Silence>('id'), signal }),

    statusPages: (signal: AbortSignal) =>
      request(`${base}/status-pages`, { check: hasList<StatusPageList>('pages'), signal }),
    putStatusPage: (academy: string, body: StatusPageBody, signal: AbortSignal) =>
      request(`${base}/status-pages/${name(academy)}`, {
        method: 'PUT',
        body,
        check: hasFields<StatusPage>('academy'),
        signal,
      }),
  };
}
