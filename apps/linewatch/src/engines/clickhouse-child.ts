/**
 * The ClickHouse server inside the npm package `chdb`, as this process: `query_stable_v2` runs clickhouse-local with the
 * arguments it is given, and `SYSTEM START LISTEN HTTP` makes that a real server. A query that sleeps for ever then holds
 * it: the server lives until SIGTERM, which the kernel also sends when the parent dies. A query that reads standard input
 * would need READ ON FILE, and the user it runs as has no password.
 */
import { createRequire } from 'node:module';
import { DataType, load, open } from 'ffi-rs';
import { dieWithParent } from '../libc.ts';

const [parent = '', directory = '', port = '', configFile = ''] = process.argv.slice(2);
// `chdb` has no types for this entry.
const { libchdbPath } = createRequire(import.meta.url)('chdb/libchdb') as { libchdbPath: () => string };

dieWithParent('SIGTERM', Number(parent));
const hold = `SELECT sleepEachRow(3) FROM system.numbers
  SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 0 FORMAT Null`;
const argv = [
  'clickhouse-local',
  '--config-file',
  configFile,
  '--path',
  directory,
  '--listen_host',
  '127.0.0.1',
  '--http_port',
  port,
  '--query',
  `SYSTEM START LISTEN HTTP; ${hold}`,
];
open({ library: 'chdb', path: libchdbPath() });
load({
  library: 'chdb',
  funcName: 'query_stable_v2',
  // The result must not be decoded: it is a pointer that the library owns.
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [argv.length, argv],
});
process.exit(0);
