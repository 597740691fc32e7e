import type { PersonSession } from '@linewatch/contract';
import type { Database } from '../database.ts';
import { PeopleError } from './errors.ts';
import { type SessionLife, type SignedIn, type Visitor, signedIn } from './model.ts';
import { grantsOfA, ms, tokenHash } from './sql.ts';

/** Most sessions of one account: the ones used longest ago end first. */
const maxSessions = 50;
/** Use is noted this often at most. */
const noteUseMs = 60_000;

const account = `json_build_object('id', a.id, 'name', a.name, 'email', a.email, 'local', a.oidc_subject IS NULL,
  'totp', a.totp_sealed IS NOT NULL, 'recoveryCodes', (SELECT count(*) FROM recovery_code c WHERE c.account_id = a.id))`;

export class Sessions {
  readonly #database: Database;
  readonly #clock: () => number;

  constructor(database: Database, clock: () => number) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Of an account that has just shown who it is. Returns the session's number. */
  async open(accountId: number, token: string, visitor: Visitor, life: SessionLife): Promise<number> {
    const nowMs = this.#clock();
    const now = new Date(nowMs);
    const [row] = await this.#database.query<{ id: number }>(
      'opening a session',
      `WITH signed AS (UPDATE account SET last_sign_in_at = $3::timestamptz WHERE id = $1 AND state = 'active' RETURNING id)
       INSERT INTO session (account_id, token_hash, created_at, last_used_at, expires_at, address, user_agent)
       SELECT id, $2::bytea, $3::timestamptz, $3::timestamptz, $4::timestamptz, $5::inet, $6 FROM signed RETURNING id`,
      [
        accountId,
        tokenHash(token),
        now,
        new Date(nowMs + life.mostMs),
        visitor.address,
        visitor.userAgent.slice(0, 300),
      ],
    );
    if (!row) throw new PeopleError('account_disabled', 'This account is disabled.');
    await this.#database.query(
      'ending old sessions',
      `DELETE FROM session WHERE expires_at <= $2 OR last_used_at <= $3 OR id IN (
         SELECT id FROM session WHERE account_id = $1 ORDER BY last_used_at DESC, id DESC OFFSET $4)`,
      [accountId, now, new Date(nowMs - life.idleMs), maxSessions],
    );
    return row.id;
  }

  /** Who they stand for, by token; those that no longer hold are left out. Counts as use. */
  async signedIn(trust: string, tokens: readonly string[], life: SessionLife): Promise<Map<string, SignedIn>> {
    const nowMs = this.#clock();
    const byHash = new Map(tokens.map((token) => [tokenHash(token).toString('hex'), token]));
    const hashes = [...byHash.keys()].map((hex) => Buffer.from(hex, 'hex'));
    const rows = await this.#database.query<SignedIn & { hash: Buffer; usedMs: number }>(
      'looking a session up',
      `SELECT s.token_hash AS hash, 'session' AS kind, s.id, ${account} AS account, ${grantsOfA} AS grants,
         ${ms('s.expires_at')} AS "expiresMs", ${ms('s.last_used_at')} AS "usedMs", NULL AS only, NULL AS academies
       FROM session s JOIN account a ON a.id = s.account_id
       WHERE a.trust = $1 AND s.token_hash = ANY ($2) AND a.state = 'active' AND s.expires_at > $3 AND s.last_used_at > $4`,
      [trust, hashes, new Date(nowMs), new Date(nowMs - life.idleMs)],
    );
    if (rows.some(({ usedMs }) => usedMs <= nowMs - noteUseMs))
      await this.#database.query(
        'noting the use of a session',
        'UPDATE session SET last_used_at = $2 WHERE id = ANY ($1) AND last_used_at < $2',
        [rows.map(({ id }) => id), new Date(nowMs)],
      );
    return new Map(
      rows.map((row) => [
        byHash.get(row.hash.toString('hex'))!,
        signedIn(row, Math.min(row.expiresMs, nowMs + life.idleMs)),
      ]),
    );
  }

  async list(trust: string, accountId: number | null, life: SessionLife): Promise<Omit<PersonSession, 'current'>[]> {
    const nowMs = this.#clock();
    return this.#database.query<Omit<PersonSession, 'current'>>(
      'reading sessions',
      `SELECT s.id, s.account_id AS account, a.name, a.email, ${ms('s.created_at')} AS "createdMs", ${ms('s.last_used_at')} AS "lastUsedMs",
         ${ms('s.expires_at')} AS "expiresMs", coalesce(host(s.address), '') AS address, s.user_agent AS "userAgent"
       FROM session s JOIN account a ON a.id = s.account_id
       WHERE a.trust = $1 AND a.state = 'active' AND ($2::integer IS NULL OR a.id = $2) AND s.expires_at > $3 AND s.last_used_at > $4
       ORDER BY s.last_used_at DESC, s.id DESC LIMIT 5000`,
      [trust, accountId, new Date(nowMs), new Date(nowMs - life.idleMs)],
    );
  }

  /** Any of the trust's, or only the account's own. Returns whose it was. @throws PeopleError `session_unknown` */
  async end(trust: string, id: number, accountId: number | null): Promise<{ account: number; email: string }> {
    const [row] = await this.#database.query<{ account: number; email: string }>(
      'ending a session',
      `DELETE FROM session s USING account a
       WHERE a.id = s.account_id AND a.trust = $1 AND s.id = $2 AND ($3::integer IS NULL OR a.id = $3)
       RETURNING a.id AS account, a.email`,
      [trust, id, accountId],
    );
    if (!row) throw new PeopleError('session_unknown', `There is no session ${id}.`);
    return row;
  }

  async endAll(trust: string, accountId: number): Promise<void> {
    await this.#database.query(
      'ending sessions',
      'DELETE FROM session s USING account a WHERE a.id = s.account_id AND a.trust = $1 AND a.id = $2',
      [trust, accountId],
    );
  }
}
