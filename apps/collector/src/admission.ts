/** Whose datagrams are taken: those of an allowed network, and, with `approve`, of an address that someone approved. */
import { Networks } from '@linewatch/record';

export interface AdmissionRules {
  /** Networks in CIDR notation; none = any. */
  readonly allow: readonly string[];
  readonly admission: 'open' | 'approve';
  /** What someone decided, by the text of the address. */
  readonly decisions: ReadonlyMap<string, 'approved' | 'refused'>;
}

/** `open` and `approved` are taken. */
export type Admission = 'open' | 'approved' | 'awaiting' | 'refused';

export const isTaken = (admission: Admission): boolean => admission === 'open' || admission === 'approved';

/**
 * What is to become of an address. A refusal stands whatever network it is in; an approval does not reach beyond the
 * allowed networks.
 */
export class Admitter {
  readonly #networks: Networks;
  readonly #open: boolean;
  readonly #decisions: ReadonlyMap<string, 'approved' | 'refused'>;

  /** @throws RangeError when a network is none. */
  constructor({ allow, admission, decisions }: AdmissionRules) {
    this.#networks = new Networks(allow);
    this.#open = admission === 'open';
    this.#decisions = decisions;
  }

  of(address: Uint8Array, text: string): Admission {
    const decision = this.#decisions.get(text);
    if (decision === 'refused') return 'refused';
    if (this.#networks.size > 0 && !this.#networks.has(address)) return 'refused';
    if (decision === 'approved') return 'approved';
    return this.#open ? 'open' : 'awaiting';
  }
}
