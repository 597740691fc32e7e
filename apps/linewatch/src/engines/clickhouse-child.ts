/**
 * The ClickHouse server inside the npm package `chdb`, as this process: `query_stable_v2` runs clickhouse-local with the
 * arguments it is given, and `SYSTEM START LISTEN HTTP` makes that a real server. The query then reads standard input,
 * so the call returns, and the server stops cleanly, when standard input closes: on stop, and when the parent dies.
 */
import { createRequire } from 'node:module';
import { DataType, load, open } from 'ffi-rs';

const [directory = '', port = '', configFile = ''] = process.argv.slice(2);
// `chdb` has no types for this entry.
const { libchdbPath } = createRequire(import.meta.url)('chdb/libchdb') as { libchdbPath: () => string };

const hold = `SELECT count() FROM file('-', 'LineAsString', 'l String') FORMAT Null`;
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
