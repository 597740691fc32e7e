/** By kind of rule: what it finds in a trust. */
import {
  type DateSettings,
  type Finding,
  type Known,
  type RuleInForce,
  type StandingInput,
  breachForecast,
  budgetBurn,
  capacityForecast,
  certificateDate,
  fixNears,
  planDate,
  slaBreach,
  systemTrouble,
  thresholdsOf,
  utilisation,
} from '@linewatch/alerting';
import type { RuleKind } from '@linewatch/contract';
import {
  type CircuitStanding,
  type SlaCircuit,
  type SlaEstate,
  circuitStanding,
  fixDue,
  inService,
  londonDay,
} from '@linewatch/figures';
import type { OwnHealth } from './health.ts';
import type { Sources } from './sources.ts';
import type { WeeklyUse } from './weekly.ts';
import type { NotifyingVitals, UsageRow } from '@linewatch/estate';

const minuteMs = 60_000;
/** Use of a quiet line is kept each five minutes, two or three after they ended: what is older is missing. */
const staleMs = 9 * minuteMs;

interface FindContext {
  readonly rule: RuleInForce;
  readonly known: Known;
  readonly nowMs: number;
  readonly trust: number;
  readonly estate: SlaEstate;
  readonly sources: Sources;
  readonly weekly: WeeklyUse | undefined;
  readonly health: OwnHealth;
  readonly healthUrls: readonly string[];
  readonly vitals: () => Promise<NotifyingVitals>;
}

/** Undefined: nothing can be said now, and what was found before stands. */
type Find = (context: FindContext) => Promise<readonly Finding[] | undefined>;

/** An empty list is all. */
const isWithin = ({ academies, providers }: RuleInForce, academy: string | null, provider: string | null): boolean =>
  (academies.length === 0 || (academy !== null && academies.includes(academy))) &&
  (providers.length === 0 || (provider !== null && providers.includes(provider)));

/** Of any kind: each reads those that its own has. */
interface Settings extends DateSettings {
  readonly percent: number;
  readonly minutes: number;
  readonly days: number;
  readonly spentPercent: number;
  readonly beforeMinutes: number;
}

const settingsFor = (rule: RuleInForce, { id, academy, provider }: SlaCircuit): Settings =>
  thresholdsOf(rule, { circuit: id, academy: academy.id, provider: provider.id }) as unknown as Settings;

/** That the rule is for, and that are in service. */
const linesOf = (rule: RuleInForce, estate: SlaEstate, nowMs: number): readonly SlaCircuit[] =>
  estate.circuits.filter(
    (circuit) =>
      isWithin(rule, circuit.academy.id, circuit.provider.id) && inService(circuit, { fromMs: nowMs, toMs: nowMs + 1 }),
  );

const byStanding =
  (of: (input: StandingInput, context: FindContext) => Finding | undefined): Find =>
  async (context) => {
    const { rule, nowMs, estate, trust, sources } = context;
    const { circuits, facts } = await sources.standings(trust, estate.trust.id);
    return linesOf(rule, estate, nowMs).flatMap((circuit) => {
      const standing = circuits.get(circuit.row);
      const earlier = (atMs: number): CircuitStanding | null => circuitStanding(circuit, facts, atMs);
      return standing ? (of({ circuit, standing, earlier }, context) ?? []) : [];
    });
  };

/** Up to now: what should be there and is not is unknown. */
function ratesOf({ minuteMs: lastMs, inBps, outBps }: UsageRow, nowMs: number) {
  const missing = Math.min(240, Math.max(0, Math.floor((nowMs - staleMs - lastMs) / minuteMs)));
  const startMs = lastMs - (inBps.length - 1) * minuteMs;
  const rates = (bps: UsageRow['inBps']) => ({
    startMs,
    stepMs: minuteMs,
    bps: [...bps, ...Array<null>(missing).fill(null)],
  });
  return { down: rates(inBps), up: rates(outBps) };
}

const lineOf = ({ row, name, planned }: SlaCircuit) => ({
  circuit: row,
  name,
  committedDownBps: planned.committedDownBps,
  committedUpBps: planned.committedUpBps,
});
const hasRate = ({ planned }: SlaCircuit): boolean =>
  planned.committedDownBps !== null || planned.committedUpBps !== null;

