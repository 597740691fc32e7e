/** The configuration of an installation: a YAML file, a few environment variables above it, defaults below. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ApiConfig, signInProblems } from '@linewatch/api';
import { CollectorConfig, collectorProblems, privacyProblems } from '@linewatch/collector';
import { checkYaml, formatProblem, logLevels } from '@linewatch/service';
import { NotifierConfig } from '@linewatch/notifier';
import { WatcherConfig } from '@linewatch/watcher';
import { WriterConfig } from '@linewatch/writer';
import { type Static, Type } from 'typebox';
import {
  CollectorsConfig,
  ExportersConfig,
  ProbesConfig,
  SnmpConfig,
  controlProblems,
  redactSnmp,
  trustProblems,
} from './control-config.ts';
import { KafkaConfig } from './kafka-config.ts';
import { ConfigError } from './paths.ts';

const closed = { additionalProperties: false, default: {} } as const;
const GiB = 1024 ** 3;

const trustPattern = '^[a-z0-9][a-z0-9-]{0,62}$';

const topic = (quotaGiB: number, hours: number) =>
  Type.Object(
    {
      partitions: Type.Integer({ minimum: 1, maximum: 64, default: 1 }),
      quotaBytes: Type.Integer({
        minimum: 16 * 1024 * 1024,
        default: quotaGiB * GiB,
        description: 'A full quota stops acceptance; nothing that is not written yet is ever removed.',
      }),
      retainHours: Type.Number({
        minimum: 0,
        maximum: 8760,
        default: hours,
        description: 'Kept after it was written, hours, and never more than half the quota.',
      }),
    },
    closed,
  );

export const Config = Type.Object(
  {
    data: Type.String({
      default: 'data',
      minLength: 1,
      description: 'Directory of everything this installation keeps.',
    }),
    trust: Type.String({
      default: 'main',
      pattern: trustPattern,
      description: 'Label of the trust whose exporters report here; the estate file names the same.',
    }),
    log: Type.Object(
      {
        level: Type.Union(
          logLevels.map((level) => Type.Literal(level)),
          { default: 'info' },
        ),
      },
      closed,
    ),
    clickhouse: Type.Object(
      {
        url: Type.Optional(
          Type.String({ description: 'http://user:password@host:8123; without it the embedded server is used.' }),
        ),
        database: Type.String({ default: 'linewatch', pattern: '^[a-z_][a-z0-9_]{0,62}$' }),
        memoryBytes: Type.Optional(
          Type.Integer({ minimum: 268_435_456, description: 'Memory limit of the embedded server.' }),
        ),
        diskFloorBytes: Type.Integer({
          minimum: 0,
          default: GiB,
          description:
            'Free disk that the embedded server leaves; below a quarter of it, it is stopped until there is room.',
        }),
      },
      closed,
    ),
    postgres: Type.Object(
      {
        url: Type.Optional(
          Type.String({ description: 'postgres://user:password@host/database; without it the embedded server.' }),
        ),
      },
      closed,
    ),
    kafka: KafkaConfig,
    queue: Type.Object(
      {
        flows: topic(8, 6),
        signals: topic(2, 24),
        diskFloorBytes: Type.Integer({
          minimum: 0,
          default: 2 * GiB,
          description: 'Free disk below which nothing is accepted.',
        }),
      },
      closed,
    ),
    retention: Type.Object(
      {
        rawDays: Type.Integer({ minimum: 1, maximum: 365, default: 14, description: 'Flow records, days.' }),
        rollupMonths: Type.Integer({
          minimum: 1,
          maximum: 120,
          default: 13,
          description: '1- and 5-minute roll-ups, samples and events, months.',
        }),
        hourYears: Type.Integer({ minimum: 1, maximum: 30, default: 7, description: 'Hourly roll-ups, years.' }),
      },
      closed,
    ),
    snmp: SnmpConfig,
    exporters: ExportersConfig,
    collectors: CollectorsConfig,
    probes: ProbesConfig,
    trusts: Type.Array(
      Type.Object(
        {
          trust: Type.String({ pattern: trustPattern, description: 'Its label.' }),
          snmp: SnmpConfig,
          exporters: ExportersConfig,
          collectors: CollectorsConfig,
          probes: ProbesConfig,
        },
        { additionalProperties: false },
      ),
      {
        default: [],
        maxItems: 1000,
        description: 'Further trusts of this installation: what the writer tells the collectors of each.',
      },
    ),
    estate: Type.Object(
      {
        sync: Type.Boolean({
          default: false,
          description:
            'The file is the source of truth: applied at the start and when it changes, and changed there only.',
        }),
        file: Type.String({
          default: 'estate.yaml',
          minLength: 1,
          description: 'The estate file, from the directory of the configuration.',
        }),
      },
      closed,
    ),
    collector: CollectorConfig,
    writer: WriterConfig,
    watcher: WatcherConfig,
    notifier: NotifierConfig,
    api: ApiConfig,
  },
  { additionalProperties: false },
);
export type Config = Static<typeof Config>;

export interface ConfigSource {
  /** Path of the YAML file; without it `linewatch.yaml` in the working directory, when there is one. */
  readonly file?: string | undefined;
  /** Overrides `data`. */
  readonly data?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** @throws ConfigError that lists every problem, a line each. */
