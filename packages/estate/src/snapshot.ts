import type { ClientBase } from 'pg';
import type { Academy, Circuit, InterfaceSelector, Provider, Snapshot, Trust } from './model.ts';

const ms = (expression: string): string => `floor(extract(epoch FROM ${expression}) * 1000)::float8`;

const trusts = 'SELECT id, key::float8 AS key, slug AS label, name FROM trust ORDER BY id';

const providers = `SELECT id, slug, name, trust_id AS trust, ${ms('ended_at')} AS "endedMs" FROM provider ORDER BY id`;

const academies = `
  SELECT a.id, a.slug, a.name, a.phase, a.pupils, u.urn, a.postcode, coalesce(n.networks, '{}') AS networks,
    a.trust_id AS trust, ${ms('a.ended_at')} AS "endedMs"
  FROM academy a
  LEFT JOIN academy_urn u ON u.academy_id = a.id AND u.until IS NULL
  LEFT JOIN (SELECT academy_id, array_agg(text(network) ORDER BY network) AS networks FROM academy_network GROUP BY academy_id) n
    ON n.academy_id = a.id
  ORDER BY a.id`;

const circuits = `
  SELECT c.id, c.slug, c.name, c.trust_id AS trust, c.academy_id AS academy, p.name AS provider, p.id AS "providerRow",
    c.site_id AS site, k.slug AS contract, c.role, c.kind, c.tunnel, c.probe, c.parent_id AS parent, c.pop,
    host(e.address) AS exporter, coalesce(e.collector, 'main') AS collector, c.interface_kind AS "interfaceKind", c.interface_value AS "interfaceValue",
    c.download_side AS "downloadSide", c.committed_down_bps::float8 AS "committedDownBps",
    c.committed_up_bps::float8 AS "committedUpBps", ${ms('lower(c.valid)')} AS "validFromMs",
    ${ms('upper(c.valid)')} AS "validToMs"
  FROM circuit c JOIN provider p ON p.id = c.provider_id LEFT JOIN exporter e ON e.id = c.exporter_id
    LEFT JOIN contract k ON k.id = c.contract_id
  WHERE NOT isempty(c.valid) ORDER BY c.id`;

type CircuitRow = Omit<Circuit, 'interface'> & {
  interfaceKind: InterfaceSelector['kind'] | null;
  interfaceValue: string;
};

function circuitOf({ interfaceKind: kind, interfaceValue: value, ...row }: CircuitRow): Circuit {
  if (kind === null) return { ...row, interface: null };
  return { ...row, interface: kind === 'index' ? { kind, value: Number(value) } : { kind, value } };
}

/** Reads everything; the client is in a transaction that sees one state. */
export async function readSnapshot(client: ClientBase): Promise<Snapshot> {
  const { rows } = await client.query<{ version: number }>('SELECT version::float8 AS version FROM estate_version');
  return {
    version: rows[0]!.version,
    trusts: (await client.query<Trust>(trusts)).rows,
    providers: (await client.query<Provider>(providers)).rows,
    academies: (await client.query<Academy>(academies)).rows,
    circuits: (await client.query<CircuitRow>(circuits)).rows.map(circuitOf),
  };
}
