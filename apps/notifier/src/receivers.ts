/** Receivers that are gone or do not answer, for those who are told of what is wrong with Linewatch itself. */
import type { Alert } from '@linewatch/alerting';
import type { AlertRuleBody, Severity } from '@linewatch/contract';
import type { AlertingSetup, StoredSubscription } from '@linewatch/estate';
import { timeText } from '@linewatch/sla';
import type { Conditions } from './conditions/port.ts';
import type { Lane } from './delivery/lane.ts';
import type { RuleBook } from './rule-book.ts';
import type { Subjects } from './subjects.ts';

/** So long without an answer, and the others are told. */
const failingMs = 15 * 60_000;

interface Receiver {
  readonly subscription: StoredSubscription;
  readonly failingSinceMs: number | null;
  readonly lastError: string | null;
}

const secondsText = (atMs: number): string => timeText(Math.floor(atMs / 1000) * 1000);

/** @param rule of kind `system-trouble`, as it is in force in the trust; undefined: it is off */
function receiverAlerts(
  receivers: readonly Receiver[],
  rule: (trust: number) => ({ readonly slug: string } & Pick<AlertRuleBody, 'severity'>) | undefined,
  trustLabel: (trust: number) => string,
  nowMs: number,
): readonly Alert[] {
  return receivers.flatMap(({ subscription, failingSinceMs, lastError }): Alert[] => {
    const { trust, slug, name, enabled, disabled } = subscription;
    const on = rule(trust);
    const isGone = disabled !== null;
    const isFailing = failingSinceMs !== null && nowMs - failingSinceMs >= failingMs;
    if (!on || !enabled || !(isGone || isFailing)) return [];
    const severity: Severity = on.severity ?? 'major';
    const startedMs = failingSinceMs ?? nowMs;
    const why = (disabled ?? lastError ?? '').slice(0, 300).toWellFormed();
    return [
      {
        key: `${on.slug}/receiver-${slug}/${startedMs}`,
        trust,
        rule: on.slug,
        kind: 'system-trouble',
        severity,
        title: isGone ? `Alerts to "${name}" are switched off` : `Alerts to "${name}" do not arrive`,
        text: isGone
          ? `The receiver says that it is gone: ${why}. What waits for it can be sent again once it is switched on.`
          : `It has failed since ${secondsText(startedMs)}: ${why}`,
        labels: { problem: `receiver-${slug}`, rule: on.slug, severity, trust: trustLabel(trust) },
        startedMs,
        endedMs: null,
        ...{ incident: null, circuit: null, academy: null, provider: null, parent: null },
        ...{ acknowledged: null, quietUntilMs: null, safeguarding: false },
      },
    ];
  });
}

export interface ReceiverSource {
  readonly setup: () => AlertingSetup;
  readonly lanes: () => Iterable<Lane>;
  readonly subjects: () => Subjects;
  readonly rules: Pick<RuleBook, 'inForce'>;
}

export function receiverConditions({ setup, lanes, subjects, rules }: ReceiverSource): Conditions {
  return {
    evaluate: (nowMs) => {
      const running = new Map([...lanes()].map((lane) => [lane.subscription.row, lane]));
      const receivers = setup().subscriptions.map((subscription) => {
        const { failingSinceMs = null, lastError = null } = running.get(subscription.row) ?? {};
        return { subscription, failingSinceMs, lastError };
      });
      const rule = (trust: number) =>
        rules.inForce(trust).find(({ kind, enabled }) => kind === 'system-trouble' && enabled);
      const label = (trust: number): string => subjects().trust(trust)?.id ?? '';
      return Promise.resolve(receiverAlerts(receivers, rule, label, nowMs));
    },
  };
}
