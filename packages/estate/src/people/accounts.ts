import type { AccessGrant, Account } from '@linewatch/contract';
import { scopedRoles } from '@linewatch/contract';
import type { ClientBase } from 'pg';
import type { Database } from '../database.ts';
import { PeopleError, refusing } from './errors.ts';
import type { Credentials, OidcPerson } from './model.ts';
import { grantsOfA, ms } from './sql.ts';

const timeoutMs = 10_000;
/** Most accounts that one trust may have. */
const maxAccounts = 10_000;

const selectAccounts = `
  SELECT a.id, a.revision, a.email, a.name, a.state, a.oidc_issuer AS issuer, a.totp_sealed IS NOT NULL AS totp,
    CASE WHEN a.oidc_subject IS NOT NULL THEN 'oidc' WHEN a.password_hash IS NOT NULL THEN 'password' ELSE 'invited' END AS "signIn",
    ${grantsOfA} AS grants, ${ms('a.created_at')} AS "createdMs", ${ms('a.last_sign_in_at')} AS "lastSignInMs",
    (SELECT count(*)::integer FROM session s WHERE s.account_id = a.id AND s.expires_at > $2) AS sessions,
    (SELECT count(*)::integer FROM api_token t WHERE t.account_id = a.id AND t.revoked_at IS NULL AND t.expires_at > $2) AS tokens
  FROM account a WHERE a.trust = $1`;

export interface AccountChange {
  readonly revision: number;
  readonly email?: string;
  readonly name?: string;
  readonly state?: 'active' | 'disabled';
  readonly grants?: readonly AccessGrant[];
}

/** One of each role: the whole trust holds more than academies do. */
function merged(grants: readonly AccessGrant[]): Map<AccessGrant['role'], Set<string> | null> {
  const byRole = new Map<AccessGrant['role'], Set<string> | null>();
  for (const { role, academies } of grants) {
    if (academies !== null && !scopedRoles.includes(role))
      throw new PeopleError('role_unscoped', `The role "${role}" is for the whole trust only.`);
    const before = byRole.get(role);
    byRole.set(role, academies === null || before === null ? null : new Set([...(before ?? []), ...academies]));
  }
  return byRole;
}

/** @throws PeopleError `academy_unknown` */
async function setGrants(
  client: ClientBase,
  trust: string,
  account: number,
  grants: readonly AccessGrant[],
): Promise<void> {
  const byRole = merged(grants);
  await client.query('DELETE FROM account_grant WHERE account_id = $1', [account]);
  for (const [role, academies] of byRole) {
    if (academies === null) {
      await client.query('INSERT INTO account_grant (account_id, role) VALUES ($1, $2)', [account, role]);
      continue;
    }
    const ids = await academyIds(client, trust, [...academies]);
    await client.query(
      'INSERT INTO account_grant (account_id, role, academy_id) SELECT $1, $2, id FROM unnest($3::integer[]) AS id',
      [account, role, ids],
    );
  }
}

/** @throws PeopleError `academy_unknown` */
export async function academyIds(client: ClientBase, trust: string, slugs: readonly string[]): Promise<number[]> {
  const { rows } = await client.query<{ id: number; slug: string }>(
    'SELECT y.id, y.slug FROM academy y JOIN trust t ON t.id = y.trust_id WHERE t.slug = $1 AND y.slug = ANY ($2)',
    [trust, slugs],
  );
  const missing = slugs.find((slug) => !rows.some((row) => row.slug === slug));
  if (missing !== undefined) throw new PeopleError('academy_unknown', `There is no academy "${missing}".`);
  return rows.map(({ id }) => id);
}

export class Accounts {
  readonly #database: Database;
  readonly #clock: () => number;

  constructor(database: Database, clock: () => number) {
    this.#database = database;
    this.#clock = clock;
  }

  #now(): Date {
    return new Date(this.#clock());
  }

