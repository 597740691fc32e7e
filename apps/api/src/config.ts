import { type Static, Type } from 'typebox';
import { SignInConfig } from './access/config.ts';

const closed = { additionalProperties: false } as const;

export const ApiLimits = Type.Object(
  {
    viewers: Type.Integer({ minimum: 1, maximum: 100_000, default: 2000, description: 'Live streams open at once.' }),
    viewerBufferBytes: Type.Integer({
      minimum: 16_384,
      maximum: 64 * 1024 * 1024,
      default: 262_144,
      description: 'Octets that may wait for one slow viewer; beyond, it skips updates.',
    }),
    connections: Type.Integer({
      minimum: 1,
      maximum: 200_000,
      default: 5000,
      description: 'TCP connections open at once.',
    }),
    requestsPerSecond: Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      default: 1000,
      description: 'Requests a second from one address, with twice as many in a burst; 0 = no limit.',
    }),
    queries: Type.Integer({
      minimum: 1,
      maximum: 100,
      default: 4,
      description: 'Queries of stored telemetry that run at once.',
    }),
    waitingQueries: Type.Integer({
      minimum: 0,
      maximum: 10_000,
      default: 100,
      description: 'Queries that may wait for their turn.',
    }),
    queryMs: Type.Integer({
      minimum: 100,
      maximum: 600_000,
      default: 15_000,
      description: 'Longest a request may take to be answered, ms.',
    }),
    interfaces: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 20_000,
      description: 'Exporter interfaces kept in the live state, about 1.2 kB for each side of one.',
    }),
  },
  { ...closed, default: {} },
);
export type ApiLimits = Static<typeof ApiLimits>;

export const ApiConfig = Type.Object(
  {
    host: Type.String({
      minLength: 1,
      maxLength: 255,
      default: '127.0.0.1',
      description: 'Address that HTTP listens on. Until an administrator exists it is loopback, whatever this says.',
    }),
    port: Type.Integer({
      minimum: 0,
      maximum: 65_535,
      default: 8080,
      description: 'TCP port of the dashboard and the API; 0 = any free one.',
    }),
    hosts: Type.Array(Type.String({ minLength: 1, maxLength: 255 }), {
      maxItems: 100,
      default: [],
      description: 'Further host names that the dashboard is reached under, for instance behind a proxy.',
    }),
    url: Type.Optional(
      Type.String({
        maxLength: 300,
        description:
          'Where people reach the dashboard, e.g. https://linewatch.example.org; without it, where the request came to.',
      }),
    ),
    proxies: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      maxItems: 100,
      default: [],
      description: 'Addresses and networks of reverse proxies whose X-Forwarded headers are believed.',
    }),
    signIn: SignInConfig,
    limits: ApiLimits,
  },
  { ...closed, default: {} },
);
export type ApiConfig = Static<typeof ApiConfig>;

/** Largest request body, octets: nothing takes one yet. */
export const maxBodyBytes = 64 * 1024;
/** Longest path and query, octets. */
export const maxUrlBytes = 2048;
/** Most header octets of one request. */
export const maxHeaderBytes = 16 * 1024;
