/** What the kernel knows of this machine's time of day (adjtimex(2)): whether something keeps it right, and how well. */
import { DataType } from 'ffi-rs';
import { libc } from './libc.ts';

export interface KernelTime {
  readonly synchronised: boolean;
  /** At most so far off, ms. */
  readonly errorMs: number;
}

/** `struct timex` of Linux where a long has 64 bits: `modes` is 0, so that nothing is set; `maxerror`, µs, is its fourth word. */
const octets = 256;
const maxErrorAt = 24;
/** Returned while nothing synchronises the clock. */
const timeError = 5;
const unknown: KernelTime = { synchronised: false, errorMs: 1000 };

export function readKernelTime(): KernelTime {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return unknown;
  try {
    const timex = Buffer.alloc(octets);
    const { value } = libc('adjtimex', [DataType.U8Array], [timex]);
    if (value < 0) return unknown;
    return { synchronised: value !== timeError, errorMs: Number(timex.readBigInt64LE(maxErrorAt)) / 1000 };
  } catch {
    return unknown;
  }
}

/** The same, looked at again every minute or so. */
export function createTimeSource(now: () => number, read: () => KernelTime = readKernelTime): KernelTime {
  const everyMs = 60_000;
  let last = { atMs: -Infinity, time: unknown };
  const current = (): KernelTime => {
    const nowMs = now();
    if (Math.abs(nowMs - last.atMs) >= everyMs) last = { atMs: nowMs, time: read() };
    return last.time;
  };
  return {
    get synchronised() {
      return current().synchronised;
    },
    get errorMs() {
      return current().errorMs;
    },
  };
}
