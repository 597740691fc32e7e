/** `linewatch replay`: sends a capture's UDP payloads again, at the capture's own pace or a given one. */
import { type Socket, createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { open } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import { type CaptureReason, type CapturedDatagram, readCapture } from '@linewatch/decode';
import { LinewatchError, sleep } from '@linewatch/service';

/**
 * - `capture_unreadable`: the file cannot be opened or read.
 * - `capture_too_large`: it is over `maxCaptureBytes`.
 * - `capture_empty`: it holds no UDP datagram.
 * - `destination_invalid`: HOST:PORT is malformed or the name has no address.
 * - `send_failed`: the system refused to send.
 */
export type ReplayErrorCode =
  'capture_unreadable' | 'capture_too_large' | 'capture_empty' | 'destination_invalid' | 'send_failed';

export class ReplayError extends LinewatchError<ReplayErrorCode> {}

/** Largest capture that is replayed, octets: it is held in memory. */
const maxCaptureBytes = 1024 ** 3;
/** Longest pause between two datagrams, ms: a capture's clock may leap. */
const longestPauseMs = 60_000;
/** What is due within this is sent without waiting, ms: timers are no finer. */
const slackMs = 1;

interface ReplayProgress {
  readonly datagrams: number;
  readonly octets: number;
  /** Times the whole capture was sent. */
  readonly rounds: number;
}

export interface ReplayResult extends ReplayProgress {
  /** What of the file could not be read as UDP datagrams, by reason. */
  readonly unreadable: Readonly<Partial<Record<CaptureReason, number>>>;
  readonly seconds: number;
}

export interface ReplayOptions {
  readonly file: string;
  readonly host: string;
  readonly port: number;
  /** Datagrams a second; without it the capture's own timing. */
  readonly rate?: number;
  /** Begin again at the end, until `signal` aborts. */
  readonly loop?: boolean;
  readonly signal?: AbortSignal;
  /** About once a second. */
  readonly onProgress?: (progress: ReplayProgress) => void;
  /** Told once when the destination is neither loopback nor private: telemetry is about to leave the site. */
  readonly onWarning?: (text: string) => void;
}

/** Splits HOST:PORT; IPv6 addresses stand in brackets. @throws ReplayError `destination_invalid` */
export function parseDestination(text: string): { host: string; port: number } {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || (bracketed !== undefined && isIP(bracketed) !== 6))
    throw new ReplayError(
      'destination_invalid',
      `"${text.slice(0, 100)}" is not HOST:PORT (an IPv6 address stands in brackets)`,
    );
  if (port < 1 || port > 65_535) throw new ReplayError('destination_invalid', `port ${digits!} is not 1 to 65535`);
  return { host, port };
}

const local = new BlockList();
local.addSubnet('127.0.0.0', 8);
local.addSubnet('10.0.0.0', 8);
local.addSubnet('172.16.0.0', 12);
local.addSubnet('192.168.0.0', 16);
local.addSubnet('169.254.0.0', 16);
local.addSubnet('100.64.0.0', 10);
local.addAddress('::1', 'ipv6');
local.addSubnet('fc00::', 7, 'ipv6');
local.addSubnet('fe80::', 10, 'ipv6');

/** Loopback, link-local, private or shared address space. */
export const isLocalAddress = (address: string): boolean => local.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

async function readFile(file: string): Promise<Uint8Array> {
  try {
    const handle = await open(file, 'r');
    try {
      const info = await handle.stat();
      if (info.isDirectory()) throw new ReplayError('capture_unreadable', `${file} is a directory`);
      if (info.size > maxCaptureBytes)
        throw new ReplayError(
          'capture_too_large',
          `${file} has ${info.size} octets; at most ${maxCaptureBytes} can be replayed`,
        );
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof ReplayError) throw cause;
    throw new ReplayError('capture_unreadable', `${file} cannot be read`, { cause });
  }
}