  async isSetUp(trust: string): Promise<boolean> {
    const [row] = await this.#database.query<{ found: boolean }>(
      'reading accounts',
      'SELECT EXISTS (SELECT FROM account WHERE trust = $1) AS found',
      [trust],
    );
    return row!.found;
  }

  list(trust: string): Promise<Account[]> {
    return this.#database.query<Account>('reading accounts', `${selectAccounts} ORDER BY a.name, a.id`, [
      trust,
      this.#now(),
    ]);
  }

  /** @throws PeopleError `account_unknown` */
  async get(trust: string, id: number): Promise<Account> {
    const [row] = await this.#database.query<Account>('reading an account', `${selectAccounts} AND a.id = $3`, [
      trust,
      this.#now(),
      id,
    ]);
    if (!row) throw new PeopleError('account_unknown', `There is no account ${id}.`);
    return row;
  }

  async credentials(
    trust: string,
    by: { readonly email: string } | { readonly id: number },
  ): Promise<Credentials | undefined> {
    const [column, value] = 'email' in by ? ['email', by.email.toLowerCase()] : ['id', by.id];
    const [row] = await this.#database.query<Credentials>(
      'reading an account',
      `SELECT id, email, name, state = 'active' AS active, password_hash AS "passwordHash", totp_sealed AS "totpSealed",
         totp_pending AS "totpPending"
       FROM account WHERE trust = $1 AND ${column} = $2`,
      [trust, value],
    );
    return row;
  }

  /** Without a password: it is set by a link. @throws PeopleError */
  async create(
    trust: string,
    person: { readonly email: string; readonly name: string; readonly grants: readonly AccessGrant[] },
  ): Promise<Account> {
    const id = await refusing(
      this.#database.write('making an account', timeoutMs, async (client) => {
        const made = await this.#insert(client, trust, person);
        await setGrants(client, trust, made, person.grants);
        return made;
      }),
    );
    return this.get(trust, id);
  }

  async #insert(
    client: ClientBase,
    trust: string,
    person: { email: string; name: string; issuer?: string; subject?: string },
  ): Promise<number> {
    const { rows } = await client.query<{ id: number }>(
      `INSERT INTO account (trust, email, name, created_at, oidc_issuer, oidc_subject)
       SELECT $1::text, lower($2), $3, $4::timestamptz, $5, $6 WHERE (SELECT count(*) FROM account WHERE trust = $1::text) < $7 RETURNING id`,
      [trust, person.email, person.name, this.#now(), person.issuer ?? null, person.subject ?? null, maxAccounts],
    );
    if (!rows[0]) throw new PeopleError('too_many', `A trust has ${maxAccounts} accounts at most.`);
    return rows[0].id;
  }

  /** Disabling ends its sessions and revokes its tokens. @throws PeopleError */
  async change(trust: string, id: number, change: AccountChange): Promise<{ before: Account; after: Account }> {
    const before = await this.get(trust, id);
    await refusing(
      this.#database.write('changing an account', timeoutMs, async (client) => {
        const { rows } = await client.query<{ revision: number; managed: boolean }>(
          'SELECT revision, oidc_subject IS NOT NULL AS managed FROM account WHERE trust = $1 AND id = $2 FOR UPDATE',
          [trust, id],
        );
        if (rows[0]?.revision !== change.revision)
          throw new PeopleError('account_changed', 'Someone has changed this account since. Look at it again.');
        if (rows[0].managed && (change.email ?? change.name ?? change.grants) !== undefined)
          throw new PeopleError('account_managed', 'Its name, address and roles come from the identity provider.');
        await client.query(
          `UPDATE account SET email = coalesce(lower($2), email), name = coalesce($3, name), state = coalesce($4, state),
             revision = revision + 1 WHERE id = $1`,
          [id, change.email ?? null, change.name ?? null, change.state ?? null],
        );
        if (change.grants) await setGrants(client, trust, id, change.grants);
        if (change.state === 'disabled') {
          await client.query('DELETE FROM session WHERE account_id = $1', [id]);
          await client.query('DELETE FROM access_link WHERE account_id = $1', [id]);
          await client.query('UPDATE api_token SET revoked_at = $2 WHERE account_id = $1 AND revoked_at IS NULL', [
            id,
            this.#now(),
          ]);
        }
      }),
    );
    return { before, after: await this.get(trust, id) };
  }

  /**
   * Makes the account of someone whom the identity provider names, or renews it; without grants it is renewed only, and what it
   * had ends. @throws PeopleError
   */
  async fromProvider(trust: string, person: OidcPerson): Promise<{ before: Account | null; after: Account | null }> {
    const find = async (): Promise<Account | undefined> =>
      (
        await this.#database.query<Account>(
          'reading an account',
          `${selectAccounts} AND a.oidc_issuer = $3 AND a.oidc_subject = $4`,
          [trust, this.#now(), person.issuer, person.subject],
        )
      )[0];
    const before = await find();
    if (before?.state === 'disabled') throw new PeopleError('account_disabled', 'This account is disabled.');
    if (!before && person.grants.length === 0) return { before: null, after: null };
    await refusing(
      this.#database.write('renewing an account', timeoutMs, async (client) => {
        await client.query(`SET LOCAL linewatch.renewal = 'on'`);
        if (before) {
          // An address that another account has stays as it was: accounts are never merged by address.
          await client.query(
            `UPDATE account a SET name = $3, email = CASE WHEN EXISTS (SELECT FROM account b WHERE b.trust = $1 AND b.email = lower($4)
               AND b.id <> a.id) THEN email ELSE lower($4) END,
               revision = revision + 1 WHERE id = $2 AND (name <> $3 OR email <> lower($4))`,
            [trust, before.id, person.name, person.email],
          );
          await setGrants(client, trust, before.id, person.grants);
        } else {
          const id = await this.#insert(client, trust, person);
          await setGrants(client, trust, id, person.grants);
        }
      }),
    );
    return { before: before ?? null, after: (await find())! };
  }

  /** @throws PeopleError `account_unknown` */
  async setPassword(trust: string, id: number, passwordHash: string, keepSession: number | null): Promise<void> {
    await refusing(
      this.#database.write('setting a password', timeoutMs, async (client) => {
        await client.query('UPDATE account SET password_hash = $3 WHERE trust = $1 AND id = $2', [
          trust,
          id,
          passwordHash,
        ]);
        await client.query('DELETE FROM session WHERE account_id = $1 AND id IS DISTINCT FROM $2', [id, keepSession]);
        await client.query('DELETE FROM access_link WHERE account_id = $1', [id]);
      }),
    );
  }

  /** Shown to its owner, not asked for yet. */
  async beginTotp(trust: string, id: number, sealed: Buffer): Promise<void> {
    await this.#database.query(
      'setting a second factor',
      'UPDATE account SET totp_pending = $3 WHERE trust = $1 AND id = $2',
      [trust, id, sealed],
    );
  }

  /** What was begun holds from now on; false: another was begun meanwhile. */
  async confirmTotp(
    trust: string,
    id: number,
    sealed: Buffer,
    step: number,
    recoveryHashes: readonly Buffer[],
  ): Promise<boolean> {
    return this.#database.write('setting a second factor', timeoutMs, async (client) => {
      const { rowCount } = await client.query(
        `UPDATE account SET totp_sealed = totp_pending, totp_pending = NULL, totp_step = $4, revision = revision + 1
         WHERE trust = $1 AND id = $2 AND totp_pending = $3`,
        [trust, id, sealed, step],
      );
      if (!rowCount) return false;
      await client.query('DELETE FROM recovery_code WHERE account_id = $1', [id]);
      await client.query('INSERT INTO recovery_code (account_id, code_hash) SELECT $1, unnest($2::bytea[])', [
        id,
        recoveryHashes,
      ]);
      return true;
    });
  }

  async removeTotp(trust: string, id: number): Promise<void> {
    await this.#database.write('removing a second factor', timeoutMs, async (client) => {
      const { rowCount } = await client.query(
        `UPDATE account SET totp_sealed = NULL, totp_pending = NULL, totp_step = NULL, revision = revision + 1
         WHERE trust = $1 AND id = $2`,
        [trust, id],
      );
      if (rowCount) await client.query('DELETE FROM recovery_code WHERE account_id = $1', [id]);
    });
  }

  /** Takes the code of a time step; false: it, or a later one, was taken before. */
  async useStep(id: number, step: number): Promise<boolean> {
    const rows = await this.#database.query(
      'using a code',
      'UPDATE account SET totp_step = $2 WHERE id = $1 AND (totp_step IS NULL OR totp_step < $2) RETURNING id',
      [id, step],
    );
    return rows.length > 0;
  }

  /** Takes a recovery code; false: there is no such code, or no longer. */
  async useRecoveryCode(id: number, codeHash: Buffer): Promise<boolean> {
    const rows = await this.#database.query(
      'using a recovery code',
      'DELETE FROM recovery_code WHERE account_id = $1 AND code_hash = $2 RETURNING account_id',
      [id, codeHash],
    );
    return rows.length > 0;
  }
}
