/** Which changes someone may make. What is never allowed to them is refused as a whole; what they cannot see is not there. */
import { type Change, type ChangeProblem, type Kind, type Permission, kinds } from '@linewatch/contract';
import type { Principal, Scope } from '../access/principal.ts';
import { ApiError } from '../problems.ts';
import { type Values, isObject, references, sensitiveFields, textIn } from './fields.ts';
import { type Register, belongsToTrust, deviceOf, keyOf } from './register.ts';
import { covers } from './sight.ts';

export interface Allowed {
  /** To be made; each says which revision it is about, where the asker's scope depends on it. */
  readonly changes: readonly Change[];
  /** With any, nothing is to be made. */
  readonly problems: readonly ChangeProblem[];
}

const sensitivities = { prices: 'prices.read', contacts: 'contacts.read' } as const satisfies Record<
  string,
  Permission
>;

/** @throws ApiError `forbidden`, with which change and why */
export function checkChanges(changes: readonly Change[], principal: Principal, register: Register): Allowed {
  const guard = new Guard(principal, register);
  const checked = changes.map((change, index) => guard.check(change, index));
  return { changes: checked, problems: guard.problems };
}

class Guard {
  readonly problems: ChangeProblem[] = [];
  readonly #principal: Principal;
  readonly #register: Register;
  readonly #write: Scope;
  readonly #read: Scope;
  /** Records as the changes before leave them. */
  readonly #made = new Map<string, Values>();

  constructor(principal: Principal, register: Register) {
    this.#principal = principal;
    this.#register = register;
    this.#write = principal.scope('estate.write');
    this.#read = principal.scope('estate.read');
  }

