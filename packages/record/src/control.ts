/**
 * Control state on the compacted topic `linewatch.state.v1`: JSON by key, latest wins.
 *
 *   key/<trust>/<collector>                  CollectorKey     made by the collector at its start
 *   control/<trust>/<collector>              Control          what the collector is to do; secrets sealed to its key
 *   probes/<trust>/<collector>               Probing          what the collector is to probe; apart, so that one of a
 *                                                             version before it passes over it
 *   decision/<trust>/<collector>/<address>   Decision         whether an exporter is taken
 *   exporter/<trust>/<collector>/<address>   ExporterStatus   made by the collector, about an exporter
 */
import { type Static, type TSchema, Type } from 'typebox';
import { Value } from 'typebox/value';
import { MessageError } from './batch.ts';

const closed = { additionalProperties: false } as const;

/** One of some texts, as a type too: a mapped array alone would be none. */
const oneOf = <T extends string>(...texts: T[]) => Type.Unsafe<T>(Type.Union(texts.map((text) => Type.Literal(text))));

export const CollectorKey = Type.Object(
  { publicKey: Type.String({ description: 'X25519, SPKI DER, base64.' }) },
  closed,
);
export type CollectorKey = Static<typeof CollectorKey>;

/** How a device is asked, or a trap is believed: a community (v2c), or a user (RFC 3414). */
export const SnmpCredential = Type.Union([
  Type.Object({ name: Type.String(), community: Type.String() }, closed),
  Type.Object(
    {
      name: Type.String(),
      user: Type.String(),
      auth: Type.Optional(
        Type.Object(
          {
            protocol: oneOf('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'),
            password: Type.String(),
          },
          closed,
        ),
      ),
      priv: Type.Optional(
        Type.Object(
          {
            protocol: oneOf('des', 'aes128', 'aes192', 'aes256'),
            password: Type.String(),
          },
          closed,
        ),
      ),
    },
    closed,
  ),
]);
export type SnmpCredential = Static<typeof SnmpCredential>;

/** What only its collector may read. */
export const Secrets = Type.Object(
  {
    /** Whose traps are taken. */
    traps: Type.Array(SnmpCredential),
    /** Credentials that polling names. */
    polling: Type.Array(SnmpCredential),
  },
  closed,
);
export type Secrets = Static<typeof Secrets>;

export const Control = Type.Object(
  {
    /** Networks whose exporters are taken, in CIDR notation; none = any. */
    allow: Type.Array(Type.String()),
    /** `approve`: an exporter in an allowed network waits until someone approves it. */
    admission: Type.Union([Type.Literal('open'), Type.Literal('approve')]),
    polling: Type.Object(
      {
        everyMs: Type.Integer({ minimum: 1000 }),
        timeoutMs: Type.Integer({ minimum: 100 }),
        retries: Type.Integer({ minimum: 0 }),
        /** Name of the credential for exporters that are heard and not listed; absent = those are not polled. */
        heard: Type.Optional(Type.String()),
        targets: Type.Array(
          Type.Object({ address: Type.String(), port: Type.Integer(), credential: Type.String() }, closed),
        ),
      },
      closed,
    ),
    /** Secrets, sealed (see seal.ts); empty when there are none. */
    sealed: Type.String(),
    /** Of all this and the secrets, keyed: tells its maker, and nobody else, whether it is what would be published. */
    fingerprint: Type.Optional(Type.String()),
  },
  closed,
);
export type Control = Static<typeof Control>;

/** Most targets of one collector. */
export const maxProbes = 10_000;

export const Probing = Type.Object(
  {
    /** Between two runs of one target. */
    everyMs: Type.Integer({ minimum: 5000, maximum: 3_600_000 }),
    /** For an answer. */
    timeoutMs: Type.Integer({ minimum: 100, maximum: 4000 }),
    /** Of a run by ICMP or STAMP. */
    packets: Type.Integer({ minimum: 1, maximum: 100 }),
    /** Networks whose hosts may be probed, in CIDR notation, none = any; and those whose may not, which go before. */
    allow: Type.Array(Type.String(), { maxItems: 1000 }),
    deny: Type.Array(Type.String(), { maxItems: 1000 }),
    /** Canonical, as `parseProbe` gives them, without a collector. */
    targets: Type.Array(Type.String(), { maxItems: maxProbes }),
  },
  closed,
);
export type Probing = Static<typeof Probing>;

export const Decision = Type.Object(
  { decision: Type.Union([Type.Literal('approved'), Type.Literal('refused')]), atMs: Type.Number() },
  closed,
);
export type Decision = Static<typeof Decision>;

const Count = Type.Integer({ minimum: 0 });

/** Never reached us, by sequence numbers; what came late after all is taken off again. */
const Upstream = Type.Object({ flows: Count, datagrams: Count, records: Count, samples: Count }, closed);

/** What a collector knows of an exporter. Counts are since the collector started. */
export const ExporterStatus = Type.Object(
  {
    atMs: Type.Number({ description: 'Our clock, when this was told.' }),
    epoch: Type.Number({ description: 'Unix ms when the collector started.' }),
    lastMs: Type.Number({ description: 'Our clock, of the last datagram.' }),
    admission: Type.Union([
      Type.Literal('open'),
      Type.Literal('approved'),
      Type.Literal('awaiting'),
      Type.Literal('refused'),
    ]),
    /** Our clock, when each protocol was last heard: "5", "9", "10", "105" (sFlow), "snmp". */
    versions: Type.Record(Type.String(), Type.Number()),
    datagrams: Type.Object({ decoded: Count, held: Count, rejected: Count }, closed),
    flows: Count,
    datagramsPerS: Type.Number({ minimum: 0 }),
    flowsPerS: Type.Number({ minimum: 0 }),
    templates: Count,
    setsHeld: Count,
    /** Sampling rates seen; `stated` by the exporter or assumed to be 1. */
    sampling: Type.Array(Type.Object({ rate: Count, stated: Type.Boolean() }, closed)),
    lostUpstream: Upstream,
    /** The last 60 to 65 minutes, or since the exporter was first heard when that is less. */
    lastHour: Type.Object({ fromMs: Type.Number(), lost: Upstream, datagrams: Count, flows: Count }, closed),
    duplicates: Count,
    late: Count,
    /** Reached us and were not read or not queued, by reason. */
    lostHere: Type.Record(Type.String(), Count),
    skewMs: Type.Number({ description: 'Our clock minus its own.' }),
    activeTimeoutMs: Type.Number({ description: 'Inferred: how long its flows last at most; 0 = not known yet.' }),
    /** Information elements without a column and the records that had them, most first; the name where one is known. */
    unknownElements: Type.Array(Type.Object({ pen: Count, id: Count, name: Type.String(), records: Count }, closed)),
  },
  closed,
);
export type ExporterStatus = Static<typeof ExporterStatus>;

/** @throws MessageError when it is not JSON of this shape. */
export function decodeState<T extends TSchema>(schema: T, bytes: Uint8Array): Static<T> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  } catch (cause) {
    throw new MessageError('state is not JSON', { cause });
  }
  const problem = [...Value.Errors(schema, value)][0];
  if (problem) throw new MessageError(`state at ${problem.instancePath || '/'}: ${problem.message}`);
  return value as Static<T>;
}

export const encodeState = (value: object): Uint8Array => Buffer.from(JSON.stringify(value), 'utf8');
