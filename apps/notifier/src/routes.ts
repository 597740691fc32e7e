/** From the set-up that people made to what the machine goes by. Pure. */
import type { Route, SilenceNow } from '@linewatch/alerting';
import { formats } from '@linewatch/contract';
import type { AlertingSetup, StoredSilence, StoredSubscription } from '@linewatch/estate';
import { MaintenanceError, expand } from '@linewatch/sla';

const dayMs = 86_400_000;
/** How far ahead silences are looked at. */
const aheadMs = 2 * dayMs;

export const routeOf = ({ row, trust, slug, format, ...body }: StoredSubscription): Route => ({
  ...{ row, trust, slug },
  // One that is switched off because it is gone is told nothing new.
  enabled: body.enabled && body.disabled === null && format !== 'heartbeat',
  stream: formats[format].stream && body.group.intervalSeconds === 0,
  match: body.match,
  group: body.group,
  sendResolved: body.sendResolved,
  reopenMinutes: body.reopenMinutes,
  escalateMinutes: body.escalateMinutes,
  hours: body.hours,
});

/** What safeguarding leads of a trust are told by. */
export const safeguardingSubscription = (row: number, trust: number): StoredSubscription => ({
  ...{ row, trust, slug: 'safeguarding', name: 'Safeguarding', enabled: true, format: 'email', settings: {} },
  match: { atLeast: 'info', rules: ['safeguarding'], matchers: [] },
  group: { by: ['problem'], waitSeconds: 0, intervalSeconds: 300, repeatHours: 0 },
  ...{ sendResolved: true, reopenMinutes: 30, escalateMinutes: 0, hours: null, perMinute: 60, timeoutSeconds: 15 },
  ...{ secrets: {}, unreadable: [], disabled: null },
  breaker: { state: 'closed', failures: 0, untilMs: null, failingSinceMs: null, lastError: null },
});

export const safeguardingRoute = (row: number, trust: number): Route => ({
  ...routeOf(safeguardingSubscription(row, trust)),
  safeguarding: true,
});

export interface SilencesNow {
  readonly active: readonly SilenceNow[];
  /** When another one begins, or these are to be looked at again. */
  readonly nextMs: number;
}

/** Those that hold at a moment. What cannot be read of one silences nothing: it is refused where it is entered. */
export function silencesAt(silences: readonly StoredSilence[], nowMs: number): SilencesNow {
  let nextMs = nowMs + aheadMs / 2;
  const active = silences.flatMap(({ id, trust, matchers, startMs, endMs, rrule, timeZone, endedMs }): SilenceNow[] => {
    // An end that a person gave also cuts off an occurrence that is under way.
    if (endedMs !== null && endedMs <= nowMs) return [];
    try {
      const rule = { startMs, endMs, rrule, timeZone, cancelledMs: endedMs };
      const spans = expand(rule, { fromMs: nowMs, toMs: nowMs + aheadMs });
      const holding = spans.filter(({ fromMs, toMs }) => fromMs <= nowMs && toMs > nowMs);
      for (const { fromMs } of spans) if (fromMs > nowMs) nextMs = Math.min(nextMs, fromMs);
      if (holding.length === 0) return [];
      const untilMs = Math.min(endedMs ?? Infinity, Math.max(...holding.map(({ toMs }) => toMs)));
      nextMs = Math.min(nextMs, untilMs);
      return [{ id, trust, matchers, untilMs }];
    } catch (error) {
      if (error instanceof MaintenanceError || error instanceof RangeError) return [];
      throw error;
    }
  });
  return { active, nextMs };
}

/** How many deliveries one change of an incident may make: batches are as large as that allows. */
export const streamsOf = ({ subscriptions }: AlertingSetup): number =>
  subscriptions.filter((each) => routeOf(each).enabled && routeOf(each).stream).length;
