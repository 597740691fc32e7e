import type { Database } from '../database.ts';
import { PeopleError, refusing } from './errors.ts';
import type { LinkPurpose } from './model.ts';
import { ms, tokenHash } from './sql.ts';

const timeoutMs = 10_000;
const invalid = (): PeopleError =>
  new PeopleError('link_invalid', 'This link has been used or has expired. Ask for a new one.');

export interface Link {
  readonly purpose: LinkPurpose;
  readonly account: number | null;
  readonly name: string;
  readonly email: string;
  readonly expiresMs: number;
}

export class Links {
  readonly #database: Database;
  readonly #clock: () => number;

  constructor(database: Database, clock: () => number) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Replaces the one before, of the account or of the set-up. Returns when it expires, Unix ms. */
  async create(
    trust: string,
    token: string,
    link: {
      readonly purpose: LinkPurpose;
      readonly account: number | null;
      readonly lifeMs: number;
      readonly endsTotp?: boolean;
    },
  ): Promise<number> {
    const nowMs = this.#clock();
    const expiresMs = nowMs + link.lifeMs;
    await this.#database.query(
      'making a link',
      `INSERT INTO access_link (trust, account_id, purpose, token_hash, ends_totp, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (trust, account_id) DO UPDATE SET purpose = EXCLUDED.purpose, token_hash = EXCLUDED.token_hash,
         ends_totp = EXCLUDED.ends_totp, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at`,
      [
        trust,
        link.account,
        link.purpose,
        tokenHash(token),
        link.endsTotp ?? false,
        new Date(nowMs),
        new Date(expiresMs),
      ],
    );
    return expiresMs;
  }

  /** @throws PeopleError `link_invalid` */
  async find(trust: string, token: string): Promise<Link> {
    const [row] = await this.#database.query<Link>(
      'reading a link',
      `SELECT l.purpose, l.account_id AS account, coalesce(a.name, '') AS name, coalesce(a.email, '') AS email,
         ${ms('l.expires_at')} AS "expiresMs"
       FROM access_link l LEFT JOIN account a ON a.id = l.account_id
       WHERE l.trust = $1 AND l.token_hash = $2 AND l.expires_at > $3 AND a.state IS DISTINCT FROM 'disabled'`,
      [trust, tokenHash(token), new Date(this.#clock())],
    );
    if (!row) throw invalid();
    return row;
  }

  /** The first administrator. Of several at once, one passes. @throws PeopleError `link_invalid`, `set_up_already` */
  async setUp(
    trust: string,
    token: string,
    person: { readonly name: string; readonly email: string; readonly passwordHash: string },
  ): Promise<number> {
    return refusing(
      this.#database.write('setting up', timeoutMs, async (client) => {
        const now = new Date(this.#clock());
        const link = await client.query(
          `DELETE FROM access_link WHERE trust = $1 AND token_hash = $2 AND purpose = 'setup' AND expires_at > $3`,
          [trust, tokenHash(token), now],
        );
        if (!link.rowCount) throw invalid();
        const { rows } = await client.query<{ id: number }>(
          `INSERT INTO account (trust, email, name, password_hash, created_at)
           SELECT $1::text, lower($2), $3, $4, $5::timestamptz WHERE NOT EXISTS (SELECT FROM account WHERE trust = $1::text) RETURNING id`,
          [trust, person.email, person.name, person.passwordHash, now],
        );
        if (!rows[0]) throw new PeopleError('set_up_already', 'There is an account already. Sign in.');
        await client.query(`INSERT INTO account_grant (account_id, role) VALUES ($1, 'admin')`, [rows[0].id]);
        return rows[0].id;
      }),
    );
  }

  /** Ends all sessions of the account. Returns the account. @throws PeopleError `link_invalid` */
  async setPassword(trust: string, token: string, passwordHash: string): Promise<number> {
    return refusing(
      this.#database.write('setting a password', timeoutMs, async (client) => {
        const { rows } = await client.query<{ id: number; endsTotp: boolean }>(
          `DELETE FROM access_link l USING account a
           WHERE a.id = l.account_id AND l.trust = $1 AND l.token_hash = $2 AND l.expires_at > $3 AND a.state = 'active'
             AND a.oidc_subject IS NULL
           RETURNING a.id, l.ends_totp AS "endsTotp"`,
          [trust, tokenHash(token), new Date(this.#clock())],
        );
        const link = rows[0];
        if (!link) throw invalid();
        await client.query('UPDATE account SET password_hash = $2, revision = revision + 1 WHERE id = $1', [
          link.id,
          passwordHash,
        ]);
        if (link.endsTotp) {
          await client.query(
            'UPDATE account SET totp_sealed = NULL, totp_pending = NULL, totp_step = NULL WHERE id = $1',
            [link.id],
          );
          await client.query('DELETE FROM recovery_code WHERE account_id = $1', [link.id]);
        }
        await client.query('DELETE FROM session WHERE account_id = $1', [link.id]);
        return link.id;
      }),
    );
  }
}
