/**
 * Guessing stays slow: by account (any address) and by address (any account), in the database, so that neither a restart nor a
 * second process forgets. An attempt counts as failed before it is looked at, so that many at once do not slip through.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../database.ts';

/** Of an account: as many go without delay; then half a minute, doubled each time, a quarter of an hour at most. */
const freeFailures = 5;
const delay = `make_interval(secs => least(30 * 2 ^ least(failures - ${freeFailures}, 10), 900))`;
/** An account's failures are forgotten after this long without any. */
const forgotten = `interval '1 day'`;
/** Of an address. */
const addressFailures = 20;
const addressWindow = `interval '15 minutes'`;

const subjectOf = (email: string): string => createHash('sha256').update(email.toLowerCase()).digest('hex');
/** A network of 64 bits is one customer's. */
const network = `CASE family($2::inet) WHEN 4 THEN host($2::inet) ELSE text(network(set_masklen($2::inet, 64))) END`;

export class Attempts {
  readonly #database: Database;
  readonly #clock: () => number;

  constructor(database: Database, clock: () => number) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Returns how long to wait, s; 0 = go ahead, and it counts as failed until it is forgiven. */
  async begin(trust: string, email: string | null, address: string): Promise<number> {
    const now = new Date(this.#clock());
    await this.#database.query(
      'counting a sign-in',
      `DELETE FROM sign_in_attempt WHERE last_at < $1::timestamptz - ${forgotten}`,
      [now],
    );
    const byAddress = await this.#count(
      `(kind, subject) = ('address', ${network})`,
      `'address', ${network}`,
      `since <= $3::timestamptz - ${addressWindow} OR failures < ${addressFailures}`,
      `failures = CASE WHEN since <= $3::timestamptz - ${addressWindow} THEN 1 ELSE failures + 1 END,
       since = CASE WHEN since <= $3::timestamptz - ${addressWindow} THEN $3 ELSE since END`,
      `since + ${addressWindow}`,
      [trust, address, now],
    );
    if (byAddress > 0 || email === null) return byAddress;
    return this.#count(
      `(kind, subject) = ('account', $2)`,
      `'account', $2`,
      // Two at once may be counted in another order than their clocks say.
      `failures < ${freeFailures} OR last_at + ${delay} <= $3`,
      `failures = failures + 1`,
      `last_at + ${delay}`,
      [trust, subjectOf(email), now],
    );
  }

  async #count(
    where: string,
    key: string,
    free: string,
    counted: string,
    until: string,
    values: readonly unknown[],
  ): Promise<number> {
    await this.#database.query(
      'counting a sign-in',
      `INSERT INTO sign_in_attempt (trust, kind, subject, failures, since, last_at) VALUES ($1, ${key}, 0, $3, $3) ON CONFLICT DO NOTHING`,
      values,
    );
    // Whoever waits for the row sees what the one before it wrote: two at once count twice.
    const admitted = await this.#database.query(
      'counting a sign-in',
      `UPDATE sign_in_attempt SET ${counted}, last_at = $3 WHERE trust = $1 AND ${where} AND (${free}) RETURNING 1`,
      values,
    );
    if (admitted.length > 0) return 0;
    const [row] = await this.#database.query<{ wait: number }>(
      'counting a sign-in',
      `SELECT extract(epoch FROM ${until} - $3::timestamptz)::float8 AS wait FROM sign_in_attempt WHERE trust = $1 AND ${where}`,
      values,
    );
    return Math.max(1, Math.ceil(row?.wait ?? 1));
  }

  /** It did not fail. `known`: it was the account's owner beyond doubt, so what failed before no longer counts. */
  async forgive(trust: string, email: string | null, address: string, known: boolean): Promise<void> {
    await this.#database.query(
      'counting a sign-in',
      `UPDATE sign_in_attempt SET failures = greatest(failures - 1, 0) WHERE trust = $1 AND (kind, subject) = ('address', ${network})`,
      [trust, address],
    );
    if (email === null) return;
    await this.#database.query(
      'counting a sign-in',
      `UPDATE sign_in_attempt SET failures = ${known ? '0' : 'greatest(failures - 1, 0)'}
       WHERE trust = $1 AND (kind, subject) = ('account', $2)`,
      [trust, subjectOf(email)],
    );
  }
}
