import type { Academy, Circuit, Snapshot } from '@linewatch/estate';
import { labelKey } from '@linewatch/record';
import { exporter } from './sums.ts';

export const academy = (id: number, slug: string, over: Partial<Academy> = {}): Academy => ({
  id,
  slug,
  name: `${slug} Academy`,
  phase: 'Secondary',
  pupils: 900,
  urn: null,
  postcode: null,
  networks: [],
  trust: 1,
  endedMs: null,
  ...over,
});

export const circuit = (id: number, slug: string, over: Partial<Circuit> = {}): Circuit => ({
  id,
  slug,
  name: `${slug} line`,
  trust: 1,
  academy: 1,
  provider: 'Example Fibre',
  providerRow: 1,
  site: null,
  contract: null,
  role: 'primary',
  kind: 'leased-line',
  exporter,
  collector: 'main',
  interface: { kind: 'index', value: 1 },
  tunnel: null,
  probe: null,
  parent: null,
  pop: null,
  downloadSide: 'in',
  committedDownBps: 100_000_000,
  committedUpBps: 50_000_000,
  validFromMs: null,
  validToMs: null,
  ...over,
});

export const snapshot = (
  academies: readonly Academy[] = [academy(1, 'ash')],
  circuits: readonly Circuit[] = [circuit(1, 'ash-1')],
  version = 1,
): Snapshot => ({
  version,
  trusts: [{ id: 1, key: labelKey('north'), label: 'north', name: 'North Trust' }],
  providers: [],
  academies,
  circuits,
});
