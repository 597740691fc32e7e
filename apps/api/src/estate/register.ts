/** All records of the estate at one version, arranged by who may see them. */
import { type EstateRecord, type Kind, kinds } from '@linewatch/contract';
import { formatAddress, parseAddress } from '@linewatch/record';
import type { Scope } from '../access/principal.ts';
import { type Values, isKind, isObject, references, sensitiveFields, textIn, valueAt, withValue } from './fields.ts';
import { type Sight, covers, scopeKey } from './sight.ts';

/** Kinds of the trust that whoever sees a record that refers to them sees, too. */
const shared: ReadonlySet<Kind> = new Set<Kind>(['cluster', 'calendar', 'profile', 'provider', 'contract']);
/** Most scopes that are worked out at once for one version. */
const maxScopes = 200;
/** What stands in place of a secret. */
const secretText = '***';

export const keyOf = (kind: string, id: string): string => `${kind}/${id}`;

export const belongsToTrust = (kind: Kind): boolean => !('academyField' in kinds[kind]);

/** Where an exporter is: the same device in every record, however its address is written. */
export function deviceOf(values: unknown, field: 'address' | 'exporter'): string | undefined {
  const text = textIn(values, field);
  if (text === undefined) return undefined;
  let address = text;
  try {
    address = formatAddress(parseAddress(text));
  } catch {
    // Not an address: it is refused where it is written.
  }
  return `${textIn(values, 'collector') ?? 'main'}/${address}`;
}

/** What people call a record, as far as it is there. */
export const nameOf = ({ id, values }: Pick<EstateRecord, 'id' | 'values'>): string => textIn(values, 'name') ?? id;

export class Register {
  readonly version: number;
  readonly records: readonly EstateRecord[];
  readonly #byKey: ReadonlyMap<string, EstateRecord>;
  /** Academies of the circuits on each device, at any time. */
  readonly #devices = new Map<string, Set<string>>();
  readonly #seen = new Map<string, ReadonlySet<string>>();

  constructor(version: number, records: readonly EstateRecord[]) {
    this.version = version;
    this.records = records;
    this.#byKey = new Map(records.map((record) => [keyOf(record.kind, record.id), record]));
    for (const { kind, values } of records) {
      const device = kind === 'circuit' ? deviceOf(values, 'exporter') : undefined;
      if (device === undefined) continue;
      const academies = this.#devices.get(device) ?? new Set();
      this.#devices.set(device, academies.add(textIn(values, 'academy') ?? ''));
    }
  }

  get(kind: Kind, id: string): EstateRecord | undefined {
    return this.#byKey.get(keyOf(kind, id));
  }

  /** Academies whose circuits are, or were, on a device. */
  onDevice(device: string): readonly string[] {
    return [...(this.#devices.get(device) ?? [])];
  }

  /** To which academies a record with these values belongs; none: to the trust. */
  academiesOf(kind: Kind, id: string, values: unknown): readonly string[] {
    if (kind === 'academy') return [id];
    if (belongsToTrust(kind)) return [];
    const own = textIn(values, 'academy');
    if (own !== undefined) return [own];
    if (kind === 'contact') {
      const site = this.get('site', textIn(values, 'site') ?? '');
      const academy = site && textIn(site.values, 'academy');
      return academy === undefined ? [] : [academy];
    }
    const device = kind === 'exporter' ? deviceOf(values, 'address') : undefined;
    return device === undefined ? [] : this.onDevice(device);
  }

  sees(scope: Scope, { kind, id, values }: Pick<EstateRecord, 'kind' | 'id' | 'values'>): boolean {
    if (scope === 'all') return true;
    const academies = this.academiesOf(kind, id, values);
    return academies.length > 0 ? covers(scope, academies) : this.#seenBy(scope).has(keyOf(kind, id));
  }

  /** What may be seen, in the order of the register. */
  visible({ estate }: Sight, kind?: Kind): EstateRecord[] {
    return this.records.filter((each) => (kind === undefined || each.kind === kind) && this.sees(estate, each));
  }

  /** A record without what may not be seen of it. */
  redact<T extends Pick<EstateRecord, 'kind' | 'id' | 'values' | 'hidden'>>(record: T, sight: Sight): T {
    const hidden: string[] = [];
    let values = record.values;
    for (const { path, sensitive } of sensitiveFields[record.kind]) {
      if (valueAt(values, path) === undefined || !isObject(values)) continue;
      if (sensitive !== 'secrets' && this.sees(sight[sensitive], record)) continue;
      hidden.push(path.join('.'));
      values = withValue(values, path, sensitive === 'secrets' ? secretText : undefined);
    }
    return hidden.length === 0 ? record : { ...record, values, hidden };
  }

  /** Ids of the trust's own records that the academies' records refer to. */
  #seenBy(scope: ReadonlySet<string>): ReadonlySet<string> {
    const key = scopeKey(scope);
    const known = this.#seen.get(key);
    if (known) return known;
    const seen = new Set<string>();
    const follow = (kind: Kind, values: Values): void => {
      for (const reference of references[kind]) {
        const id = textIn(values, reference.field);
        if (id === undefined || !shared.has(reference.kind)) continue;
        const target = keyOf(reference.kind, id);
        if (seen.has(target)) continue;
        seen.add(target);
        const record = this.#byKey.get(target);
        if (record && isObject(record.values)) follow(record.kind, record.values);
      }
    };
    for (const { kind, id, values } of this.records)
      if (isKind(kind) && isObject(values) && covers(scope, this.academiesOf(kind, id, values))) follow(kind, values);
    // People at a supplier that is seen.
    for (const { kind, id, values } of this.records) {
      const provider = kind === 'contact' && this.academiesOf(kind, id, values).length === 0;
      if (provider && seen.has(keyOf('provider', textIn(values, 'provider') ?? ''))) seen.add(keyOf(kind, id));
    }
    const [oldest] = this.#seen.keys();
    if (this.#seen.size >= maxScopes) this.#seen.delete(oldest!);
    this.#seen.set(key, seen);
    return seen;
  }
}
