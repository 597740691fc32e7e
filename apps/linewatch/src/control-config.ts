/** `snmp:`, `exporters:` and `collectors:` of the configuration, and what they mean for a collector. */
import { isIP } from 'node:net';
import { Networks, type SnmpCredential, labelKey, seal } from '@linewatch/record';
import type { Problem } from '@linewatch/service';
import type { PlainControl, ProbeSettings } from '@linewatch/writer';
import { type Static, Type } from 'typebox';

const closed = { additionalProperties: false } as const;
/** One of some texts, as a type too: a mapped array alone would be none. */
const oneOf = <T extends string>(...texts: T[]) => Type.Unsafe<T>(Type.Union(texts.map((text) => Type.Literal(text))));
/** RFC 3414 section 11.2. */
const Password = Type.String({ minLength: 8, maxLength: 255 });
const Name = Type.String({ minLength: 1, maxLength: 64 });

const Credential = Type.Object(
  {
    name: Name,
    community: Type.Optional(Type.String({ minLength: 1, maxLength: 255, description: 'SNMPv2c, and traps of v1.' })),
    user: Type.Optional(Type.String({ minLength: 1, maxLength: 32, description: 'SNMPv3 user name.' })),
    auth: Type.Optional(
      Type.Object(
        { protocol: oneOf('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'), password: Password },
        closed,
      ),
    ),
    priv: Type.Optional(
      Type.Object({ protocol: oneOf('des', 'aes128', 'aes192', 'aes256'), password: Password }, closed),
    ),
  },
  closed,
);

const Target = Type.Object(
  {
    address: Type.String({
      minLength: 1,
      description: 'IP address of the device; flows and traps of it bear the same.',
    }),
    port: Type.Integer({ minimum: 1, maximum: 65_535, default: 161 }),
    credential: Name,
    collector: Type.Optional(
      Type.String({ description: 'Label of the collector that polls it; without it, that of this configuration.' }),
    ),
  },
  closed,
);

export const SnmpConfig = Type.Object(
  {
    credentials: Type.Array(Credential, { default: [], maxItems: 1000 }),
    traps: Type.Optional(
      Type.Array(Name, {
        maxItems: 1000,
        description: 'Credentials whose traps are taken; without it, those of community "public".',
      }),
    ),
    polling: Type.Object(
      {
        everyS: Type.Integer({ minimum: 5, maximum: 3600, default: 60, description: 'Between polls of a device, s.' }),
        timeoutMs: Type.Integer({ minimum: 100, maximum: 30_000, default: 2000, description: 'For one answer, ms.' }),
        retries: Type.Integer({ minimum: 0, maximum: 10, default: 2 }),
        heard: Type.Optional(
          Type.String({ description: 'Credential with which every exporter that is heard is polled too.' }),
        ),
        targets: Type.Array(Target, { default: [], maxItems: 10_000 }),
      },
      { ...closed, default: {} },
    ),
  },
  { ...closed, default: {} },
);
export type SnmpConfig = Static<typeof SnmpConfig>;

export const ExportersConfig = Type.Object(
  {
    allow: Type.Array(Type.String(), {
      default: [],
      maxItems: 1000,
      description: 'Networks whose exporters are taken, such as 10.0.0.0/8; none named = every one.',
    }),
    admission: Type.Union([Type.Literal('open'), Type.Literal('approve')], {
      default: 'open',
      description: 'approve: an exporter waits until someone approves it.',
    }),
  },
  { ...closed, default: {} },
);
export type ExportersConfig = Static<typeof ExportersConfig>;

export const ProbesConfig = Type.Object(
  {
    everyS: Type.Integer({ minimum: 5, maximum: 3600, default: 60, description: 'Between two runs at a target, s.' }),
    timeoutMs: Type.Integer({ minimum: 100, maximum: 4000, default: 2000, description: 'For an answer, ms.' }),
    packets: Type.Integer({ minimum: 1, maximum: 100, default: 10, description: 'Of a run by ICMP or STAMP.' }),
    allow: Type.Array(Type.String(), {
      default: [],
      maxItems: 1000,
      description: 'Networks whose hosts may be probed; none named = every one.',
    }),
    deny: Type.Array(Type.String(), {
      default: ['169.254.0.0/16', 'fe80::/10'],
      maxItems: 1000,
      description:
        'Networks whose hosts are never probed; without it those of one link, where clouds keep their secrets.',
    }),
  },
  { ...closed, default: {}, description: "How the targets of the estate's circuits are probed." },
);
export type ProbesConfig = Static<typeof ProbesConfig>;

export const CollectorsConfig = Type.Array(
  Type.Object(
    {
      label: Name,
      publicKey: Type.String({ description: 'As `linewatch collector --print-key` says there.' }),
    },
    closed,
  ),
  {
    default: [],
    maxItems: 1000,
    description: 'Collectors that are told secrets; none named = every one that publishes a key on the queue.',
  },
);
export type CollectorsConfig = Static<typeof CollectorsConfig>;

