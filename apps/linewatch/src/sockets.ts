/**
 * The collector's UDP sockets, opened by the supervisor and inherited by the collector. While a collector is being
 * started again, the kernel goes on filling their buffers: a crash costs what the process had in memory, not what came
 * while it was down. As root the buffers may also be larger than net.core.rmem_max. With several workers each port has a
 * socket for each of them; all are opened before a worker starts and stay open here, so that the group never changes.
 */
import { closeSync } from 'node:fs';
import { type CollectorConfig, CollectorError, type Place, wantedPorts } from '@linewatch/collector';
import { parseAddress } from '@linewatch/record';
import { DataType } from 'ffi-rs';
import { libc } from './libc.ts';
import { steer } from './steering.ts';

export interface OpenSocket {
  readonly protocol: string;
  readonly port: number;
  readonly fd: number;
}

const int = DataType.I32;
const bytes = DataType.U8Array;
// Linux, the same on x86-64 and arm64 (asm-generic/socket.h, bits/socket.h, in.h).
const afInet6 = 10;
const sockDgram = 2;
const sockCloexec = 0o2000000;
const solSocket = 1;
const soReceiveBuffer = 8;
const soReusePort = 15;
const soReceiveBufferForce = 33;
const ipprotoIpv6 = 41;
const ipv6Only = 26;
const addressInUse = 98;

const int32 = (value: number): Buffer => {
  const out = Buffer.alloc(4);
  out.writeInt32LE(value);
  return out;
};

/** struct sockaddr_in6: family, port, flow info, address, scope. */
function sockaddr(address: Uint8Array, port: number): Buffer {
  const out = Buffer.alloc(28);
  out.writeUInt16LE(afInet6, 0);
  out.writeUInt16BE(port, 2);
  out.set(address, 8);
  return out;
}

class Refused extends Error {
  readonly errno: number;
  constructor(message: string, errno: number) {
    super(message);
    this.errno = errno;
  }
}

function openUdp(address: Uint8Array, port: number, bufferBytes: number, shared: boolean): number {
  const opened = libc('socket', [int, int, int], [afInet6, sockDgram | sockCloexec, 0]);
  if (opened.value < 0) throw new Refused(opened.errnoMessage, opened.errnoCode);
  const fd = opened.value;
  const set = (level: number, option: number, value: number): boolean =>
    libc('setsockopt', [int, int, int, bytes, int], [fd, level, option, int32(value), 4]).value === 0;
  set(ipprotoIpv6, ipv6Only, 0);
  if (shared) set(solSocket, soReusePort, 1);
  if (!set(solSocket, soReceiveBufferForce, bufferBytes)) set(solSocket, soReceiveBuffer, bufferBytes);
  const bound = libc('bind', [int, bytes, int], [fd, sockaddr(address, port), 28]);
  if (bound.value !== 0) {
    closeSync(fd);
    throw new Refused(bound.errnoMessage, bound.errnoCode);
  }
  return fd;
}

/** A port's sockets, one for each worker. */
function openGroup(address: Uint8Array, port: number, bufferBytes: number, workers: number): number[] {
  const first = openUdp(address, port, bufferBytes, false);
  if (workers === 1) return [first];
  // Whoever has the port would let us join them; the first bind was to find them out.
  closeSync(first);
  const fds: number[] = [];
  try {
    for (let i = 0; i < workers; i++) fds.push(openUdp(address, port, bufferBytes, true));
    if (!steer(fds[0]!, workers)) throw new Refused('the kernel did not take the program that spreads datagrams', 0);
  } catch (error) {
    fds.forEach((fd) => closeSync(fd));
    throw error;
  }
  return fds;
}

/** Whether the kernel lets several sockets share a port and take a program that spreads datagrams over them. */
function canSteer(): boolean {
  try {
    // As an IPv4 one: a machine may have no IPv6 address.
    const fd = openUdp(parseAddress('127.0.0.1'), 0, 65_536, true);
    const taken = steer(fd, 2);
    closeSync(fd);
    return taken;
  } catch {
    return false;
  }
}

/**
 * Opens what the configuration asks for: a list for each worker, of one only where the kernel does not spread datagrams.
 * Undefined where sockets cannot be handed on (not Linux, or no IPv6): then the collector is one process and opens its own.
 * @throws CollectorError that names the port.
 */
export function openSockets(config: CollectorConfig): OpenSocket[][] | undefined {
  if (process.platform !== 'linux') return undefined;
  const probe = libc('socket', [int, int, int], [afInet6, sockDgram | sockCloexec, 0]);
  if (probe.value < 0) return undefined;
  closeSync(probe.value);
  const workers = config.workers > 1 && canSteer() ? config.workers : 1;
  // '::' takes IPv4 too; an IPv4 address is bound as its v4-mapped form.
  const address = parseAddress(config.address === '0.0.0.0' ? '::ffff:0.0.0.0' : config.address);
  const sockets = Array.from({ length: workers }, (): OpenSocket[] => []);
  for (const { protocol, ports } of wantedPorts(config)) {
    for (const [i, port] of ports.entries()) {
      try {
        const fds = openGroup(address, port, config.receiveBufferBytes, workers);
        fds.forEach((fd, worker) => sockets[worker]!.push({ protocol, port, fd }));
        break;
      } catch (error) {
        const { errno, message } = error as Refused;
        if (i + 1 < ports.length) continue;
        for (const { fd } of sockets.flat()) closeSync(fd);
        throw CollectorError.ofPort(protocol, port, errno === addressInUse, message);
      }
    }
  }
  return sockets;
}

/** Environment variable that tells a collector which worker it is and which file descriptors it has inherited. */
export const inheritedVariable = 'LINEWATCH_INHERITED';

export interface Inherited extends Place {
  /** What the process is called. */
  readonly name: string;
  /** Undefined: it opens its own. */
  readonly sockets?: readonly OpenSocket[] | undefined;
}

/** What this process was given by its supervisor, if it has one. */
export const inherited = (): Inherited | undefined => {
  const text = process.env[inheritedVariable];
  return text ? (JSON.parse(text) as Inherited) : undefined;
};
