import { isIP } from 'node:net';
import { type Static, Type } from 'typebox';
import { isElementName } from '@linewatch/decode';
import { Networks } from '@linewatch/record';
import type { Problem } from '@linewatch/service';
import { PathTableConfig } from './poll/paths/configured.ts';
import { PrivacyConfig } from './privacy.ts';

const Port = (port: number, description: string) =>
  Type.Integer({ minimum: 0, maximum: 65_535, default: port, description: `${description}; 0 turns it off.` });

export const CollectorConfig = Type.Object(
  {
    label: Type.String({
      default: 'main',
      pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
      description: 'Name of this collector; keeps equal private addresses behind different collectors apart.',
    }),
    address: Type.String({ default: '::', description: 'Address to listen on; :: is every one, IPv4 included.' }),
    listen: Type.Object(
      {
        netflow: Port(2055, 'UDP port for NetFlow v5 and v9'),
        ipfix: Port(4739, 'UDP port for IPFIX'),
        sflow: Port(6343, 'UDP port for sFlow'),
        traps: Port(162, 'UDP port for SNMP traps'),
        trapsFallback: Port(1162, 'UDP port for SNMP traps where the first may not be bound'),
      },
      { additionalProperties: false, default: {} },
    ),
    reflector: Type.Object(
      {
        port: Port(0, 'UDP port that answers the test packets of other collectors (STAMP, RFC 8762; its own is 862)'),
        address: Type.Optional(
          Type.String({
            description:
              'Address to answer on: of a machine with several, the one that is probed; without it as above.',
          }),
        ),
        allow: Type.Array(Type.String(), {
          default: [
            '10.0.0.0/8',
            '172.16.0.0/12',
            '192.168.0.0/16',
            '100.64.0.0/10',
            '127.0.0.0/8',
            'fc00::/7',
            'fe80::/10',
            '::1',
          ],
          maxItems: 1000,
          description: 'Networks that are answered; without it those of private addresses.',
        }),
      },
      { additionalProperties: false, default: {} },
    ),
    workers: Type.Integer({
      minimum: 1,
      maximum: 32,
      default: 1,
      description: 'Processes that share the ports; each exporter is of one of them. Linux only.',
    }),
    receiveBufferBytes: Type.Integer({
      minimum: 65_536,
      maximum: 1_073_741_824,
      default: 33_554_432,
      description: 'Receive buffer to ask the kernel for, octets a socket.',
    }),
    batchMs: Type.Integer({
      minimum: 10,
      maximum: 5000,
      default: 200,
      description: 'Longest a flow waits to be queued, ms.',
    }),
    inFlightBytes: Type.Integer({
      minimum: 1_048_576,
      maximum: 4_294_967_296,
      default: 134_217_728,
      description: 'Most octets of each worker on their way to the queue; beyond them flows are counted and dropped.',
    }),
    privacy: PrivacyConfig,
    paths: Type.Array(PathTableConfig, {
      maxItems: 32,
      default: [],
      description: 'SNMP tables of paths (tunnels, health checks, tests) to poll besides those that are known.',
    }),
    keepElements: Type.Array(Type.String({ minLength: 1, maxLength: 80 }), {
      maxItems: 64,
      default: [],
      description:
        'Information elements without a column to keep by name: as in the registry (cisco:userName), or enterprise/number (9/12235).',
    }),
  },
  { additionalProperties: false, default: {} },
);
export type CollectorConfig = Static<typeof CollectorConfig>;

/** What the schema cannot say. Lines are not known here: 0. */
export const collectorProblems = ({ address, reflector, keepElements }: CollectorConfig): Problem[] => [
  ...(reflector.address === undefined || isIP(reflector.address) !== 0
    ? []
    : [{ line: 0, path: 'collector.reflector.address', message: `"${reflector.address}" is not an IP address` }]),
  ...reflector.allow.flatMap((network, i) => {
    try {
      new Networks([network]);
      return [];
    } catch {
      const message = 'must be a network such as 10.0.0.0/8 or 2001:db8::/32';
      return [{ line: 0, path: `collector.reflector.allow.${i}`, message }];
    }
  }),
  ...(isIP(address) === 0 || address.includes('%')
    ? [{ line: 0, path: 'collector.address', message: `"${address}" is not an IP address` }]
    : []),
  ...keepElements.flatMap((name, i) =>
    isElementName(name)
      ? []
      : [
          {
            line: 0,
            path: `collector.keepElements.${i}`,
            message: `no information element is named "${name}"; one that has no name is enterprise/number`,
          },
        ],
  ),
];
