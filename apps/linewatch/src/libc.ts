/** Calls of the C library that Node does not offer. */
import { constants } from 'node:os';
import { DataType, type FieldType, load, open } from 'ffi-rs';

let opened = false;

export interface Called {
  readonly value: number;
  /** errno and what it means; read it only when the value says that the call failed. */
  readonly errnoCode: number;
  readonly errnoMessage: string;
}

function ensureOpen(): void {
  if (!opened) open({ library: 'libc', path: process.platform === 'darwin' ? 'libSystem.dylib' : 'libc.so.6' });
  opened = true;
}

/** Calls a function that returns an int. */
export function libc(name: string, types: FieldType[], values: unknown[]): Called {
  ensureOpen();
  return load({
    library: 'libc',
    funcName: name,
    retType: DataType.I32,
    paramsType: types,
    paramsValue: values,
    errno: true,
  }) as Called;
}

/** Where a buffer is in memory, for structures that hold a pointer to it. It stays there while the buffer is referenced. */
export function addressOf(buffer: Buffer): bigint {
  ensureOpen();
  // Of no octets: it returns its first argument.
  const address = load({
    library: 'libc',
    funcName: 'memcpy',
    retType: DataType.I64,
    paramsType: [DataType.U8Array, DataType.U8Array, DataType.I64],
    paramsValue: [buffer, buffer, 0],
  });
  return BigInt(address);
}

/**
 * Asks the kernel to send this process a signal when its parent dies (Linux only), and ends the process when the parent
 * has died already. Call it after a change of user: that clears the setting (prctl(2)).
 */
export function dieWithParent(signal: NodeJS.Signals, parent: number): void {
  if (process.platform !== 'linux') return;
  const prSetParentDeathSignal = 1;
  const types = [DataType.I32, DataType.I64, DataType.I64, DataType.I64, DataType.I64];
  libc('prctl', types, [prSetParentDeathSignal, constants.signals[signal], 0, 0, 0]);
  if (process.ppid !== parent) process.exit(1);
}