export const finds: Partial<Record<RuleKind, Find>> = {
  'sla-breach': byStanding((input, { known }) => slaBreach(input, known)),
  'budget-burn': byStanding((input, { known }) => budgetBurn(input, known)),
  'breach-forecast': byStanding((input, { rule, known }) =>
    breachForecast(input, settingsFor(rule, input.circuit), known),
  ),

  'fix-due': async ({ rule, nowMs, estate, trust, sources }) => {
    const label = estate.trust.id;
    const [{ facts }, incidents] = await Promise.all([sources.standings(trust, label), sources.incidentsOf(label)]);
    return incidents.flatMap((incident) => {
      const circuit = estate.circuitByRow.get(incident.circuitRow);
      const isOpen = incident.state !== 'resolved' && incident.mergedInto === null && incident.endedMs === null;
      if (!isOpen || !circuit || !isWithin(rule, circuit.academy.id, circuit.provider.id)) return [];
      const due = fixDue(incident, circuit, facts, nowMs);
      return due ? (fixNears({ incident: incident.id, circuit, due }, settingsFor(rule, circuit), nowMs) ?? []) : [];
    });
  },

  utilisation: async ({ rule, known, nowMs, estate, sources }) => {
    const usage = await sources.usage();
    return linesOf(rule, estate, nowMs).flatMap((circuit) => {
      const row = hasRate(circuit) ? usage.get(circuit.row) : undefined;
      return row ? utilisation({ ...lineOf(circuit), ...ratesOf(row, nowMs) }, settingsFor(rule, circuit), known) : [];
    });
  },

  'capacity-forecast': ({ rule, known, nowMs, estate, weekly }) => {
    if (!weekly) return Promise.resolve(undefined);
    const lines = linesOf(rule, estate, nowMs).filter(hasRate);
    const all = estate.circuits.filter((each) => hasRate(each) && inService(each, { fromMs: nowMs, toMs: nowMs + 1 }));
    weekly.refresh(
      estate.trust.id,
      all.map(({ row }) => row),
      nowMs,
    );
    if (!weekly.knows(estate.trust.id)) return Promise.resolve(undefined);
    return Promise.resolve(
      lines.flatMap((circuit) => {
        const of = weekly.of(circuit.row);
        return of ? capacityForecast({ ...lineOf(circuit), weekly: of }, settingsFor(rule, circuit), nowMs, known) : [];
      }),
    );
  },

  dates: async ({ rule, nowMs, estate, trust, sources }) => {
    const today = londonDay(nowMs);
    const plan = sources.plan(trust, estate.trust.id).flatMap((item) => {
      const academies = item.academies.map(({ id }) => id);
      const isOf = rule.academies.length === 0 || academies.some((id) => rule.academies.includes(id));
      if (!isOf || !isWithin({ ...rule, academies: [] }, null, item.provider?.id ?? null)) return [];
      const academy = academies.length === 1 ? academies[0]! : null;
      const settings = thresholdsOf(rule, { circuit: null, academy, provider: item.provider?.id ?? null });
      return planDate(item, settings as unknown as DateSettings, today) ?? [];
    });
    const lines = new Map(linesOf(rule, estate, nowMs).map((circuit) => [circuit.row, circuit]));
    const shown = (await sources.certificates()).flatMap((certificate) => {
      const circuit = lines.get(certificate.circuit);
      return circuit
        ? (certificateDate({ ...certificate, name: circuit.name }, settingsFor(rule, circuit), nowMs) ?? [])
        : [];
    });
    return [...plan, ...shown];
  },

  'system-trouble': async ({ rule, known, nowMs, health, healthUrls, vitals }) => {
    const troubles = [...health.vitals(await vitals(), nowMs), ...(await health.parts(healthUrls, nowMs))];
    const { minutes = 5 } = thresholdsOf(rule, { circuit: null, academy: null, provider: null });
    return systemTrouble(troubles, { minutes }, nowMs, known);
  },
};
