/** The estate as data, as it is read back. */
import type { phases, serviceKinds } from '@linewatch/contract';

export { phases, serviceKinds as circuitKinds } from '@linewatch/contract';
/** Of education, as the national register of schools names them. */
export type Phase = (typeof phases)[number];
export type CircuitKind = (typeof serviceKinds)[number];

export type CircuitRole = 'primary' | 'backup';

/** `in`: traffic into the interface is the academy's download, as on its own router's WAN port. */
export type DownloadSide = 'in' | 'out';

/** How an exporter's interface is recognised: ifIndex, ifName or ifAlias (RFC 2863). */
export type InterfaceSelector =
  { readonly kind: 'index'; readonly value: number } | { readonly kind: 'name' | 'alias'; readonly value: string };

const selectorNames = { index: 'ifIndex', name: 'ifName', alias: 'ifAlias' } as const;

/** For people: `ifIndex 2`, `ifName Gi0/0/1`. */
export const describeInterface = (selector: InterfaceSelector): string =>
  `${selectorNames[selector.kind]} ${selector.value}`;

export interface Trust {
  /** Our own number of the row, in PostgreSQL. */
  readonly id: number;
  /** The number that telemetry carries, made from the label. */
  readonly key: number;
  /** The `id` of the file. */
  readonly label: string;
  readonly name: string;
}

export interface Provider {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  /** Id of its trust's row. */
  readonly trust: number;
  /** When it was ended; null = it goes on. */
  readonly endedMs: number | null;
}

export interface Academy {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly phase: Phase | null;
  readonly pupils: number | null;
  /** The current one in the national register. */
  readonly urn: number | null;
  readonly postcode: string | null;
  /** CIDR text. */
  readonly networks: readonly string[];
  /** Id of its trust's row. */
  readonly trust: number;
  /** When it was ended; null = it goes on. */
  readonly endedMs: number | null;
}

export interface Circuit {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  /** Id of its trust's row. */
  readonly trust: number;
  /** Id of its academy's row. */
  readonly academy: number;
  /** Name of its provider. */
  readonly provider: string;
  readonly providerRow: number;
  /** Id of its site's row; null = none is named. */
  readonly site: number | null;
  /** Slug of its contract. */
  readonly contract: string | null;
  readonly role: CircuitRole;
  readonly kind: CircuitKind | null;
  /** Address of the exporter, canonical text; null = not known yet. */
  readonly exporter: string | null;
  /** Label of the collector that the exporter sends to; `main` without an exporter. */
  readonly collector: string;
  /** Null: none yet, or it is seen by a tunnel or a probe. */
  readonly interface: InterfaceSelector | null;
  /** Names of its tunnels or paths, blanks between them. */
  readonly tunnel: string | null;
  /** Its probe targets, blanks between them. */
  readonly probe: string | null;
  /** Id of the row of the circuit that it depends on. */
  readonly parent: number | null;
  /** The provider's exchange or point of presence. */
  readonly pop: string | null;
  readonly downloadSide: DownloadSide;
  /** Committed rate towards the academy, bit/s; null = none stated. */
  readonly committedDownBps: number | null;
  readonly committedUpBps: number | null;
  /** Unix ms, inclusive; null = always was. */
  readonly validFromMs: number | null;
  /** Unix ms, exclusive; null = goes on. */
  readonly validToMs: number | null;
}

/** Everything at one moment. What ended is in it, for the past; circuits that were withdrawn before they began are not. */
export interface Snapshot {
  readonly version: number;
  readonly trusts: readonly Trust[];
  readonly providers: readonly Provider[];
  readonly academies: readonly Academy[];
  readonly circuits: readonly Circuit[];
}
