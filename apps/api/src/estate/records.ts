/** The estate's records, each asker's view of them, and their changes. */
import {
  type AuditEntry,
  type Batch,
  type Change,
  type ChangeBody,
  type ChangeResult,
  type EstatePlan,
  type EstateRecord,
  type Kind,
  type SearchResult,
  kinds,
} from '@linewatch/contract';
import { type Applied, type AuditFilter, EstateError, type EstateErrorCode } from '@linewatch/estate';
import { londonDay, planEnd, planItems } from '@linewatch/figures';
import type { Principal } from '../access/principal.ts';
import { ShortCache } from '../cache.ts';
import type { EstateReader } from '../ports.ts';
import { ApiError } from '../problems.ts';
import { redactEntries, withoutAddresses } from './audit.ts';
import { checkChanges, redactProblems } from './guard.ts';
import { Register } from './register.ts';
import { Search } from './search.ts';
import { type Sight, sightOf } from './sight.ts';

/** Answers kept for those who ask again: one version, one sight. */
const maxAnswers = 64;
const answerMs = 60_000;
const maxBatches = 200;

export interface RecordsOptions {
  readonly estate: EstateReader;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly clock: () => number;
}

/** The database is away, or not ready: it is worth asking again. */
const away: readonly EstateErrorCode[] = [
  'unreachable',
  'timeout',
  'exhausted',
  'refused',
  'schema_missing',
  'schema_newer',
  'closed',
];

/** @throws ApiError `estate_unavailable` in place of an EstateError that says so */
export async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof EstateError) || !away.includes(error.code)) throw error;
    throw new ApiError('estate_unavailable', 'The database of the estate does not answer.', {
      cause: error,
      retryAfterS: 5,
    });
  }
}

export class EstateRecords {
  readonly #options: RecordsOptions;
  readonly #lists: ShortCache<string>;
  #register: Register | undefined;
  #search: Search | undefined;
  #reading: { readonly version: number; readonly register: Promise<Register> } | undefined;

  constructor(options: RecordsOptions) {
    this.#options = options;
    this.#lists = new ShortCache(maxAnswers, answerMs, options.clock);
  }

  /** As the estate is now: read again only when its version has changed. @throws ApiError `estate_unavailable` */
  register(): Promise<Register> {
    return asked(this.#current());
  }

  async #current(): Promise<Register> {
    const version = await this.#options.estate.version();
    if (this.#register?.version === version) return this.#register;
    // Several who ask for the same version wait for one reading of it.
    if (this.#reading?.version !== version) this.#reading = { version, register: this.#read() };
    const reading = this.#reading;
    try {
      return await reading.register;
    } finally {
      if (this.#reading === reading) this.#reading = undefined;
    }
  }

  async #read(): Promise<Register> {
    const { version, records } = await this.#options.estate.records.all(this.#options.trust);
    const register = new Register(version, records);
    // One that was asked for before may come after.
    if (!this.#register || this.#register.version <= version) {
      this.#register = register;
      this.#search = undefined;
    }
    return register;
  }

  /** As JSON, made once for all who see the same. */
  async list(principal: Principal, kind: Kind, ended: boolean, toJson: (list: object) => string): Promise<string> {
    const register = await this.register();
    const sight = sightOf(principal);
    return this.#lists.get(`${register.version} ${kind} ${ended} ${sight.key}`, () => {
      const records = register.visible(sight, kind).filter((each) => ended || each.ended === null);
      return Promise.resolve(
        toJson({ version: register.version, records: records.map((each) => register.redact(each, sight)) }),
      );
    });
  }

  /** All that someone may see, without what they may not see of it: for exports and checks. */
  async all(principal: Principal): Promise<{ readonly version: number; readonly records: EstateRecord[] }> {
    const register = await this.register();
    const sight = sightOf(principal);
    return { version: register.version, records: visible(register, sight) };
  }

  /** @throws ApiError `record_unknown`: there is none, or none that the asker may see */
  async get(principal: Principal, kind: Kind, id: string): Promise<EstateRecord> {
    const register = await this.register();
    const sight = sightOf(principal);
    const record = register.get(kind, id);
    if (!record || !register.sees(sight.estate, record)) throw unknown(kind, id);
    return register.redact(record, sight);
  }

