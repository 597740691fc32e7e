/** Fields that are in tables of their own. `input` is replaced by the rows that are written, as `i`. */
import { moneyPence, moneyText } from '../units.ts';
import { type Field, networkText } from './fields.ts';
import type { Values } from './merge.ts';

interface Price extends Values {
  readonly from: string;
  readonly monthly: string;
}

const pence = (text: string): number => {
  const read = moneyPence(text);
  return 'value' in read ? read.value : 0;
};

export const pricesField: Field = {
  select: {
    prices: `(SELECT jsonb_agg(jsonb_build_object('from', p.since, 'pence', p.monthly, 'note', p.note) ORDER BY p.since)
      FROM contract_price p WHERE p.contract_id = t.id)`,
  },
  input: { prices: 'jsonb' },
  assign: {},
  after: [
    'DELETE FROM contract_price p USING input i JOIN contract t ON t.trust_id = $1 AND t.slug = i.slug WHERE p.contract_id = t.id',
    `INSERT INTO contract_price (contract_id, since, monthly, note)
     SELECT t.id, p."from", p.pence, p.note FROM input i JOIN contract t ON t.trust_id = $1 AND t.slug = i.slug
     CROSS JOIN jsonb_to_recordset(i.prices) AS p ("from" date, pence bigint, note text)`,
  ],
  read(row, values) {
    const prices = row.prices as readonly { from: string; pence: number; note: string | null }[] | null;
    if (prices)
      values.prices = prices.map(({ from, pence: amount, note }) => ({
        from,
        monthly: moneyText(amount),
        ...(note !== null && { note }),
      }));
  },
  write({ prices }) {
    const list = prices as readonly Price[] | undefined;
    return list ? { prices: list.map(({ from, monthly, note }) => ({ from, pence: pence(monthly), note })) } : {};
  },
};

/** Of the history, the current one. */
export const urnField: Field = {
  select: { urn: '(SELECT u.urn FROM academy_urn u WHERE u.academy_id = t.id AND u.until IS NULL)' },
  input: { urn: 'integer' },
  assign: {},
  after: [
    `UPDATE academy_urn u SET until = now() FROM input i JOIN academy t ON t.trust_id = $1 AND t.slug = i.slug
     WHERE u.academy_id = t.id AND u.until IS NULL AND u.urn IS DISTINCT FROM i.urn`,
    `INSERT INTO academy_urn (trust_id, academy_id, urn)
     SELECT $1::integer, t.id, i.urn FROM input i JOIN academy t ON t.trust_id = $1 AND t.slug = i.slug
     WHERE i.urn IS NOT NULL AND NOT EXISTS (SELECT FROM academy_urn u WHERE u.academy_id = t.id AND u.until IS NULL)`,
  ],
  beforeRemove:
    'DELETE FROM academy_urn u USING academy t WHERE t.id = u.academy_id AND t.trust_id = $1 AND t.slug = ANY ($2::text[])',
  read({ urn }, values) {
    if (urn !== null) values.urn = urn;
  },
  write: ({ urn }) => (urn === undefined ? {} : { urn }),
};

export const networksField: Field = {
  select: {
    networks: '(SELECT array_agg(text(n.network)) FROM academy_network n WHERE n.academy_id = t.id)',
  },
  input: { networks: 'text[]' },
  assign: {},
  after: [
    'DELETE FROM academy_network n USING input i JOIN academy t ON t.trust_id = $1 AND t.slug = i.slug WHERE n.academy_id = t.id',
    `INSERT INTO academy_network (trust_id, academy_id, network)
     SELECT $1::integer, t.id, n::cidr FROM input i JOIN academy t ON t.trust_id = $1 AND t.slug = i.slug
     CROSS JOIN unnest(i.networks) AS n`,
  ],
  beforeRemove:
    'DELETE FROM academy_network n USING academy t WHERE t.id = n.academy_id AND t.trust_id = $1 AND t.slug = ANY ($2::text[])',
  read({ networks }, values) {
    if (networks !== null) values.networks = (networks as string[]).map(networkText).sort();
  },
  write: ({ networks }) => (networks === undefined ? {} : { networks }),
};
