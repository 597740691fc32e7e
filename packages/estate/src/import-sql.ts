/**
 * The statements of an import. $1 is the trust's row; $2 the file's entries as JSON, or their ids. Changing and adding are
 * two statements: `ON CONFLICT DO UPDATE` would use up ids of unchanged rows. New rows are numbered in the file's order.
 */

export const trustWithKey = 'SELECT slug FROM trust WHERE key = $2 AND slug <> $1';
export const addTrust = `
  INSERT INTO trust (slug, key, name) SELECT $1::text, $2::bigint, $3::text
  WHERE NOT EXISTS (SELECT FROM trust WHERE slug = $1::text) RETURNING id`;
export const changeTrust = `
  UPDATE trust SET key = $2::bigint, name = $3::text
  WHERE slug = $1::text AND (key, name) IS DISTINCT FROM ($2::bigint, $3::text)`;

const goesOn = 'ended_at IS NULL';
const absentFrom = (table: string, current: string): string =>
  `SELECT slug FROM ${table} WHERE trust_id = $1 AND slug <> ALL ($2::text[]) AND ${current} ORDER BY slug`;
const endOf = (table: string): string =>
  `UPDATE ${table} SET ended_at = now() WHERE trust_id = $1 AND slug <> ALL ($2::text[]) AND ${goesOn} RETURNING slug`;

const providerInput = 'jsonb_to_recordset($2::jsonb) AS i (position integer, id text, name text)';
export const providers = {
  absent: absentFrom('provider', goesOn),
  end: endOf('provider'),
  change: `
    UPDATE provider p SET name = i.name, ended_at = NULL FROM ${providerInput}
    WHERE p.trust_id = $1 AND p.slug = i.id AND (p.name, p.ended_at) IS DISTINCT FROM (i.name, NULL) RETURNING p.slug`,
  add: `
    INSERT INTO provider (trust_id, slug, name) SELECT $1::integer, i.id, i.name FROM ${providerInput}
    WHERE NOT EXISTS (SELECT FROM provider p WHERE p.trust_id = $1 AND p.slug = i.id)
    ORDER BY i.position RETURNING slug`,
  parts: [],
};

const academyInput =
  'jsonb_to_recordset($2::jsonb) AS i (position integer, id text, name text, phase text, pupils integer, urn integer, postcode text, networks jsonb)';
const networkInput = `
  SELECT a.id AS academy_id, a.slug, n::cidr AS network
  FROM ${academyInput} JOIN academy a ON a.trust_id = $1 AND a.slug = i.id CROSS JOIN jsonb_array_elements_text(i.networks) AS n`;
export const academies = {
  absent: absentFrom('academy', goesOn),
  end: endOf('academy'),
  change: `
    UPDATE academy a SET name = i.name, phase = i.phase, pupils = i.pupils, postcode = i.postcode, ended_at = NULL
    FROM ${academyInput}
    WHERE a.trust_id = $1 AND a.slug = i.id
      AND (a.name, a.phase, a.pupils, a.postcode, a.ended_at) IS DISTINCT FROM (i.name, i.phase, i.pupils, i.postcode, NULL)
    RETURNING a.slug`,
  add: `
    INSERT INTO academy (trust_id, slug, name, phase, pupils, postcode)
    SELECT $1::integer, i.id, i.name, i.phase, i.pupils, i.postcode FROM ${academyInput}
    WHERE NOT EXISTS (SELECT FROM academy a WHERE a.trust_id = $1 AND a.slug = i.id)
    ORDER BY i.position RETURNING slug`,
  parts: [
    // A number that is no longer the academy's ends; the file's begins.
    `UPDATE academy_urn u SET until = now() FROM ${academyInput} JOIN academy a ON a.trust_id = $1 AND a.slug = i.id
     WHERE u.academy_id = a.id AND u.until IS NULL AND u.urn IS DISTINCT FROM i.urn RETURNING a.slug`,
    `WITH added AS (
       INSERT INTO academy_urn (trust_id, academy_id, urn)
       SELECT $1::integer, a.id, i.urn FROM ${academyInput} JOIN academy a ON a.trust_id = $1 AND a.slug = i.id
       WHERE i.urn IS NOT NULL AND NOT EXISTS (SELECT FROM academy_urn u WHERE u.academy_id = a.id AND u.until IS NULL)
       RETURNING academy_id)
     SELECT a.slug FROM added JOIN academy a ON a.id = added.academy_id`,
    `WITH input AS (${networkInput})
     DELETE FROM academy_network n USING ${academyInput} JOIN academy a ON a.trust_id = $1 AND a.slug = i.id
     WHERE n.academy_id = a.id
       AND NOT EXISTS (SELECT FROM input WHERE input.academy_id = a.id AND input.network = n.network) RETURNING a.slug`,
    `WITH input AS (${networkInput}), added AS (
       INSERT INTO academy_network (trust_id, academy_id, network)
       SELECT $1::integer, input.academy_id, input.network FROM input
       WHERE NOT EXISTS (SELECT FROM academy_network n WHERE n.academy_id = input.academy_id AND n.network = input.network)
       RETURNING academy_id)
     SELECT DISTINCT a.slug FROM added JOIN academy a ON a.id = added.academy_id`,
  ],
};

