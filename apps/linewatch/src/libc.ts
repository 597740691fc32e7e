/** Calls of the C library that Node does not offer. */
import { DataType, type FieldType, load, open } from 'ffi-rs';

let opened = false;

export interface Called {
  readonly value: number;
  /** errno and what it means; read it only when the value says that the call failed. */
  readonly errnoCode: number;
  readonly errnoMessage: string;
}

/** Calls a function that returns an int. */
export function libc(name: string, types: FieldType[], values: unknown[]): Called {
  if (!opened) open({ library: 'libc', path: process.platform === 'darwin' ? 'libSystem.dylib' : 'libc.so.6' });
  opened = true;
  return load({
    library: 'libc',
    funcName: name,
    retType: DataType.I32,
    paramsType: types,
    paramsValue: values,
    errno: true,
  }) as Called;
}
