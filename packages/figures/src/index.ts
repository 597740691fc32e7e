/**
 * Figures of circuits from what PostgreSQL keeps. Months, for reports: `readFacts`, then `circuitSla`, `circuitCell`. Standings, for
 * alerts: `Standings` as time goes on, `readStandingFacts` with `circuitStanding` and `fixDue` for moments of the past. What only
 * takes facts is pure; nothing here reads a clock.
 */
export { type EstateSource, type SlaAcademy, type SlaCircuit, type SlaEstate, slaEstates } from './estate.ts';
export { type FactsSource, type SpanFacts, correctionsBy, readFacts } from './facts.ts';
export { seenIntervals, stateIntervals } from './intervals.ts';
export { type Occurrence, Occurrences, covers, occurrencesIn } from './occurrences.ts';
export { type MeasuredSource, type Telemetry, circuitSla, judge, monthOfCircuit, spanOf } from './circuit.ts';
export { type CircuitCell, cellOf, circuitCell, inService } from './matrix.ts';
export { bothClocks, fixOf, incidentOf } from './outages.ts';
export { type PlanInput, planEnd, planItems } from './plan/plan.ts';
export { addDays, daysBetween, londonDay } from './plan/days.ts';
export { poundsText } from './words.ts';
export { type StandingFacts, type StandingSource, readStandingFacts, readWorks } from './standing-facts.ts';
export { type CircuitStanding, circuitStanding, troubled } from './standing.ts';
export { type FixDue, fixDue } from './fix-due.ts';
export { Standings, type StandingsNow, type StandingsOptions } from './standings.ts';
