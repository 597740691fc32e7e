/** Which device was this? For who may know: it needs the key. */
import { isIP } from 'node:net';
import { KeyError, pseudonymKeyFile, readPseudonymKey } from '@linewatch/collector';
import { Privacy, originalOf } from '@linewatch/decode';
import { formatAddress, parseAddress } from '@linewatch/record';
import { LinewatchError } from '@linewatch/service';
import { loadConfig } from '../config.ts';
import type { CommonOptions } from '../context.ts';
import { paths } from '../paths.ts';

export interface PseudonymCommandOptions extends CommonOptions {
  readonly reverse?: boolean;
}

class PseudonymError extends LinewatchError<'address_invalid' | 'pseudonyms_off' | 'key_missing'> {}

function addressOf(text: string): Uint8Array {
  if (isIP(text) === 0) throw new PseudonymError('address_invalid', `${text.slice(0, 60)} is not an IP address`);
  return parseAddress(text);
}

/** Prints a line an address: the address, a tab, its pseudonym; with `reverse`, the pseudonym and its address. */
export async function pseudonym(texts: readonly string[], options: PseudonymCommandOptions): Promise<void> {
  const { data, trust, collector } = loadConfig({ file: options.config, data: options.data, env: process.env });
  const { privacy, label } = collector;
  if (privacy.addresses !== 'pseudonym')
    throw new PseudonymError('pseudonyms_off', `addresses are not replaced by pseudonyms but: ${privacy.addresses}`);
  const addresses = texts.map(addressOf);
  const file = pseudonymKeyFile(privacy, paths(data).collector(trust), label);
  const key = await readPseudonymKey(file).catch((cause: unknown) => {
    if (!(cause instanceof KeyError) || cause.code !== 'key_missing') throw cause;
    const why = `the collector "${label}" makes it at its first start; --data or --config tell where it keeps it`;
    throw new PseudonymError('key_missing', `${file}: there is no key yet: ${why}`);
  });
  const { inside } = privacy;
  const forward = new Privacy({ addresses: 'pseudonym', inside, key });
  for (const address of addresses) {
    const text = formatAddress(address);
    const other = options.reverse ? formatAddress(originalOf(address, { key, inside })) : forward.text(text);
    process.stdout.write(`${text}\t${other}\n`);
  }
}
