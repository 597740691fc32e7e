/**
 * Has the kernel hand each datagram to the socket of the worker that owns its source address: a classic BPF program on a
 * group of sockets with SO_REUSEPORT (socket(7); the kernel's networking/filter documentation). It computes `ownerOf`.
 */
import { ownerHash as hash } from '@linewatch/record';
import { DataType } from 'ffi-rs';
import { addressOf, libc } from './libc.ts';

// linux/bpf_common.h and linux/filter.h.
const loadWord = 0x20; // BPF_LD | BPF_W | BPF_ABS
const jump = 0x05;
const jumpIfEqual = 0x15;
const shiftRight = 0x74;
const multiply = 0x24;
const modulo = 0x94;
const xorX = 0xac;
const toX = 0x07;
const returnA = 0x16;
/** SKF_AD_OFF + SKF_AD_PROTOCOL: the EtherType. */
const etherType = 0xfffff000;
/** SKF_NET_OFF: octets of the network header follow. */
const networkHeader = 0xfff00000;
const ipv4Type = 0x0800;

type Instruction = readonly [code: number, k: number, ifTrue?: number, ifFalse?: number];

const mix = (shift: number, multiplier: number | undefined): Instruction[] => [
  [toX, 0],
  [shiftRight, shift],
  [xorX, 0],
  ...(multiplier === undefined ? [] : [[multiply, multiplier] as const]),
];

/** Returns the number of the socket in its group, in order of binding. */
function programOf(workers: number): Instruction[] {
  const ipv6: Instruction[] = [[loadWord, networkHeader + 8]];
  for (const offset of [12, 16, 20])
    ipv6.push([multiply, hash.fold], [toX, 0], [loadWord, networkHeader + offset], [xorX, 0]);
  return [
    [loadWord, etherType],
    [jumpIfEqual, ipv4Type, ipv6.length + 1, 0],
    ...ipv6,
    // Over the one instruction of IPv4.
    [jump, 1],
    [loadWord, networkHeader + 12],
    ...mix(16, hash.first),
    ...mix(15, hash.second),
    ...mix(16, undefined),
    [modulo, workers],
    [returnA, 0],
  ];
}

const solSocket = 1;
const attachReusePortCbpf = 51;

/** Whether the kernel took the program for the group that this socket is in. */
export function steer(fd: number, workers: number): boolean {
  const program = programOf(workers);
  // struct sock_filter: code, jt, jf, k.
  const filter = Buffer.alloc(8 * program.length);
  program.forEach(([code, k, ifTrue = 0, ifFalse = 0], i) => {
    filter.writeUInt16LE(code, 8 * i);
    filter.writeUInt8(ifTrue, 8 * i + 2);
    filter.writeUInt8(ifFalse, 8 * i + 3);
    filter.writeUInt32LE(k >>> 0, 8 * i + 4);
  });
  // struct sock_fprog: number of instructions, and where they are.
  const whole = Buffer.alloc(16);
  whole.writeUInt16LE(program.length, 0);
  whole.writeBigUInt64LE(addressOf(filter), 8);
  const types = [DataType.I32, DataType.I32, DataType.I32, DataType.U8Array, DataType.I32];
  return libc('setsockopt', types, [fd, solSocket, attachReusePortCbpf, whole, whole.length]).value === 0;
}
