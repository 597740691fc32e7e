/**
 * Targets of probes, as an operator writes them with a circuit and as they stand in samples:
 *
 *   10.0.0.1  icmp://host             echo request
 *   tcp://host:port                   connect
 *   http://host[:port]/path[?query]   GET; https too
 *   dns://server[:port]/name[?type=A] one question (RFC 4501)
 *   stamp://host[:port]               test packets to a reflector (RFC 8762), port 862 without one
 *
 * each with `#collector` behind it where another collector than the circuit's is to send it. Blanks stand between several.
 */
import { isIP } from 'node:net';
import { formatAddress, parseAddress } from './address.ts';

export const dnsTypes = ['A', 'AAAA', 'MX', 'TXT', 'SRV', 'NS', 'CNAME'] as const;
export type DnsType = (typeof dnsTypes)[number];

interface Common {
  /** Canonical, without the collector: what samples bear. It has no blank and no control character. */
  readonly url: string;
  /** Lower-case name, or an address without brackets (RFC 5952). */
  readonly host: string;
  /** Label of the vantage point; absent = the circuit's own collector. */
  readonly collector?: string;
}
export type IcmpTarget = Common & { readonly kind: 'icmp' };
export type TcpTarget = Common & { readonly kind: 'tcp'; readonly port: number };
/** `path` begins with a slash and has the query. */
export type HttpTarget = Common & {
  readonly kind: 'http' | 'https';
  readonly port: number;
  readonly path: string;
};
export type DnsTarget = Common & {
  readonly kind: 'dns';
  readonly port: number;
  readonly name: string;
  readonly type: DnsType;
};
export type StampTarget = Common & { readonly kind: 'stamp'; readonly port: number };
export type ProbeTarget = IcmpTarget | TcpTarget | HttpTarget | DnsTarget | StampTarget;

/** Most targets of one circuit. */
export const maxProbeTargets = 8;
/** Longest target, characters. */
export const maxProbeLength = 512;

const defaultPorts = { http: 80, https: 443, dns: 53, stamp: 862 } as const;

/** Text that is no target of a probe. Its message says which and why, in words for who wrote it. */
export class ProbeTargetError extends Error {
  override readonly name = 'ProbeTargetError';
  readonly code = 'probe_target_invalid';
}

/** Quoted, with what cannot be printed shown as such, and short. */
const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

class Refused {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  because(why: string): never {
    throw new ProbeTargetError(`${quoted(this.#text)} is no probe target: ${why}`);
  }
}

/** RFC 1123 section 2.1, and the underscore that some networks use. */
const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;
const collectorLabel = /^[a-z0-9][a-z0-9-]{0,62}$/;

function readName(text: string, refused: Refused, what: string): string {
  const name = text.toLowerCase().replace(/\.$/, '');
  if (name === '') refused.because(`it has no ${what}`);
  if (/[^\x21-\x7e]/.test(name))
    refused.because(`a ${what} is of ASCII letters; an international one begins with xn--`);
  if (name.length > 253 || !name.split('.').every((part) => label.test(part)))
    refused.because(`${quoted(text)} is neither a ${what} nor an address`);
  return name;
}

function readHost(text: string, refused: Refused): string {
  if (text.includes('%')) refused.because('an address with a zone is of one machine only');
  if (isIP(text) !== 0) return formatAddress(parseAddress(text));
  const name = readName(text, refused, 'host name');
  // As C libraries read them these would be addresses: 10.1 is 10.0.0.1.
  if (/^(?:\d+|0x[0-9a-f]*)$/.test(name.slice(name.lastIndexOf('.') + 1)))
    refused.because(`${quoted(text)} is neither a host name nor an address`);
  return name;
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

function readPort(text: string | undefined, refused: Refused, otherwise?: number): number {
  if (text === undefined || text === '') return otherwise ?? refused.because('it needs a port, such as tcp://host:443');
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : refused.because(`port ${quoted(text)} is not one of 1 to 65535`);
}

/** Scheme, authority and what follows it. Behind `#` is the collector, which never goes over the network. */
const form = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^#]*)$/i;
const authorityForm = /^(?:\[([^\]]*)\]|([^:]*))(?::([^:]*))?$/;

/**
 * One target.
 * @throws ProbeTargetError
 */
export function parseProbe(text: string): ProbeTarget {
  const refused = new Refused(text);
  if (text.length > maxProbeLength) refused.because(`it is longer than ${maxProbeLength} characters`);
  // eslint-disable-next-line no-control-regex -- that is what is looked for
  if (/[\s\x00-\x1f\x7f-\x9f]/.test(text)) refused.because('it has a blank or a control character in it');
  const hash = text.indexOf('#');
  const target = hash < 0 ? text : text.slice(0, hash);
  if (hash < 0) return readTarget(target, refused);
  const collector = text.slice(hash + 1);
  if (!collectorLabel.test(collector)) refused.because(`${quoted(collector)} is no label of a collector`);
  return { ...readTarget(target, refused), collector };
}