  check(change: Change, index: number): Change {
    const { kind, id, op } = change;
    const forbid = (why: string): never => {
      throw new ApiError('forbidden', `Change ${index + 1}, ${kinds[kind].one} "${id}": ${why}`);
    };
    const patch = change.values ?? {};
    if (belongsToTrust(kind) && this.#write !== 'all')
      return forbid(`${kinds[kind].many} belong to the trust, and this is allowed to you for single academies only.`);
    const key = keyOf(kind, id);
    const stored = this.#register.get(kind, id);
    const before = this.#made.get(key) ?? (stored && isObject(stored.values) ? stored.values : undefined);
    if (this.#write !== 'all' && op !== 'create') {
      const known = before && (this.#made.has(key) || this.#isKnown(kind, id, before));
      if (!known) {
        this.#report(change, index, '', 'missing', `There is no ${kinds[kind].one} "${id}".`);
        return change;
      }
    }
    const after = op === 'create' ? patch : merged(before ?? {}, patch);
    const concerned = op === 'create' ? [after] : [before ?? {}, after];
    for (const values of concerned) this.#checkAcademies(kind, id, values, forbid);
    this.#checkFields(kind, id, patch, concerned, forbid);
    if (this.#read !== 'all') this.#checkReferences(change, index, before);
    if (this.#write !== 'all') this.#checkDevice(kind, patch, after, forbid);
    this.#made.set(key, after);
    // Between this check and the change the record may come to belong to another academy.
    const pinned = this.#write !== 'all' && op !== 'create' && change.revision === undefined && stored;
    return pinned ? { ...change, revision: stored.revision } : change;
  }

  #isKnown(kind: Kind, id: string, values: Values): boolean {
    const record = { kind, id, values };
    return this.#register.sees(this.#read, record) || this.#register.sees(this.#write, record);
  }

  #checkAcademies(kind: Kind, id: string, values: Values, forbid: (why: string) => never): void {
    if (this.#write === 'all') return;
    const academies = this.#register.academiesOf(kind, id, values);
    if (academies.length === 0)
      forbid('what belongs to no academy is of the trust, and this is allowed to you for single academies only.');
    const outside = academies.find((academy) => !covers(this.#write, [academy]));
    if (outside !== undefined) forbid(`the academy is not one for which you may change the estate.`);
  }

  /** What cannot be seen cannot be written over. Secrets are written and never seen. */
  #checkFields(
    kind: Kind,
    id: string,
    patch: Values,
    concerned: readonly Values[],
    forbid: (why: string) => never,
  ): void {
    for (const { path, sensitive } of sensitiveFields[kind]) {
      const [field] = path;
      if (sensitive === 'secrets' || field === undefined || !Object.hasOwn(patch, field)) continue;
      const scope = this.#principal.scope(sensitivities[sensitive]);
      if (scope === 'all') continue;
      const seen = concerned.every((values) => {
        const academies = this.#register.academiesOf(kind, id, values);
        return academies.length > 0 ? covers(scope, academies) : this.#register.sees(scope, { kind, id, values });
      });
      if (!seen) forbid(`the field "${field}" takes the permission "${sensitivities[sensitive]}".`);
    }
  }

  /** A reference would make visible what it points to. */
  #checkReferences(change: Change, index: number, before: Values | undefined): void {
    for (const { field, kind } of references[change.kind]) {
      const id = textIn(change.values, field);
      if (id === undefined || id === textIn(before, field)) continue;
      const target = this.#register.get(kind, id);
      const visible = this.#made.has(keyOf(kind, id)) || (target && this.#isKnown(kind, id, target.values as Values));
      if (!visible) this.#report(change, index, field, 'unknown', `There is no ${kinds[kind].one} "${id}".`);
    }
  }

  /** Whose exporter a circuit is put on, its telemetry is seen. */
  #checkDevice(kind: Kind, patch: Values, after: Values, forbid: (why: string) => never): void {
    if (kind !== 'circuit' && kind !== 'exporter') return;
    const field = kind === 'circuit' ? 'exporter' : 'address';
    if (!Object.hasOwn(patch, field) && !Object.hasOwn(patch, 'collector')) return;
    const device = deviceOf(after, field);
    if (device === undefined) return;
    const record = this.#register.records.find(
      (each) => each.kind === 'exporter' && deviceOf(each.values, 'address') === device,
    );
    const owners = this.#register.onDevice(device).map((academy) => [academy]);
    if (record && textIn(record.values, 'academy') !== undefined)
      owners.push([...this.#register.academiesOf('exporter', record.id, record.values)]);
    if (owners.some((academies) => !covers(this.#write, academies)) || (record && owners.length === 0))
      forbid('the exporter is not one of your academies alone.');
  }

  #report(change: Change, index: number, path: string, code: ChangeProblem['code'], message: string): void {
    this.problems.push({ index, kind: change.kind, id: change.id, path, code, message });
  }
}

/** As far as it matters here: fields of the record itself. */
function merged(before: Values, patch: Values): Values {
  return Object.fromEntries(Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null));
}

const generic: Partial<Record<ChangeProblem['code'], string>> = {
  unknown: 'There is no such record.',
  exists: 'It is taken already.',
  'in-use': 'Other records refer to it.',
  overlap: 'It overlaps with another record.',
};

/** Problems as the asker may read them: without records that they cannot see, and without their names. */
export function redactProblems(
  problems: readonly ChangeProblem[],
  changes: readonly Change[],
  register: Register,
  sight: Parameters<Register['redact']>[1],
): ChangeProblem[] {
  const unseen =
    sight.estate === 'all' ? [] : register.records.filter((record) => !register.sees(sight.estate, record));
  return problems.map(({ current, ...problem }) => {
    let { message } = problem;
    if (sight.estate !== 'all') {
      const own = JSON.stringify(changes[problem.index] ?? '');
      const tells = ({ id, values }: (typeof unseen)[number]): boolean =>
        [id, textIn(values, 'name')].some(
          (text) => text !== undefined && message.includes(text) && !own.includes(text),
        );
      message = generic[problem.code] ?? (unseen.some(tells) ? 'It does not go with another record.' : message);
    }
    const shown = current && register.sees(sight.estate, current) ? register.redact(current, sight) : undefined;
    return { ...problem, message, ...(shown && { current: shown }) };
  });
}
