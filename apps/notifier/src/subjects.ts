/** What the estate says of what alerts are about: whom to ring, what to quote, who is on site. As of one reading. */
import type { EstateRecord, Kind, Values } from '@linewatch/contract';
import type { Academy, Circuit, Provider, Snapshot } from '@linewatch/estate';
import { type SlaEstate, slaEstates } from '@linewatch/figures';

export type Contact = Values<'contact'>;

export interface CircuitSubject {
  readonly planned: Circuit;
  readonly record: Values<'circuit'> | undefined;
  readonly academy: AcademySubject | undefined;
  readonly provider: ProviderSubject | undefined;
  /** The site that it names, else the only one of its academy. */
  readonly site: Values<'site'> | undefined;
}

export interface AcademySubject {
  readonly planned: Academy;
  readonly record: Values<'academy'> | undefined;
}

export interface ProviderSubject {
  readonly planned: Provider;
  readonly record: Values<'provider'> | undefined;
}

/** Who opens the door comes before who knows of it. */
const duties: readonly NonNullable<Contact['duty']>[] = ['site', 'estates', 'it-lead', 'head', 'other'];

/** Records of one trust, by kind and id; the contacts that go on. */
class TrustRecords {
  readonly #byKey: ReadonlyMap<string, EstateRecord['values']>;
  readonly contacts: readonly Contact[];
  readonly sites: ReadonlyMap<string, readonly Values<'site'>[]>;
  readonly records: readonly EstateRecord[];

  constructor(records: readonly EstateRecord[]) {
    this.records = records;
    this.#byKey = new Map(records.map(({ kind, id, values }) => [`${kind}/${id}`, values]));
    const going = records.filter(({ ended }) => ended === null);
    this.contacts = going.filter(({ kind }) => kind === 'contact').map(({ values }) => values as Contact);
    const sites = going.filter(({ kind }) => kind === 'site').map(({ values }) => values as Values<'site'>);
    this.sites = Map.groupBy(sites, ({ academy }) => academy);
  }

  get<K extends Kind>(kind: K, id: string | null | undefined): Values<K> | undefined {
    return id === null || id === undefined ? undefined : (this.#byKey.get(`${kind}/${id}`) as Values<K> | undefined);
  }
}

export interface SubjectSource {
  readonly snapshot: Snapshot;
  /** By the trust's label: all kinds, those that ended too. */
  readonly records: ReadonlyMap<string, readonly EstateRecord[]>;
}

export class Subjects {
  readonly snapshot: Snapshot;
  readonly #labels: ReadonlyMap<number, { readonly id: string; readonly name: string }>;
  readonly #records: ReadonlyMap<number, TrustRecords>;
  readonly #circuits: ReadonlyMap<number, Circuit>;
  readonly #academies: ReadonlyMap<number, Academy>;
  readonly #providers: ReadonlyMap<number, Provider>;
  readonly #estates = new Map<string, () => Promise<SlaEstate>>();

  constructor({ snapshot, records }: SubjectSource) {
    this.snapshot = snapshot;
    this.#labels = new Map(snapshot.trusts.map(({ id, label, name }) => [id, { id: label, name }]));
    this.#records = new Map(snapshot.trusts.map(({ id, label }) => [id, new TrustRecords(records.get(label) ?? [])]));
    this.#circuits = new Map(snapshot.circuits.map((each) => [each.id, each]));
    this.#academies = new Map(snapshot.academies.map((each) => [each.id, each]));
    this.#providers = new Map(snapshot.providers.map((each) => [each.id, each]));
  }

  /** All kinds, those that ended too. */
  records(trust: number): readonly EstateRecord[] {
    return this.#records.get(trust)?.records ?? [];
  }

  /** As people see it. */
  trust(row: number): { readonly id: string; readonly name: string } | undefined {
    return this.#labels.get(row);
  }

  record<K extends Kind>(trust: number, kind: K, id: string | null | undefined): Values<K> | undefined {
    return this.#records.get(trust)?.get(kind, id);
  }

  academy(row: number | null): AcademySubject | undefined {
    const planned = row === null ? undefined : this.#academies.get(row);
    return planned && { planned, record: this.record(planned.trust, 'academy', planned.slug) };
  }

  provider(row: number | null): ProviderSubject | undefined {
    const planned = row === null ? undefined : this.#providers.get(row);
    return planned && { planned, record: this.record(planned.trust, 'provider', planned.slug) };
  }

  circuit(row: number | null): CircuitSubject | undefined {
    const planned = row === null ? undefined : this.#circuits.get(row);
    if (!planned) return undefined;
    const record = this.record(planned.trust, 'circuit', planned.slug);
    const academy = this.academy(planned.academy);
    const site = this.record(planned.trust, 'site', record?.site) ?? this.site(academy);
    return { planned, record, academy, provider: this.provider(planned.providerRow), site };
  }

  /** The only one of an academy. */
  site(academy: AcademySubject | undefined): Values<'site'> | undefined {
    if (!academy) return undefined;
    const sites = this.#records.get(academy.planned.trust)?.sites.get(academy.planned.slug) ?? [];
    return sites.length === 1 ? sites[0] : undefined;
  }

  /** Who can be reached there: of the site before the academy, by duty. */
  contact(academy: AcademySubject | undefined, site: Values<'site'> | undefined): Contact | undefined {
    if (!academy) return undefined;
    const { trust, slug } = academy.planned;
    const rank = ({ duty = 'other', site: at, phone, email }: Contact): number =>
      (at !== undefined && at === site?.id ? 0 : 100) +
      duties.indexOf(duty) * 2 +
      (phone === undefined && email === undefined ? 50 : 0);
    return (this.#records.get(trust)?.contacts ?? [])
      .filter(
        ({ duty = 'other', academy: of, site: at, provider }) =>
          duties.includes(duty) &&
          provider === undefined &&
          (at === undefined ? of === slug : at === site?.id || (site === undefined && of === slug)),
      )
      .sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? -1 : 1))[0];
  }

  /** Addresses of an academy's safeguarding leads. */
  safeguardingLeads(trust: number, academy: string): readonly string[] {
    const all = (this.#records.get(trust)?.contacts ?? []).filter(
      (each) => each.duty === 'safeguarding-lead' && each.academy === academy && each.email !== undefined,
    );
    return [...new Set(all.map(({ email }) => email!))].slice(0, 10);
  }

  /** A trust as its figures need it. */
  async figures(row: number): Promise<SlaEstate | undefined> {
    const label = this.trust(row)?.id;
    if (label === undefined) return undefined;
    let known = this.#estates.get(label);
    if (!known) {
      const { version } = this.snapshot;
      const records = this.#records.get(row)?.records ?? [];
      known = slaEstates(
        {
          version: () => Promise.resolve(version),
          snapshot: () => Promise.resolve(this.snapshot),
          records: { all: () => Promise.resolve({ version, records }) },
        },
        label,
      );
      this.#estates.set(label, known);
    }
    return known();
  }
}
