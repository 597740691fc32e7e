/**
 * Dictionaries over the estate's map. They are looked up when a query runs, never when a row is stored, so a mapping made
 * today applies to everything that is stored already.
 */
import { createHash } from 'node:crypto';
import type { CallOptions, Store } from './store.ts';

const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** The server reads its own tables as our user: its `default` user may have no grants. */
function source(store: Store, query: string, table: string): string {
  const login = `USER ${literal(store.user)} PASSWORD ${literal(store.password)} DB ${literal(store.database)}`;
  return `SOURCE(CLICKHOUSE(${login} QUERY ${literal(query)} INVALIDATE_QUERY ${literal(`SELECT max(version) FROM ${table}`)}))`;
}

// Each server of a cluster looks for a new version by itself within 4 s; the one that publishes reloads at once.
const lifetime = 'LIFETIME(MIN 2 MAX 4)';

const namesOf = (store: Store, kind: 'academy' | 'circuit'): string => `
CREATE OR REPLACE DICTIONARY ${kind}_name (id UInt32, name String DEFAULT '')
PRIMARY KEY id
${source(store, `SELECT id, name FROM ${store.database}.estate_names WHERE version = (SELECT max(version) FROM ${store.database}.estate_names) AND kind = '${kind}' AND id != 0`, `${store.database}.estate_names`)}
LAYOUT(HASHED()) ${lifetime}`;

const circuits = (store: Store): string => `
CREATE OR REPLACE DICTIONARY circuit_of_interface
(
    trust UInt32, collector UInt32, exporter IPv6, interface UInt32, valid_from DateTime, valid_until DateTime,
    circuit UInt32 DEFAULT 0, academy UInt32 DEFAULT 0, download_side UInt8 DEFAULT 0,
    committed_in_bps UInt64 DEFAULT 0, committed_out_bps UInt64 DEFAULT 0, version UInt64 DEFAULT 0
)
PRIMARY KEY trust, collector, exporter, interface
${source(store, `SELECT trust, collector, exporter, interface, valid_from, valid_until, circuit, academy, download_side, committed_in_bps, committed_out_bps, version FROM ${store.database}.circuit_map_now`, `${store.database}.circuit_map`)}
LAYOUT(COMPLEX_KEY_RANGE_HASHED(range_lookup_strategy 'max'))
RANGE(MIN valid_from MAX valid_until) ${lifetime}`;

const dictionaries = {
  circuit_of_interface: circuits,
  academy_name: (store: Store) => namesOf(store, 'academy'),
  circuit_name: (store: Store) => namesOf(store, 'circuit'),
} as const;

const reload = (store: Store, dictionary: string, options?: CallOptions): Promise<void> =>
  store.command(`SYSTEM RELOAD DICTIONARY ${store.database}.${dictionary}`, {}, options);

/** Names a definition without what is secret in it. */
const fingerprint = (store: Store, definition: string): string =>
  createHash('sha256')
    .update(definition.replaceAll(literal(store.password), ''))
    .digest('hex')
    .slice(0, 16);

/**
 * Makes those that are not there as this version defines them, or that cannot be loaded: the password in them may have
 * changed. The others are let be: a definition that is written while the disk is full keeps the server from starting.
 */
export async function createDictionaries(store: Store): Promise<void> {
  const made = await store.query<{ name: string; comment: string }>(
    'SELECT name, comment FROM system.tables WHERE database = currentDatabase() AND name IN {names:Array(String)}',
    { names: Object.keys(dictionaries) },
  );
  for (const [name, define] of Object.entries(dictionaries)) {
    const definition = define(store);
    const comment = `definition ${fingerprint(store, definition)}`;
    const isThere = made.some((each) => each.name === name && each.comment === comment);
    const isLoaded =
      isThere &&
      (await reload(store, name).then(
        () => true,
        () => false,
      ));
    if (!isLoaded) await store.command(`${definition} COMMENT ${literal(comment)}`);
  }
}

export async function reloadDictionaries(store: Store, options?: CallOptions): Promise<void> {
  for (const dictionary of Object.keys(dictionaries)) await reload(store, dictionary, options);
}
