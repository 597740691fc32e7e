/** The demo's estate in the import format, as `linewatch import` reads it. */
import { stringify } from 'yaml';
import { type DemoAcademy, type SchoolKind, demoAcademies, demoProviders, demoTrust } from './academies.ts';

const phases: Record<SchoolKind, string> = {
  primary: 'Primary',
  secondary: 'Secondary',
  'all-through': 'All-through',
  special: 'Not applicable', // as the national register has it for special schools
};

export interface EstateLabels {
  /** Trust label of the collectors' configuration. Default "main". */
  readonly trust?: string;
  /** Label of the collector that the demo sends to. Default "main". */
  readonly collector?: string;
}

const rate = (bps: number): string => `${bps / 1e6}M`;

/** v5 has no way to tell an interface's name, so there the estate goes by ifIndex. */
const interfaceOf = (academy: DemoAcademy, circuit: DemoAcademy['circuits'][0]): object =>
  academy.protocol === 'v5' ? { index: circuit.ifIndex } : { name: circuit.ifName };

/** @throws RangeError when `academies` is not 1 to 500. */
export function demoEstate(academies: number, { trust = 'main', collector = 'main' }: EstateLabels = {}): string {
  const all = demoAcademies(academies);
  return stringify(
    {
      trust: { id: trust, name: demoTrust },
      providers: demoProviders,
      academies: all.map(({ id, name, kind, pupils, network }) => ({
        id,
        name,
        phase: phases[kind],
        pupils,
        networks: [network],
      })),
      circuits: all.flatMap((academy) =>
        academy.circuits.map((circuit) => ({
          id: circuit.id,
          name: `${academy.name}, ${circuit.role} line`,
          academy: academy.id,
          provider: circuit.providerId,
          role: circuit.role,
          kind: circuit.kind,
          committed: { down: rate(circuit.committedDownBps), up: rate(circuit.committedUpBps) },
          exporter: academy.exporter,
          collector,
          interface: interfaceOf(academy, circuit),
        })),
      ),
    },
    { aliasDuplicateObjects: false },
  );
}
