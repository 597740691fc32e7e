/**
 * The estate's exporters that have a credential: their collectors poll them with it, and take traps that it authenticates.
 * What the configuration says of the same device, or under the same name, goes before it.
 */
import type { Estate } from '@linewatch/estate';
import { SnmpCredential, formatAddress, parseAddress } from '@linewatch/record';
import { type Logger, describe } from '@linewatch/service';
import { Value } from 'typebox/value';
import type { PlainControl } from './control.ts';

const snmpPort = 161;
/** Most devices that a collector is told of; as many as the configuration may name. */
const maxTargets = 10_000;

/** Of the estate's records, what is read here. */
interface ExporterValues {
  readonly address: string;
  readonly collector: string;
  readonly credential?: string;
  readonly snmpPort?: number;
}
interface CredentialValues {
  readonly community?: unknown;
  readonly user?: unknown;
  readonly auth?: unknown;
  readonly priv?: unknown;
}

interface Polled {
  readonly address: string;
  readonly port: number;
  readonly credential: SnmpCredential;
}

/** By the label of the collector. */
export type EstatePolling = ReadonlyMap<string, readonly Polled[]>;

const canonical = (address: string): string => {
  try {
    return formatAddress(parseAddress(address));
  } catch {
    return address;
  }
};

/**
 * As the estate is now. A secret that cannot be opened leaves its devices out, and the others are polled.
 * @throws EstateError when the estate cannot be read
 */
export async function readPolling(
  { records }: Pick<Estate, 'records'>,
  trust: string,
  logger: Logger,
): Promise<EstatePolling> {
  const exporters = (await records.list(trust, 'exporter')).map(({ values }) => values as ExporterValues);
  const credentials = new Map<string, SnmpCredential>();
  for (const id of new Set(exporters.flatMap(({ credential }) => credential ?? []))) {
    const credential = await credentialOf(records, trust, id, logger);
    if (credential) credentials.set(id, credential);
  }
  const polled = new Map<string, Polled[]>();
  for (const { address, collector, credential: id, snmpPort: port = snmpPort } of exporters) {
    const credential = id === undefined ? undefined : credentials.get(id);
    if (!credential) continue;
    const own = polled.get(collector) ?? [];
    if (own.length < maxTargets) own.push({ address: canonical(address), port, credential });
    polled.set(collector, own);
  }
  return polled;
}

async function credentialOf(
  records: Estate['records'],
  trust: string,
  id: string,
  logger: Logger,
): Promise<SnmpCredential | undefined> {
  try {
    const secret = await records.secret(trust, 'credential', id);
    if (!secret) {
      logger.error(
        { trust, credential: id },
        'a credential of the estate cannot be opened: its devices are not polled',
      );
      return undefined;
    }
    const { community, user, auth, priv } = secret as CredentialValues;
    const parts = { user, auth, priv };
    const given = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
    const credential: unknown = { name: id, ...(community === undefined ? given : { community }) };
    if (Value.Check(SnmpCredential, credential)) return credential;
    logger.error(
      { trust, credential: id },
      'a credential of the estate is not one of SNMP: its devices are not polled',
    );
  } catch (error) {
    logger.error({ trust, credential: id, reason: describe(error) }, 'a credential of the estate cannot be opened');
  }
  return undefined;
}

export interface Merged {
  readonly control: PlainControl;
  /** In words: where the configuration goes before the estate. */
  readonly conflicts: readonly string[];
}

/** What a collector is to do, with what the estate says of it. It gets the secrets of its own devices, and no others. */
export function withEstate(control: PlainControl, polled: readonly Polled[] = []): Merged {
  if (polled.length === 0) return { control, conflicts: [] };
  const conflicts = new Set<string>();
  const configured = new Map([...control.secrets.traps, ...control.secrets.polling].map((each) => [each.name, each]));
  const addresses = new Set(control.polling.targets.map(({ address }) => canonical(address)));
  const used = new Map<string, SnmpCredential>();
  const targets: { address: string; port: number; credential: string }[] = [];
  for (const { address, port, credential } of polled) {
    if (addresses.has(address)) {
      conflicts.add(`${address} is polled as the configuration says`);
      continue;
    }
    if (configured.has(credential.name)) conflicts.add(`the credential "${credential.name}" is the configuration's`);
    used.set(credential.name, configured.get(credential.name) ?? credential);
    targets.push({ address, port, credential: credential.name });
  }
  const joined = (own: readonly SnmpCredential[]): SnmpCredential[] => {
    const names = new Set(own.map(({ name }) => name));
    return [...own, ...[...used.values()].filter(({ name }) => !names.has(name))];
  };
  const { polling, secrets } = control;
  return {
    control: {
      ...control,
      polling: { ...polling, targets: [...polling.targets, ...targets].slice(0, maxTargets) },
      secrets: { traps: joined(secrets.traps), polling: joined(secrets.polling) },
    },
    conflicts: [...conflicts],
  };
}