interface Capture {
  readonly datagrams: readonly CapturedDatagram[];
  readonly unreadable: Partial<Record<CaptureReason, number>>;
}

async function readDatagrams(file: string): Promise<Capture> {
  const datagrams: CapturedDatagram[] = [];
  const unreadable: Partial<Record<CaptureReason, number>> = {};
  for (const item of readCapture(await readFile(file))) {
    if (item.kind === 'datagram') datagrams.push(item);
    else unreadable[item.reason] = (unreadable[item.reason] ?? 0) + 1;
  }
  if (datagrams.length > 0) return { datagrams, unreadable };
  const why = Object.keys(unreadable).join(', ');
  throw new ReplayError('capture_empty', `${file} holds no UDP datagram${why === '' ? '' : ` (${why})`}`);
}

/**
 * When each datagram is due, ms from the beginning, with the end of the round last. Clocks that leap back or far ahead do
 * not hold the replay up.
 */
export function schedule(timesMs: readonly number[], rate?: number): Float64Array {
  const due = new Float64Array(timesMs.length + 1);
  for (let i = 1; i <= timesMs.length; i++) {
    const gap = rate !== undefined ? 1000 / rate : i === timesMs.length ? 0 : timesMs[i]! - timesMs[i - 1]!;
    due[i] = due[i - 1]! + Math.min(longestPauseMs, Math.max(0, gap));
  }
  // A round of one moment would be sent again without end at full speed.
  if (rate === undefined) due[timesMs.length]! += 1;
  return due;
}

async function resolveHost(host: string): Promise<{ address: string; family: number }> {
  try {
    return await lookup(host);
  } catch (cause) {
    throw new ReplayError('destination_invalid', `"${host}" has no address`, { cause });
  }
}

const sendTo = (socket: Socket, payload: Uint8Array, port: number, address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.send(payload, port, address, (cause) => {
      if (cause) reject(new ReplayError('send_failed', `sending to ${address}:${port} failed`, { cause }));
      else resolve();
    });
  });

/**
 * Resolves when the capture was sent, or when `signal` aborts, with what was sent.
 * @throws ReplayError
 */
export async function replay(options: ReplayOptions): Promise<ReplayResult> {
  const { file, host, port, rate, loop = false, signal, onProgress, onWarning } = options;
  if (rate !== undefined && !(rate > 0 && rate <= 1e7))
    throw new RangeError(`rate must be above 0 datagrams/s, not ${rate}`);
  const { datagrams, unreadable } = await readDatagrams(file);
  const { address, family } = await resolveHost(host);
  if (!isLocalAddress(address))
    onWarning?.(`${address} is not a private address: the capture's addresses and traffic leave this site`);

  const due = schedule(
    datagrams.map(({ timeMs }) => timeMs),
    rate,
  );
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  const begin = performance.now();
  let sent = 0;
  let octets = 0;
  let rounds = 0;
  let told = begin;
  const progress = (): ReplayProgress => ({ datagrams: sent, octets, rounds });
  try {
    // An ICMP refusal must not end the replay: a collector may be about to start.
    socket.on('error', () => undefined);
    for (let start = begin; !signal?.aborted; start += due[datagrams.length]!) {
      for (let i = 0; i < datagrams.length; i++) {
        const wait = start + due[i]! - performance.now();
        if (wait > slackMs) await sleep(wait, signal);
        if (signal?.aborted) break;
        const { payload } = datagrams[i]!;
        await sendTo(socket, payload, port, address);
        sent++;
        octets += payload.length;
        const now = performance.now();
        if (now - told >= 1000) {
          told = now;
          onProgress?.(progress());
        }
      }
      if (signal?.aborted) break;
      rounds++;
      if (!loop) break;
    }
  } finally {
    socket.close();
  }
  onProgress?.(progress());
  return { ...progress(), unreadable, seconds: (performance.now() - begin) / 1000 };
}
