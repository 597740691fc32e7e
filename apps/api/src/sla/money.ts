/** What of figures only those may see who may see prices. */
import type { AcademySla, CircuitSla } from '@linewatch/contract';

export const withoutMoney = (sla: CircuitSla): CircuitSla => ({
  ...sla,
  credit: null,
  percentile: sla.percentile && { ...sla.percentile, burstCharge: null },
});

export const academyWithoutMoney = (sla: AcademySla): AcademySla => ({
  ...sla,
  circuits: sla.circuits.map(withoutMoney),
});