  /** @throws ApiError `record_unknown` */
  async history(principal: Principal, kind: Kind, id: string): Promise<AuditEntry[]> {
    const { estate, trust } = this.#options;
    const register = await this.register();
    const sight = sightOf(principal);
    const record = register.get(kind, id);
    const visibleNow = record && register.sees(sight.estate, record);
    // One that was removed has a history still, for those who see everything.
    if (!visibleNow && (record || sight.estate !== 'all')) throw unknown(kind, id);
    const entries = await asked(estate.records.audit(trust, { what: kind, record: id, limit: 1000 }));
    if (!record && entries.length === 0) throw unknown(kind, id);
    const shown = redactEntries(entries, sight.estate, sight, register);
    return principal.mayAll('audit.read') ? shown : withoutAddresses(shown);
  }

  async audit(principal: Principal, filter: AuditFilter): Promise<AuditEntry[]> {
    const { estate, trust } = this.#options;
    const register = await this.register();
    const entries = await asked(estate.records.audit(trust, filter));
    return redactEntries(entries, principal.scope('audit.read'), sightOf(principal), register);
  }

  /** @throws ApiError `forbidden` */
  async change(principal: Principal, { changes, dryRun = false, title }: ChangeBody): Promise<ChangeResult> {
    const { estate, trust } = this.#options;
    const register = await this.register();
    const allowed = checkChanges(changes, principal, register);
    if (allowed.problems.length > 0)
      return {
        applied: false,
        version: register.version,
        batch: null,
        records: [],
        problems: [...allowed.problems],
      };
    const options = { trust, dryRun, ...(title !== undefined && { title }) };
    const applied = await asked(estate.records.apply(principal.actor, allowed.changes, options));
    return this.#result(principal, applied, changes, dryRun);
  }

  async batches(principal: Principal): Promise<Batch[]> {
    this.#wholeTrust(principal);
    return asked(this.#options.estate.records.batches(this.#options.trust, maxBatches));
  }

  /** @throws ApiError `forbidden`, `batch_unknown` */
  async undo(principal: Principal, batch: number, dryRun: boolean): Promise<ChangeResult> {
    const { estate, trust } = this.#options;
    this.#wholeTrust(principal);
    for (const permission of ['prices.read', 'contacts.read'] as const)
      if (!principal.mayAll(permission))
        throw new ApiError(
          'forbidden',
          `What is undone may have changed fields that take the permission "${permission}".`,
        );
    try {
      const applied = await asked(estate.records.undo(principal.actor, batch, { trust, dryRun }));
      return await this.#result(principal, applied, [], dryRun);
    } catch (error) {
      if (!(error instanceof EstateError) || error.code !== 'not_found') throw error;
      throw new ApiError('batch_unknown', `There is no batch ${batch}.`);
    }
  }

  async search(principal: Principal, query: string): Promise<SearchResult[]> {
    const register = await this.register();
    if (register !== this.#register) return new Search(register).find(query, sightOf(principal));
    this.#search ??= new Search(register);
    return this.#search.find(query, sightOf(principal));
  }

  async plan(principal: Principal, months: number): Promise<EstatePlan> {
    const register = await this.register();
    const today = londonDay(this.#options.clock());
    const records = visible(register, sightOf(principal));
    const items = planItems({ records, today, months });
    return { version: register.version, today, until: planEnd(today, months), months, items };
  }

  async #result(
    principal: Principal,
    applied: Applied,
    changes: readonly Change[],
    dryRun: boolean,
  ): Promise<ChangeResult> {
    // What was changed may be seen by who refers to it now.
    const register = await this.register();
    const sight = sightOf(principal);
    const records = applied.records
      .filter((each) => register.sees(sight.estate, each))
      .map((each) => register.redact(each, sight));
    return {
      applied: applied.applied,
      version: applied.version,
      batch: dryRun ? null : applied.batch,
      records,
      problems: redactProblems(applied.problems, changes, register, sight),
    };
  }

  #wholeTrust(principal: Principal): void {
    if (!principal.mayAll('estate.write'))
      throw new ApiError('forbidden', 'What was done to the whole trust at once takes "estate.write" for all of it.');
  }
}

const visible = (register: Register, sight: Sight): EstateRecord[] =>
  register.visible(sight).map((each) => register.redact(each, sight));

const unknown = (kind: Kind, id: string): ApiError =>
  new ApiError('record_unknown', `The estate has no ${kinds[kind].one} "${id}".`.replace(/ no an? /, ' no '));
