export * from './estate.ts';
export { type FactsSource, type SpanFacts, correctionsBy, readFacts } from './facts.ts';
export { seenIntervals, stateIntervals } from './intervals.ts';
export { type Occurrence, Occurrences, covers, occurrencesIn } from './occurrences.ts';
export { type MeasuredSource, type Telemetry, circuitSla, judge, monthOfCircuit, spanOf } from './circuit.ts';
export { type CircuitCell, cellOf, circuitCell, inService } from './matrix.ts';
export { bothClocks, fixOf, incidentOf } from './outages.ts';
export { poundsText } from './words.ts';
