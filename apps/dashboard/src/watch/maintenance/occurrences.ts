/** What is to be said of one time that a maintenance takes place. */
import type { MaintenanceOccurrence } from '@linewatch/contract';

/** Too little notice, outside of the agreed window, or not over when it should have been. */
export const hasTrouble = ({ notice, overruns }: MaintenanceOccurrence): boolean =>
  overruns.length > 0 || notice.some(({ ok, outsideWindow }) => ok === false || outsideWindow);
