/** The estate as figures need it: circuits with their contract, calendar and rows in the database. */
import type { EstateRecord, Kind, Values } from '@linewatch/contract';
import type { Circuit, Estate, Records, Snapshot } from '@linewatch/estate';
import type { SchoolCalendar, Span, Terms } from '@linewatch/sla';

interface Named {
  readonly id: string;
  readonly name: string;
}

export interface SlaAcademy extends Named {
  readonly row: number;
  readonly pupils: number | null;
  readonly calendar: SchoolCalendar | undefined;
  readonly circuits: readonly SlaCircuit[];
}

export interface SlaContract extends Named {
  readonly terms: Terms;
  readonly record: Values<'contract'>;
}

export interface SlaCircuit extends Named {
  readonly row: number;
  readonly role: 'primary' | 'backup';
  readonly academy: Named & { readonly pupils: number | null };
  readonly calendar: SchoolCalendar | undefined;
  readonly provider: Named;
  readonly site: string | null;
  readonly contract: SlaContract | null;
  /** When it was in service; Infinity = it goes on. */
  readonly validity: Span;
  readonly planned: Circuit;
  readonly record: Values<'circuit'>;
}

export interface SlaEstate {
  readonly version: number;
  readonly trust: Named;
  /** By name. */
  readonly academies: readonly SlaAcademy[];
  readonly circuits: readonly SlaCircuit[];
  readonly circuitById: ReadonlyMap<string, SlaCircuit>;
  readonly circuitByRow: ReadonlyMap<number, SlaCircuit>;
  /** Ids of the academies that a site belongs to: one, or none when there is no such site. */
  readonly academyOfSite: (id: string) => string[];
}

/** Names in the order that people expect, and the same on every machine: ids decide between equal ones. */
const byName = (a: Named, b: Named): number => a.name.localeCompare(b.name, 'en-GB') || (a.id < b.id ? -1 : 1);

function arrange(label: string, snapshot: Snapshot, records: readonly EstateRecord[]): SlaEstate {
  const trust = snapshot.trusts.find((each) => each.label === label);
  const byKey = new Map(records.map((record) => [`${record.kind}/${record.id}`, record.values]));
  const valuesOf = <K extends Kind>(kind: K, id: string | undefined): Values<K> | undefined =>
    id === undefined ? undefined : (byKey.get(`${kind}/${id}`) as Values<K> | undefined);
  const nameOf = (kind: Kind, id: string): string => (valuesOf(kind, id) as { name?: string } | undefined)?.name ?? id;
  const contractOf = (id: string | undefined): SlaContract | null => {
    const record = valuesOf('contract', id);
    return record ? { id: record.id, name: record.name, terms: record.sla ?? {}, record } : null;
  };
  const contracts = new Map<string, SlaContract | null>();
  const academies = snapshot.academies
    .filter((each) => each.trust === trust?.id)
    .map(({ id: row, slug, name, pupils, endedMs }) => {
      const calendar = valuesOf('calendar', valuesOf('academy', slug)?.calendar) as SchoolCalendar | undefined;
      const circuits = snapshot.circuits
        .filter((each) => each.academy === row)
        .flatMap((planned): SlaCircuit[] => {
          const record = valuesOf('circuit', planned.slug);
          // The two readings are of one version but for a moment; what only one of them has is there the next time.
          if (!record) return [];
          const { contract: contractId, provider, site } = record;
          if (contractId !== undefined && !contracts.has(contractId)) contracts.set(contractId, contractOf(contractId));
          return [
            {
              row: planned.id,
              id: planned.slug,
              name: planned.name,
              role: planned.role,
              academy: { id: slug, name, pupils },
              calendar,
              provider: { id: provider, name: nameOf('provider', provider) },
              site: site ?? null,
              contract: contractId === undefined ? null : (contracts.get(contractId) ?? null),
              validity: {
                fromMs: planned.validFromMs ?? -Infinity,
                toMs: Math.min(planned.validToMs ?? Infinity, endedMs ?? Infinity),
              },
              planned,
              record,
            },
          ];
        })
        .sort((a, b) => (a.role === b.role ? byName(a, b) : a.role === 'primary' ? -1 : 1));
      return { id: slug, name, row, pupils, calendar, circuits };
    })
    .sort(byName);
  const circuits = academies.flatMap((each) => each.circuits);
  return {
    version: snapshot.version,
    trust: { id: label, name: trust?.name ?? label },
    academies,
    circuits,
    circuitById: new Map(circuits.map((each) => [each.id, each])),
    circuitByRow: new Map(circuits.map((each) => [each.row, each])),
    academyOfSite: (id) => [valuesOf('site', id)?.academy ?? []].flat(),
  };
}

/** The records may be those that others read already. */
export type EstateSource = Pick<Estate, 'version' | 'snapshot'> & { readonly records: Pick<Records, 'all'> };

/** Reads it again only when its version has changed. Rejects with EstateError. */
export function slaEstates(estate: EstateSource, trust: string): () => Promise<SlaEstate> {
  let known: Promise<SlaEstate> | undefined;
  let version: number | undefined;
  const read = async (): Promise<SlaEstate> => {
    const [snapshot, { records }] = await Promise.all([estate.snapshot(), estate.records.all(trust)]);
    return arrange(trust, snapshot, records);
  };
  return async () => {
    const now = await estate.version();
    if (known && version === now) return known;
    version = now;
    const reading = read();
    known = reading;
    reading.catch(() => {
      if (known === reading) known = undefined;
    });
    return reading;
  };
}
