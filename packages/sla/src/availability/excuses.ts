import type { ExclusionCode, Terms } from '../model.ts';

/** What a code excuses where the contract does not say: what the customer caused or agreed to, and what is beyond the supplier's power. */
const usual: Readonly<Record<ExclusionCode, boolean>> = {
  // Only maintenance whose notice was enough is among the exclusions.
  planned: true,
  'emergency-works': false,
  'customer-caused': true,
  'customer-equipment': true,
  'site-power': true,
  'no-access': true,
  'refused-visit': true,
  'with-customer': true,
  'force-majeure': true,
  // The tail is the supplier's to buy: its terms prevail only where the contract says so.
  'third-party-tail': false,
  suspended: true,
};

/** Whether time under a code is taken out of a contract's availability. */
export const excusesAvailability = (terms: Terms, code: ExclusionCode): boolean =>
  terms.excuses?.find((excuse) => excuse.code === code)?.availability ?? usual[code];
