/** What the watcher measures for rules: use of the last minutes, and certificates that probes were shown. */
import type { Database } from '../database.ts';
import { json, moment, ms } from '../watching/sql.ts';
import type { CertificateRow, UsageRow } from './model.ts';
import type { Measured } from './ports.ts';

const maxMinutes = 120;
const maxTarget = 1000;

type Rates = UsageRow['inBps'];
const numbers = (values: Rates): string[] => values.slice(-maxMinutes).map((value) => String(value ?? NaN));
const rates = (values: readonly number[]): (number | null)[] =>
  values.map((value) => (Number.isFinite(value) ? value : null));

export const createMeasured = (database: Database): Measured => ({
  keepUsage: async (rows) => {
    if (rows.length === 0) return;
    const latest = [...new Map(rows.map((row) => [row.circuit, row])).values()];
    await database.query(
      'keeping use',
      `INSERT INTO circuit_usage (circuit_id, minute, in_bps, out_bps)
       SELECT c.id, ${moment('n."minuteMs"')}, n."in", n."out"
       FROM json_to_recordset($1) AS n (circuit integer, "minuteMs" float8, "in" real[], "out" real[])
       JOIN circuit c ON c.id = n.circuit
       ON CONFLICT (circuit_id) DO UPDATE SET minute = excluded.minute, in_bps = excluded.in_bps, out_bps = excluded.out_bps
       WHERE circuit_usage.minute <= excluded.minute`,
      [
        json(
          latest.map(({ circuit, minuteMs, inBps, outBps }) => ({
            ...{ circuit, minuteMs, in: numbers(inBps), out: numbers(outBps) },
          })),
        ),
      ],
    );
  },

  keepCertificates: async (rows) => {
    const kept = rows.filter(({ target }) => target.length > 0 && target.length <= maxTarget);
    if (kept.length === 0) return;
    const latest = [...new Map(kept.map((row) => [`${row.circuit} ${row.target}`, row])).values()];
    await database.query(
      'keeping certificates',
      `INSERT INTO circuit_certificate (circuit_id, target, expires_at, seen_at)
       SELECT c.id, n.target, ${moment('n."expiresMs"')}, ${moment('n."seenMs"')}
       FROM json_to_recordset($1) AS n (circuit integer, target text, "expiresMs" float8, "seenMs" float8)
       JOIN circuit c ON c.id = n.circuit
       ON CONFLICT (circuit_id, target) DO UPDATE SET expires_at = excluded.expires_at, seen_at = excluded.seen_at
       WHERE circuit_certificate.seen_at <= excluded.seen_at`,
      [json(latest)],
    );
  },
});

export async function readUsage(database: Database): Promise<readonly UsageRow[]> {
  const rows = await database.query<{ circuit: number; minuteMs: number; inBps: number[]; outBps: number[] }>(
    'reading use',
    `SELECT circuit_id AS circuit, ${ms('minute')} AS "minuteMs", in_bps AS "inBps", out_bps AS "outBps"
     FROM circuit_usage ORDER BY circuit_id`,
  );
  return rows.map(({ inBps, outBps, ...row }) => ({ ...row, inBps: rates(inBps), outBps: rates(outBps) }));
}

export const readCertificates = (database: Database): Promise<readonly CertificateRow[]> =>
  database.query<CertificateRow & { [column: string]: unknown }>(
    'reading certificates',
    `SELECT circuit_id AS circuit, target, ${ms('expires_at')} AS "expiresMs", ${ms('seen_at')} AS "seenMs"
     FROM circuit_certificate ORDER BY circuit_id, target`,
  );
