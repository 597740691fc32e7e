/** Rules that are no incidents, looked at in one round: what one of them rests on may be away, and the others go on. */
import { type Alert, type RuleInForce, conditionAlert, knownOf, rulesInForce } from '@linewatch/alerting';
import type { ToldIncident } from '@linewatch/estate';
import { describe } from '@linewatch/service';
import { finds } from './find.ts';
import { OwnHealth } from './health.ts';
import { placeOf } from './places.ts';
import type { ConditionContext, Conditions } from './port.ts';
import { Sources } from './sources.ts';
import { type FiveMinuteSource, WeeklyUse } from './weekly.ts';

/** Alerts of one rule in one trust: more than that is one trouble, and known by then. */
const maxAlerts = 2000;
/** Incidents that carry each other. */
const maxDepth = 8;

function rootOf(incidents: ReadonlyMap<number, ToldIncident>, id: number): number {
  let at = id;
  for (let depth = 0; depth < maxDepth; depth++) {
    const { parent = null } = incidents.get(at) ?? {};
    if (parent === null || !incidents.has(parent)) break;
    at = parent;
  }
  return at;
}

/** @param fiveMinutes stored use of lines; without it nothing is forecast */
export const createConditions =
  (fiveMinutes?: FiveMinuteSource) =>
  (context: ConditionContext): Conditions => {
    const { estate, subjects, setup, healthUrls, logger, signal } = context;
    const sources = new Sources(estate, subjects);
    const health = new OwnHealth();
    const weekly = fiveMinutes && new WeeklyUse({ source: fiveMinutes, logger, signal });
    let unknown = new Set<string>();

    const look = async (
      trust: number,
      rule: RuleInForce,
      firing: readonly Alert[],
      nowMs: number,
    ): Promise<Alert[]> => {
      const find = finds[rule.kind];
      const figures = find && (await subjects().figures(trust));
      if (!figures) return [];
      const known = knownOf(firing, trust, rule.slug);
      const vitals = () => estate.notifying.vitals();
      const input = { rule, known, nowMs, trust, estate: figures, sources, weekly, health, healthUrls, vitals };
      const found = await find(input);
      if (!found) {
        unknown.add(rule.slug);
        return [];
      }
      if (found.length > maxAlerts)
        logger.warn(
          { rule: rule.slug, found: found.length, kept: maxAlerts },
          'a rule found too much; the rest is left out',
        );
      const incidents = rule.kind === 'fix-due' ? await sources.openIncidents() : new Map<number, ToldIncident>();
      const places = { trust, estate: figures, subjects: subjects(), root: (id: number) => rootOf(incidents, id) };
      return found
        .slice(0, maxAlerts)
        .map((finding) => conditionAlert(rule, finding, placeOf(places, finding, rule.hours), nowMs));
    };

    return {
      get unknown() {
        return unknown;
      },
      evaluate: async (nowMs) => {
        sources.begin(nowMs);
        unknown = new Set();
        const { rules, trusts } = setup();
        const firing = [...context.firing()];
        const alerts: Alert[] = [];
        for (const { row } of trusts)
          for (const rule of rulesInForce(rules.filter((each) => each.trust === row))) {
            if (!rule.enabled || !finds[rule.kind]) continue;
            try {
              alerts.push(...(await look(row, rule, firing, nowMs)));
            } catch (error) {
              // What it found before stands, and the other rules are looked at.
              unknown.add(rule.slug);
              context.onFailed();
              logger.warn({ rule: rule.slug, reason: describe(error) }, 'a rule could not be looked at; trying again');
            }
          }
        return alerts;
      },
    };
  };