function readTarget(text: string, refused: Refused): ProbeTarget {
  if (!text.includes('://')) {
    const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
    if (isIP(bare) === 0 && /[:/?@]/.test(bare))
      refused.because('say how it is to be probed, such as tcp://host:443 or https://host/');
    const host = readHost(bare, refused);
    return { kind: 'icmp', url: `icmp://${bracketed(host)}`, host };
  }
  const [, scheme = '', authority = '', rest = ''] =
    form.exec(text) ?? refused.because('it is not of the form scheme://host');
  const kind = scheme.toLowerCase();
  if (authority.includes('@')) refused.because('a name and password have no place in it');
  const [, v6, plain = '', portText] =
    authorityForm.exec(authority) ?? refused.because('an IPv6 address needs brackets');
  if (v6 !== undefined && isIP(v6) !== 6 && !v6.includes('%')) refused.because(`${quoted(v6)} is no IPv6 address`);
  const host = readHost(v6 ?? plain, refused);
  const place = (port: number, usual?: number): string =>
    port === usual ? bracketed(host) : `${bracketed(host)}:${port}`;
  const noRest = (): void => {
    if (rest !== '' && rest !== '/') refused.because(`nothing may follow the host of ${kind}://`);
  };
  switch (kind) {
    case 'icmp':
      noRest();
      if (portText !== undefined) refused.because('icmp has no ports');
      return { kind, url: `icmp://${bracketed(host)}`, host };
    case 'tcp': {
      noRest();
      const port = readPort(portText, refused);
      return { kind, url: `tcp://${place(port)}`, host, port };
    }
    case 'stamp': {
      noRest();
      const port = readPort(portText, refused, defaultPorts.stamp);
      return { kind, url: `stamp://${place(port, defaultPorts.stamp)}`, host, port };
    }
    case 'http':
    case 'https': {
      const port = readPort(portText, refused, defaultPorts[kind]);
      const base = `${kind}://${place(port, defaultPorts[kind])}`;
      if (!URL.canParse(base + rest)) refused.because('it is no URL');
      const { pathname, search } = new URL(base + rest);
      const path = pathname + search;
      if (base.length + path.length > maxProbeLength) refused.because(`it is longer than ${maxProbeLength} characters`);
      return { kind, url: base + path, host, port, path };
    }
    case 'dns': {
      const port = readPort(portText, refused, defaultPorts.dns);
      const [, nameText = '', typeText = 'A'] =
        /^\/([^/?]*)(?:\?type=([a-z]+))?$/i.exec(rest) ??
        refused.because('a question is of the form dns://server/name or dns://server/name?type=MX');
      const name = readName(nameText, refused, 'name to ask for');
      if (/(?:^|\.)(?:localhost|onion)$/.test(name))
        refused.because('no name server is asked for that name (RFC 6761, RFC 7686)');
      const wanted = typeText.toUpperCase();
      const type =
        dnsTypes.find((each) => each === wanted) ?? refused.because(`its type is none of ${dnsTypes.join(', ')}`);
      const url = `dns://${place(port, defaultPorts.dns)}/${name}${type === 'A' ? '' : `?type=${type}`}`;
      return { kind, url, host, port, name, type };
    }
    default:
      return refused.because(`${quoted(kind)} is none of icmp, tcp, http, https, dns, stamp`);
  }
}

/**
 * The targets in the text of a circuit, without repeats.
 * @throws ProbeTargetError that says which of them is wrong, and why; none at all is wrong too
 */
export function parseProbes(text: string): ProbeTarget[] {
  const words = text.split(/[ \t\r\n]+/).filter((word) => word !== '');
  if (words.length === 0) throw new ProbeTargetError('there is no probe target in it');
  const targets = new Map<string, ProbeTarget>();
  for (const word of words) {
    const target = parseProbe(word);
    targets.set(`${target.url}#${target.collector ?? ''}`, target);
    if (targets.size > maxProbeTargets)
      throw new ProbeTargetError(`there are more than ${maxProbeTargets} probe targets in it`);
  }
  return [...targets.values()];
}

/** Of a sample of a `probe.` metric: the target, and what was wrong, which is empty where nothing was. */
export function readProbeText(text: string): { readonly url: string; readonly reason: string } {
  const blank = text.indexOf(' ');
  return blank < 0 ? { url: text, reason: '' } : { url: text.slice(0, blank), reason: text.slice(blank + 1) };
}
