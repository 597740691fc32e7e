import type { ExclusionCode, FaultClass, Terms } from '../model.ts';

/** Flaps that make an outage an intermittent fault. */
export const intermittentFlaps = 3;

/** A person's word; without it: intermittent from 3 flaps on, total when it was down, partial when it was degraded. */
export const faultClassOf = ({
  faultClass,
  state,
  flaps,
}: {
  readonly faultClass: FaultClass | null;
  readonly state: 'down' | 'degraded';
  readonly flaps: number;
}): FaultClass => faultClass ?? (flaps >= intermittentFlaps ? 'intermittent' : state === 'down' ? 'total' : 'partial');

/** What stops the clock where the contract does not say: what the supplier waits for, and works that it announced. */
const usual: Readonly<Record<ExclusionCode, boolean>> = {
  planned: true,
  'emergency-works': false,
  'customer-caused': true,
  'customer-equipment': true,
  'site-power': true,
  'no-access': true,
  'refused-visit': true,
  'with-customer': true,
  // Relief from a target is for the contract to give: what it does not say is not assumed.
  'force-majeure': false,
  'third-party-tail': false,
  suspended: true,
};

/** Whether a contract's fix clock stands still for time under a code. */
export const stopsFixClock = (terms: Terms, code: ExclusionCode): boolean =>
  terms.excuses?.find((excuse) => excuse.code === code)?.fixClock ?? usual[code];
