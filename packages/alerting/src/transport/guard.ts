/**
 * Which addresses may be asked. Receivers are named by people, so a name or an address may lead inside: to this machine, to the
 * network around it, to a cloud's metadata. What is asked is public, or within networks that the administrator allowed.
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** IANA's special-purpose registry of IPv4 (RFC 6890 and its updates), multicast, and one of a cloud's own. */
const notPublic4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by carriers
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local, metadata of clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // relays of 6to4
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
  '168.63.129.16/32', // Azure's own services, though its range is public
];

/** Of IPv6 only 2000::/3 is given out to the public; of that, these are not. */
const notPublic6 = [
  '2001::/23', // protocol assignments, Teredo
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '3fff::/20', // documentation
];

/** Nothing answers there, or many do: whatever is allowed, these are not asked. */
const never4 = ['0.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4'];
const never6 = ['::/128', 'ff00::/8'];

/** Network and length of a CIDR; an address alone is a network of one. Undefined: neither. */
function networkOf(text: string): { address: string; length: number; family: 'ipv4' | 'ipv6' } | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) && !address.includes('%') ? 'ipv6' : undefined;
  if (!family || rest.length > 0) return undefined;
  const bits = family === 'ipv4' ? 32 : 128;
  if (length === undefined) return { address, length: bits, family };
  return /^[0-9]{1,3}$/.test(length) && Number(length) <= bits
    ? { address, length: Number(length), family }
    : undefined;
}

/** What is wrong with a CIDR; null: nothing. */
export const networkProblem = (text: string): string | null =>
  networkOf(text) ? null : `${JSON.stringify(text)} is no network such as 10.1.0.0/16 or fd00:1::/32`;

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of networks) {
    const network = networkOf(text);
    if (!network) throw new Error(networkProblem(text) ?? text);
    list.addSubnet(network.address, network.length, network.family);
  }
  return list;
}

/** Sixteen octets of an IPv6 address that `isIPv6` took. */
function octetsOf(address: string): number[] {
  // The dotted end of a mapped address, as two groups.
  const text = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  );
  const [head = '', tail] = text.split('::');
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => parseInt(group, 16)));
  const first = groups(head);
  const last = tail === undefined ? [] : groups(tail);
  const all = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
  return all.flatMap((group) => [group >> 8, group & 255]);
}

const startsWith = (octets: readonly number[], prefix: readonly number[]): boolean =>
  prefix.every((octet, index) => octets[index] === octet);
const zeros = (count: number): number[] => Array<number>(count).fill(0);
/** Whose last four octets are an IPv4 address that the packet ends up at. */
const mapped = [...zeros(10), 255, 255];
const translated = [...zeros(8), 255, 255, 0, 0];
const nat64 = [0, 0x64, 0xff, 0x9b, ...zeros(8)];

/** `allowed`: within a network that the administrator allowed. */
type Verdict = 'public' | 'allowed' | 'refused';

export interface Guard {
  /** Of one address as text; what is no address is refused. */
  judge(address: string): Verdict;
}

const reserved4 = listOf(notPublic4);
const reserved6 = listOf(notPublic6);
const never4List = listOf(never4);
const never6List = listOf(never6);
const globalUnicast = listOf(['2000::/3']);

/** @throws Error for a network that is none */
export function createGuard(allowNetworks: readonly string[]): Guard {
  const allowed = listOf(allowNetworks);

  function judge4(address: string): Verdict {
    if (never4List.check(address)) return 'refused';
    if (allowed.check(address)) return 'allowed';
    return reserved4.check(address) ? 'refused' : 'public';
  }

  return {
    judge(address) {
      if (isIPv4(address)) return judge4(address);
      // A zone names an interface of this machine: such an address is link-local.
      if (!isIPv6(address) || address.includes('%')) return 'refused';
      const octets = octetsOf(address);
      const last = octets.slice(12).join('.');
      if (startsWith(octets, mapped)) return judge4(last);
      if (never6List.check(address, 'ipv6')) return 'refused';
      if (allowed.check(address, 'ipv6')) return 'allowed';
      if (startsWith(octets, nat64) || startsWith(octets, translated))
        // Beyond a translator: an allowed network is one of here, so only what is public counts.
        return judge4(last) === 'public' ? 'public' : 'refused';
      return globalUnicast.check(address, 'ipv6') && !reserved6.check(address, 'ipv6') ? 'public' : 'refused';
    },
  };
}

/** Ports of other protocols, where text of an HTTP request might be taken for commands. Below 1024 only 80 and 443 are asked. */
const otherProtocols = new Set([
  1719, 1720, 1723, 2049, 3306, 3659, 4045, 4190, 5060, 5061, 5432, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669,
  6679, 6697, 10080, 11211, 27017,
]);

/** For public addresses; in allowed networks any port may be asked. */
export const isHttpPort = (port: number): boolean =>
  port === 80 || port === 443 || (port >= 1024 && !otherProtocols.has(port));
