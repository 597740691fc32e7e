/** Sets of networks in CIDR notation (RFC 4632, RFC 4291 section 2.3), over the 16-octet form of addresses. */
import { parseAddress } from './address.ts';

interface Network {
  readonly address: Uint8Array;
  /** Leading bits of the 16-octet form that decide. */
  readonly bits: number;
  readonly v4: boolean;
}

const isMapped = (address: Uint8Array): boolean => {
  for (let i = 0; i < 10; i++) if (address[i] !== 0) return false;
  return address[10] === 0xff && address[11] === 0xff;
};

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. @throws RangeError when it is none of them. */
function parseNetwork(text: string): Network {
  const [, head = '', tail] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(head);
  const v4 = isMapped(address);
  const short = v4 && !head.includes(':');
  const length = tail === undefined ? (short ? 32 : 128) : Number(tail);
  if (length > (short ? 32 : 128)) throw new RangeError(`prefix too long: ${text.slice(0, 60)}`);
  return { address, bits: short ? 96 + length : length, v4 };
}

function holds({ address, bits }: Network, other: Uint8Array): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== other[i]) return false;
  const rest = bits & 7;
  return rest === 0 || (address[whole]! ^ other[whole]!) >> (8 - rest) === 0;
}

const word = (address: Uint8Array): number =>
  (address[12]! << 24) | (address[13]! << 16) | (address[14]! << 8) | address[15]!;

/** Whoever floods a collector makes it ask: IPv4 takes a few operations a network. */
export class Networks {
  readonly size: number;
  readonly #v6: readonly Network[];
  /** Mask and base by turns. */
  readonly #v4: Int32Array;

  /** @throws RangeError that names the first that is not a network. */
  constructor(texts: readonly string[]) {
    const all = texts.map(parseNetwork);
    this.size = all.length;
    this.#v6 = all.filter(({ v4 }) => !v4);
    this.#v4 = Int32Array.from(
      all
        .filter(({ v4 }) => v4)
        .flatMap(({ address, bits }) => {
          // A shift by 32 is none.
          const mask = bits <= 96 ? 0 : -1 << (128 - bits);
          return [mask, word(address) & mask];
        }),
    );
  }

  /** Whether one of them holds this 16-octet address. */
  has(address: Uint8Array): boolean {
    // ::/0 is every IPv6 address: those of IPv4 only look like some of them here.
    if (!isMapped(address)) return this.#v6.some((network) => holds(network, address));
    const own = word(address);
    const v4 = this.#v4;
    for (let i = 0; i < v4.length; i += 2) if ((own & v4[i]!) === v4[i + 1]) return true;
    return false;
  }
}
