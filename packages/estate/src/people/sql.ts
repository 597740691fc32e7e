/** Parts that several statements share. `$1` is the trust's label, `$2` the time, wherever they name them. */
import { createHash } from 'node:crypto';

/** 256 random bits need no slow hash: there is nothing to guess. */
export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

export const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

/** Grants of the account `a`, one for each role, as AccessGrant. */
export const grantsOfA = `(
  SELECT coalesce(json_agg(json_build_object('role', r.role, 'academies', r.academies) ORDER BY r.role), '[]')
  FROM (
    SELECT g.role, CASE WHEN bool_or(g.academy_id IS NULL) THEN NULL ELSE json_agg(y.slug ORDER BY y.slug) END AS academies
    FROM account_grant g LEFT JOIN academy y ON y.id = g.academy_id
    WHERE g.account_id = a.id
    GROUP BY g.role
  ) r)`;