/** What a schema cannot say. Lines are not known here: 0. */
export function controlProblems(
  snmp: SnmpConfig,
  exporters: ExportersConfig,
  collectors: CollectorsConfig = [],
  probes?: ProbesConfig,
): Problem[] {
  const problems: Problem[] = [];
  const wrong = (path: string, message: string): void => void problems.push({ line: 0, path, message });
  const names = new Set<string>();
  snmp.credentials.forEach((credential, i) => {
    const at = `snmp.credentials.${i}`;
    const { name, community, user, auth, priv } = credential;
    if (names.has(name)) wrong(`${at}.name`, `"${name}" is given twice`);
    names.add(name);
    if ((community === undefined) === (user === undefined)) wrong(at, 'must have either a community or a user');
    if (community !== undefined && auth) wrong(`${at}.auth`, 'belongs to a user, not to a community');
    if (priv && !auth) wrong(`${at}.priv`, 'needs auth: SNMPv3 does not encrypt without authentication (RFC 3414)');
  });
  const known = (path: string, name: string): void => {
    if (!names.has(name)) wrong(path, `names no credential: "${name}"`);
  };
  const polls = (path: string, name: string): void => {
    known(path, name);
    if (snmp.credentials.find((each) => each.name === name)?.priv?.protocol === 'aes192')
      wrong(path, `names "${name}", whose aes192 is for traps only; use aes128 or aes256`);
  };
  snmp.traps?.forEach((name, i) => known(`snmp.traps.${i}`, name));
  const { heard, targets } = snmp.polling;
  if (heard !== undefined) polls('snmp.polling.heard', heard);
  const shown = snmp.credentials.find(({ name }) => name === heard)?.community !== undefined;
  if (shown && exporters.allow.length === 0 && exporters.admission === 'open')
    wrong(
      'snmp.polling.heard',
      'would send a community to whoever sends flows; name networks in exporters.allow, or use a user',
    );
  const places = new Set<string>();
  targets.forEach(({ address, port, credential }, i) => {
    const at = `snmp.polling.targets.${i}`;
    if (isIP(address) === 0) wrong(`${at}.address`, 'must be an IP address');
    if (places.has(`${address} ${port}`)) wrong(`${at}.address`, `${address} port ${port} is given twice`);
    places.add(`${address} ${port}`);
    polls(`${at}.credential`, credential);
  });
  const labels = new Set<string>();
  collectors.forEach(({ label, publicKey }, i) => {
    if (labels.has(label)) wrong(`collectors.${i}.label`, `"${label}" is given twice`);
    labels.add(label);
    try {
      seal(publicKey, Buffer.alloc(0));
    } catch {
      wrong(`collectors.${i}.publicKey`, 'is no key: linewatch collector --print-key prints it on that machine');
    }
  });
  const networks = (path: string, texts: readonly string[] = []): void =>
    texts.forEach((network, i) => {
      try {
        new Networks([network]);
      } catch {
        wrong(`${path}.${i}`, 'must be a network such as 10.0.0.0/8 or 2001:db8::/32');
      }
    });
  networks('exporters.allow', exporters.allow);
  networks('probes.allow', probes?.allow);
  networks('probes.deny', probes?.deny);
  return problems;
}

interface OfTrust {
  readonly trust: string;
  readonly snmp: SnmpConfig;
  readonly exporters: ExportersConfig;
  readonly collectors: CollectorsConfig;
  readonly probes: ProbesConfig;
}

/** The same of the further trusts. Two of one number in telemetry would be one there. */
export function trustProblems(own: string, trusts: readonly OfTrust[]): Problem[] {
  const labels = new Map([[labelKey(own), own]]);
  return trusts.flatMap(({ trust, snmp, exporters, collectors, probes }, i) => {
    const problems = controlProblems(snmp, exporters, collectors, probes).map((each) => ({
      ...each,
      path: `trusts.${i}.${each.path}`,
    }));
    const other = labels.get(labelKey(trust));
    labels.set(labelKey(trust), trust);
    if (other === undefined) return problems;
    const message =
      other === trust ? `"${trust}" is given twice` : `"${trust}" has the same number in telemetry as "${other}"`;
    return [{ line: 0, path: `trusts.${i}.trust`, message }, ...problems];
  });
}

/** A valid credential as collectors take it. */
function credentialOf({ name, community, user, auth, priv }: SnmpConfig['credentials'][number]): SnmpCredential {
  if (community !== undefined) return { name, community };
  return { name, user, ...(auth && { auth }), ...(priv && { priv }) } as SnmpCredential;
}

/** What a collector is to do, with the secrets that it needs for it and no others. `own` is this configuration's label. */
export function controlOf(
  { snmp, exporters }: { readonly snmp: SnmpConfig; readonly exporters: ExportersConfig },
  own: string,
): (collector: string) => PlainControl {
  const byName = new Map(snmp.credentials.map((credential) => [credential.name, credentialOf(credential)]));
  const { everyS, timeoutMs, retries, heard } = snmp.polling;
  return (collector) => {
    const targets = snmp.polling.targets
      .filter((target) => (target.collector ?? own) === collector)
      .map(({ address, port, credential }) => ({ address, port, credential }));
    const used = new Set([...targets.map(({ credential }) => credential), ...(heard === undefined ? [] : [heard])]);
    return {
      allow: exporters.allow,
      admission: exporters.admission,
      polling: { everyMs: everyS * 1000, timeoutMs, retries, ...(heard === undefined ? {} : { heard }), targets },
      secrets: {
        traps: snmp.traps?.map((name) => byName.get(name)!) ?? [{ name: 'public', community: 'public' }],
        polling: [...used].map((name) => byName.get(name)!),
      },
    };
  };
}

export const probesOf = ({ everyS, timeoutMs, packets, allow, deny }: ProbesConfig): ProbeSettings => ({
  everyMs: everyS * 1000,
  timeoutMs,
  packets,
  allow,
  deny,
});

/** For people: communities and passwords hidden. */
export const redactSnmp = (snmp: SnmpConfig): SnmpConfig => ({
  ...snmp,
  credentials: snmp.credentials.map((credential) => ({
    ...credential,
    ...(credential.community === undefined ? {} : { community: '***' }),
    ...(credential.auth && { auth: { ...credential.auth, password: '***' } }),
    ...(credential.priv && { priv: { ...credential.priv, password: '***' } }),
  })),
});
