import type { ApiToken, Permission } from '@linewatch/contract';
import type { Database } from '../database.ts';
import { academyIds } from './accounts.ts';
import { PeopleError, refusing } from './errors.ts';
import { type SignedIn, signedIn } from './model.ts';
import { grantsOfA, ms, tokenHash } from './sql.ts';

const timeoutMs = 10_000;
/** Most tokens of one account that hold, and how many of the others are shown. */
const maxTokens = 50;
const noteUseMs = 60_000;

const academiesOfT = `(SELECT array_agg(y.slug::text ORDER BY y.slug) FROM academy y WHERE y.id = ANY (t.academy_ids))`;
const academies = `CASE WHEN t.academy_ids IS NULL THEN NULL ELSE coalesce(${academiesOfT}, '{}') END`;

/** `$2` is the time. */
const selectTokens = `
  SELECT t.id, t.account_id AS account, a.name AS "accountName", t.name, t.permissions, ${academies} AS academies,
    ${ms('t.created_at')} AS "createdMs", ${ms('t.expires_at')} AS "expiresMs", ${ms('t.last_used_at')} AS "lastUsedMs",
    ${ms('t.revoked_at')} AS "revokedMs",
    CASE WHEN t.revoked_at IS NOT NULL THEN 'revoked' WHEN t.expires_at <= $2 THEN 'expired' ELSE 'active' END AS state
  FROM api_token t JOIN account a ON a.id = t.account_id WHERE a.trust = $1`;

export interface TokenToMake {
  readonly name: string;
  readonly permissions: readonly Permission[];
  readonly academies: readonly string[] | null;
  readonly lifeMs: number;
}

export class Tokens {
  readonly #database: Database;
  readonly #clock: () => number;

  constructor(database: Database, clock: () => number) {
    this.#database = database;
    this.#clock = clock;
  }

  list(trust: string, accountId: number | null): Promise<ApiToken[]> {
    return this.#database.query<ApiToken>(
      'reading tokens',
      `${selectTokens} AND ($3::integer IS NULL OR a.id = $3) ORDER BY t.revoked_at IS NOT NULL, t.name, t.id LIMIT 5000`,
      [trust, new Date(this.#clock()), accountId],
    );
  }

  /** @throws PeopleError */
  async create(trust: string, accountId: number, secret: string, token: TokenToMake): Promise<ApiToken> {
    const nowMs = this.#clock();
    const id = await refusing(
      this.#database.write('making a token', timeoutMs, async (client) => {
        await client.query('SELECT FROM account WHERE id = $1 FOR UPDATE', [accountId]);
        const { rows } = await client.query<{ id: number }>(
          `INSERT INTO api_token (account_id, name, token_hash, permissions, academy_ids, created_at, expires_at)
           SELECT $1::integer, $2, $3::bytea, $4::text[], $5::integer[], $6::timestamptz, $7::timestamptz
           WHERE (SELECT count(*) FROM api_token WHERE account_id = $1::integer AND revoked_at IS NULL AND expires_at > $6::timestamptz) < $8 RETURNING id`,
          [
            accountId,
            token.name,
            tokenHash(secret),
            token.permissions,
            token.academies && (await academyIds(client, trust, token.academies)),
            new Date(nowMs),
            new Date(nowMs + token.lifeMs),
            maxTokens,
          ],
        );
        if (!rows[0])
          throw new PeopleError('too_many', `An account has ${maxTokens} tokens at most. Revoke one first.`);
        return rows[0].id;
      }),
    );
    const [made] = await this.#database.query<ApiToken>('reading a token', `${selectTokens} AND t.id = $3`, [
      trust,
      new Date(nowMs),
      id,
    ]);
    return made!;
  }

  /** Any of the trust's, or only the account's own. @throws PeopleError `token_unknown` */
  async revoke(trust: string, id: number, accountId: number | null): Promise<{ name: string; email: string }> {
    const [row] = await this.#database.query<{ name: string; email: string }>(
      'revoking a token',
      `UPDATE api_token t SET revoked_at = $4 FROM account a
       WHERE a.id = t.account_id AND a.trust = $1 AND t.id = $2 AND ($3::integer IS NULL OR a.id = $3) AND t.revoked_at IS NULL
       RETURNING t.name, a.email`,
      [trust, id, accountId, new Date(this.#clock())],
    );
    if (!row) throw new PeopleError('token_unknown', `There is no token ${id} that holds.`);
    return row;
  }

  /** Who they stand for, by token; those that do not hold are left out. Counts as use. */
  async signedIn(trust: string, secrets: readonly string[]): Promise<Map<string, SignedIn>> {
    const nowMs = this.#clock();
    const byHash = new Map(secrets.map((secret) => [tokenHash(secret).toString('hex'), secret]));
    const rows = await this.#database.query<SignedIn & { hash: Buffer; usedMs: number | null }>(
      'looking a token up',
      `SELECT t.token_hash AS hash, 'token' AS kind, t.id, ${grantsOfA} AS grants, ${ms('t.expires_at')} AS "expiresMs",
         ${ms('t.last_used_at')} AS "usedMs", t.permissions AS only, ${academies} AS academies,
         json_build_object('id', a.id, 'name', a.name, 'email', a.email, 'local', a.oidc_subject IS NULL,
           'totp', a.totp_sealed IS NOT NULL, 'recoveryCodes', 0) AS account
       FROM api_token t JOIN account a ON a.id = t.account_id
       WHERE a.trust = $1 AND t.token_hash = ANY ($2) AND a.state = 'active' AND t.revoked_at IS NULL AND t.expires_at > $3`,
      [trust, [...byHash.keys()].map((hex) => Buffer.from(hex, 'hex')), new Date(nowMs)],
    );
    if (rows.some(({ usedMs }) => (usedMs ?? 0) <= nowMs - noteUseMs))
      await this.#database.query(
        'noting the use of a token',
        'UPDATE api_token SET last_used_at = $2 WHERE id = ANY ($1)',
        [rows.map(({ id }) => id), new Date(nowMs)],
      );
    return new Map(rows.map((row) => [byHash.get(row.hash.toString('hex'))!, signedIn(row, row.expiresMs)]));
  }
}