/** An entry of `circuits`, with the rows that it names. */
const circuitInput = `(
  SELECT i.position, i.id AS slug, i.name, i.role, i.kind, i."committedDownBps" AS down, i."committedUpBps" AS up,
    i."downloadSide" AS download_side, i.interface->>'kind' AS interface_kind, i.interface->>'value' AS interface_value,
    tstzrange(to_timestamp(i."validFromMs" / 1000.0), to_timestamp(i."validToMs" / 1000.0)) AS valid,
    a.id AS academy_id, p.id AS provider_id, e.id AS exporter_id
  FROM jsonb_to_recordset($2::jsonb) AS i (position integer, id text, name text, academy text, provider text, role text, kind text,
    "committedDownBps" bigint, "committedUpBps" bigint, exporter inet, collector text, interface jsonb, "downloadSide" text,
    "validFromMs" bigint, "validToMs" bigint)
  JOIN academy a ON a.trust_id = $1 AND a.slug = i.academy
  JOIN provider p ON p.trust_id = $1 AND p.slug = i.provider
  JOIN exporter e ON e.trust_id = $1 AND e.collector = i.collector AND e.address = i.exporter
) AS i`;

export const addExporters = `
  INSERT INTO exporter (trust_id, collector, address, slug)
  SELECT DISTINCT $1::integer, i.collector, i.exporter, exporter_slug(i.exporter, i.collector) FROM jsonb_to_recordset($2::jsonb) AS i (collector text, exporter inet)
  WHERE NOT EXISTS (
    SELECT FROM exporter e WHERE e.trust_id = $1 AND e.collector = i.collector AND e.address = i.exporter)`;

const circuitGoesOn = 'NOT isempty(valid) AND (upper_inf(valid) OR upper(valid) > now())';
export const circuits = {
  absent: absentFrom('circuit', circuitGoesOn),
  end: `
    UPDATE circuit SET valid = valid * tstzrange(NULL, now())
    WHERE trust_id = $1 AND slug <> ALL ($2::text[]) AND ${circuitGoesOn} RETURNING slug`,
  change: `
    UPDATE circuit c SET name = i.name, academy_id = i.academy_id, provider_id = i.provider_id, role = i.role, kind = i.kind,
      committed_down_bps = i.down, committed_up_bps = i.up, exporter_id = i.exporter_id, interface_kind = i.interface_kind,
      interface_value = i.interface_value, download_side = i.download_side, valid = i.valid, withdrawn = NULL
    FROM ${circuitInput}
    WHERE c.trust_id = $1 AND c.slug = i.slug AND (c.name, c.academy_id, c.provider_id, c.role, c.kind, c.committed_down_bps,
        c.committed_up_bps, c.exporter_id, c.interface_kind, c.interface_value, c.download_side, c.valid)
      IS DISTINCT FROM (i.name, i.academy_id, i.provider_id, i.role, i.kind, i.down, i.up, i.exporter_id, i.interface_kind,
        i.interface_value, i.download_side, i.valid)
    RETURNING c.slug`,
  add: `
    INSERT INTO circuit (trust_id, slug, name, academy_id, provider_id, role, kind, committed_down_bps, committed_up_bps,
      exporter_id, interface_kind, interface_value, download_side, valid)
    SELECT $1::integer, i.slug, i.name, i.academy_id, i.provider_id, i.role, i.kind, i.down, i.up, i.exporter_id, i.interface_kind,
      i.interface_value, i.download_side, i.valid
    FROM ${circuitInput}
    WHERE NOT EXISTS (SELECT FROM circuit c WHERE c.trust_id = $1 AND c.slug = i.slug)
    ORDER BY i.position RETURNING slug`,
  parts: [],
};

/** $2: circuits of the file, $3: academies of the file, $4: most rows. */
export const conflicts = `
  SELECT 'circuit' AS kind, mine.slug AS mine, other.slug AS other,
    host(e.address) || ' ' || CASE mine.interface_kind WHEN 'index' THEN 'ifIndex' WHEN 'name' THEN 'ifName' ELSE 'ifAlias' END
      || ' ' || mine.interface_value AS what
  FROM circuit mine
  JOIN circuit other USING (exporter_id, interface_kind, interface_value)
  JOIN exporter e ON e.id = exporter_id
  WHERE mine.trust_id = $1 AND mine.slug = ANY ($2::text[]) AND mine.id <> other.id AND mine.valid && other.valid
    AND other.slug <> ALL ($2::text[])
  UNION ALL
  SELECT 'academy', mine_academy.slug, other_academy.slug, text(mine.network)
  FROM academy_network mine
  JOIN academy_network other ON other.trust_id = mine.trust_id AND other.network = mine.network AND other.id <> mine.id
  JOIN academy mine_academy ON mine_academy.id = mine.academy_id
  JOIN academy other_academy ON other_academy.id = other.academy_id
  WHERE mine.trust_id = $1 AND mine_academy.slug = ANY ($3::text[]) AND other_academy.slug <> ALL ($3::text[])
  ORDER BY kind, mine, other
  LIMIT $4`;

export const thisVersion = 'SELECT version::float8 AS version FROM estate_version';
export const nextVersion =
  'UPDATE estate_version SET version = version + 1, changed_at = now() RETURNING version::float8 AS version';
