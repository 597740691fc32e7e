/** `collector.privacy` of the configuration, and what it means for the addresses of the flows. */
import path from 'node:path';
import { Privacy, insideNetworks } from '@linewatch/decode';
import type { Logger, Problem } from '@linewatch/service';
import { type Static, Type } from 'typebox';
import { pseudonymKeyFileOf, makePseudonymKey, readPseudonymKey } from './pseudonym-key.ts';

const closed = { additionalProperties: false, default: {} } as const;

export const PrivacyConfig = Type.Object(
  {
    addresses: Type.Union([Type.Literal('pseudonym'), Type.Literal('truncate'), Type.Literal('keep')], {
      default: 'pseudonym',
      description: 'What becomes of addresses of inside hosts before anything is stored.',
    }),
    inside: Type.Array(Type.String(), {
      default: [],
      maxItems: 256,
      description:
        'Networks that are inside besides local address space (10.0.0.0/8, fc00::/7 and so on): public ones of the trust, ' +
        'and those whose leading bits are to stay readable.',
    }),
    truncateTo: Type.Object(
      {
        ipv4: Type.Integer({ minimum: 0, maximum: 32, default: 24 }),
        ipv6: Type.Integer({ minimum: 0, maximum: 128, default: 64 }),
      },
      { ...closed, description: 'Leading bits that stay where addresses are truncated.' },
    ),
    keyFile: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'Key of the pseudonyms, 64 hexadecimal digits, for collectors that are to share one; without it, a collector ' +
          'makes its own.',
      }),
    ),
  },
  closed,
);
export type PrivacyConfig = Static<typeof PrivacyConfig>;

/** What the schema cannot say. Lines are not known here: 0. */
export function privacyProblems({ inside }: PrivacyConfig): Problem[] {
  return inside.flatMap((network, i) => {
    try {
      insideNetworks([network]);
      return [];
    } catch (error) {
      return [{ line: 0, path: `collector.privacy.inside.${i}`, message: (error as Error).message }];
    }
  });
}

/** Where the key is: of the collector `label` that keeps what it remembers in `directory`. */
export const pseudonymKeyFile = ({ keyFile: given }: PrivacyConfig, directory: string, label: string): string =>
  given === undefined ? pseudonymKeyFileOf(directory, label) : path.resolve(given);

/** @throws KeyError when the key is needed and cannot be had: one that is named in the configuration is never made. */
export async function openPrivacy(
  config: PrivacyConfig,
  directory: string,
  label: string,
  logger: Logger,
): Promise<Privacy> {
  const { addresses, inside, truncateTo } = config;
  if (addresses !== 'pseudonym') return new Privacy({ addresses, inside, truncateTo });
  const file = pseudonymKeyFile(config, directory, label);
  const { key, made } =
    config.keyFile === undefined ? await makePseudonymKey(file) : { key: await readPseudonymKey(file), made: false };
  if (made) logger.warn({ file }, 'key of the pseudonyms made: keep a copy, nothing can be told without it');
  return new Privacy({ addresses, inside, truncateTo, key });
}
