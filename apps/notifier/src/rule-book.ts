/** The rules of all trusts, as they are in force: what an incident means by them. */
import type { Alert } from '@linewatch/alerting';
import { type AlertRuleBody, defaultRule, ruleKindNames } from '@linewatch/contract';
import type { AlertingSetup, Estate, ToldIncident } from '@linewatch/estate';
import type { Subjects } from './subjects.ts';

export interface RuleInForce {
  readonly slug: string;
  readonly body: AlertRuleBody;
}

export interface RuleBook {
  /** Alerts of an incident, those that it ended too. */
  alertsOf(incident: ToldIncident, atMs: number): readonly Alert[];
  /** When what they say changes by time alone; null: it does not. */
  readonly nextMs: number | null;
  /** Of a trust, defaults and those of its own. */
  inForce(trust: number): readonly RuleInForce[];
  follow(signal: AbortSignal): Promise<void>;
}

export interface RuleBookOptions {
  readonly setup: () => AlertingSetup;
  readonly subjects: () => Subjects;
  readonly estate: Pick<Estate, 'watching'>;
  readonly now: () => number;
}

export function createRuleBook({ setup, subjects }: RuleBookOptions): RuleBook {
  const inForce = (trust: number): readonly RuleInForce[] => {
    const stored = setup().rules.filter((rule) => rule.trust === trust);
    const own = new Map(stored.map((rule) => [rule.slug, rule]));
    return [
      ...ruleKindNames.filter((kind) => !own.has(kind)).map((kind) => ({ slug: kind, body: defaultRule(kind) })),
      ...stored.map((rule) => ({ slug: rule.slug, body: rule })),
    ];
  };
  return {
    alertsOf: (incident) => {
      const known = subjects();
      const circuit = known.circuit(incident.circuit);
      const kind = (
        {
          outage: 'circuit-down',
          degradation: 'circuit-degraded',
          site: 'site-down',
          provider: 'provider-down',
          device: 'provider-down',
          blind: 'silent',
          quality: 'data-gap',
        } as const
      )[incident.kind];
      const academy = known.academy(incident.academy) ?? circuit?.academy;
      return inForce(incident.trust)
        .filter(({ body }) => body.kind === kind && body.enabled)
        .map(({ slug, body }): Alert => ({
          key: `${slug}/i${incident.id}`,
          trust: incident.trust,
          rule: slug,
          kind,
          severity: body.severity ?? incident.severity,
          title: incident.title,
          text: incident.title,
          labels: {
            problem: `i${incident.parent ?? incident.id}`,
            rule: slug,
            severity: incident.severity,
            trust: known.trust(incident.trust)?.id ?? '',
            ...(academy && { academy: academy.planned.slug }),
            ...(circuit && { circuit: circuit.planned.slug, provider: circuit.provider?.planned.slug ?? '' }),
            incident: String(incident.id),
          },
          startedMs: incident.startedMs,
          endedMs: incident.state === 'resolved' ? (incident.endedMs ?? incident.startedMs) : null,
          incident: incident.id,
          circuit: incident.circuit,
          academy: academy?.planned.id ?? null,
          provider: incident.provider ?? circuit?.planned.providerRow ?? null,
          parent: incident.parent === null ? null : `i${incident.parent}`,
          acknowledged:
            incident.acknowledgedBy === null
              ? null
              : { by: incident.acknowledgedBy, atMs: incident.acknowledgedMs!, untilMs: incident.acknowledgedUntilMs },
          quietUntilMs: null,
          safeguarding: false,
        }));
    },
    nextMs: null,
    inForce,
    follow: () => Promise.resolve(),
  };
}