export function loadConfig({ file, data, env }: ConfigSource): Config {
  const found = file ?? (existsSync('linewatch.yaml') ? 'linewatch.yaml' : undefined);
  let text = '';
  if (found !== undefined) {
    try {
      text = readFileSync(found, 'utf8');
    } catch (cause) {
      throw new ConfigError('config_missing', `${found} cannot be read`, { cause });
    }
  }
  const checked = checkYaml(text, Config);
  if (!('value' in checked))
    throw new ConfigError(
      'config_invalid',
      checked.problems.map((p) => formatProblem(found ?? 'configuration', p)).join('\n'),
    );
  const config = checked.value;
  const wrong = [
    ...controlProblems(config.snmp, config.exporters, config.collectors, config.probes),
    ...trustProblems(config.trust, config.trusts),
    ...privacyProblems(config.collector.privacy),
    ...collectorProblems(config.collector),
    ...signInProblems(config.api),
  ];
  if (wrong.length > 0)
    throw new ConfigError(
      'config_invalid',
      wrong
        .map((p) => formatProblem(found ?? 'configuration', { ...p, line: found ? checked.lines(p.path) : 0 }))
        .join('\n'),
    );
  if (env['CLICKHOUSE_URL']) config.clickhouse.url = env['CLICKHOUSE_URL'];
  if (env['DATABASE_URL']) config.postgres.url = env['DATABASE_URL'];
  if (env['KAFKA_BROKERS']) config.kafka.brokers = env['KAFKA_BROKERS'];
  config.estate.file = path.resolve(found === undefined ? '.' : path.dirname(found), config.estate.file);
  config.data = path.resolve(data ?? env['LINEWATCH_DATA'] ?? config.data);
  checkUrl('clickhouse.url (CLICKHOUSE_URL)', config.clickhouse.url, ['http:', 'https:']);
  checkUrl('postgres.url (DATABASE_URL)', config.postgres.url, ['postgres:', 'postgresql:']);
  return config;
}

function checkUrl(what: string, url: string | undefined, protocols: readonly string[]): void {
  if (url === undefined) return;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !protocols.includes(parsed.protocol))
    throw new ConfigError('config_invalid', `${what} must be a URL that begins with ${protocols.join(' or ')}`);
}

/** The configuration with secrets hidden, for people. */
export function redact(config: Config): Config {
  const hide = (text: string): string => {
    const url = new URL(text);
    if (url.password !== '') url.password = '***';
    for (const key of new Set(url.searchParams.keys())) if (/password/i.test(key)) url.searchParams.set(key, '***');
    return url.href;
  };
  const copy = structuredClone(config);
  if (copy.clickhouse.url) copy.clickhouse.url = hide(copy.clickhouse.url);
  if (copy.postgres.url) copy.postgres.url = hide(copy.postgres.url);
  return {
    ...copy,
    snmp: redactSnmp(copy.snmp),
    notifier: {
      ...copy.notifier,
      ...(copy.notifier.smtp?.password !== undefined && { smtp: { ...copy.notifier.smtp, password: '***' } }),
    },
    trusts: copy.trusts.map((each) => ({ ...each, snmp: redactSnmp(each.snmp) })),
  };
}
