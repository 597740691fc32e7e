/**
 * Reads what waits on a UDP socket, many datagrams with one call of the kernel (recvmmsg(2)). Linux on 64 bits only. The
 * structures are laid out once, in memory of a fixed place:
 *
 *     messages   { name, name length, vector, 1, 0, 0, flags, length read } each: struct mmsghdr, 64 octets
 *     vectors    { data, slot octets } each: struct iovec, 16 octets
 *     names      { family, port, flow, address, scope } each: struct sockaddr_in6, 28 octets of 32
 *     data       a slot each
 */
import { endianness } from 'node:os';
import type { DatagramReader } from '@linewatch/collector';
import { DataType, load } from 'ffi-rs';
import { addressOf } from './libc.ts';

const slots = 64;
/** More than the largest UDP payload. Not a power of two: slots that lay so would push each other out of the cache. */
const slotOctets = 65_536 + 33 * 64;
const messageOctets = 64;
const vectorOctets = 16;
const nameOctets = 32;
const sockaddrOctets = 28;
const doNotWait = 0x40;

export function createReader(): DatagramReader | undefined {
  const isKnown = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch) && endianness() === 'LE';
  return isKnown ? new MultipleReader() : undefined;
}

class MultipleReader implements DatagramReader {
  readonly most = slots;
  readonly #heads = Buffer.from(new ArrayBuffer(slots * (messageOctets + vectorOctets + nameOctets)));
  readonly #data = new ArrayBuffer(slots * slotOctets);
  /** The same memory as the heads. */
  readonly #words = new Uint32Array(this.#heads.buffer);
  readonly #addresses: Uint32Array[] = [];
  readonly #names: bigint;
  /** What a slot held last: most of an exporter's datagrams are of one length. */
  readonly #datagrams: Uint8Array[] = [];
  readonly #receive;

  constructor() {
    const heads = addressOf(this.#heads);
    const data = addressOf(Buffer.from(this.#data));
    const vectorsAt = slots * messageOctets;
    const namesAt = vectorsAt + slots * vectorOctets;
    this.#names = heads + BigInt(namesAt);
    for (let i = 0; i < slots; i++) {
      const message = i * messageOctets;
      this.#heads.writeBigUInt64LE(this.#names + BigInt(i * nameOctets), message);
      this.#heads.writeBigUInt64LE(heads + BigInt(vectorsAt + i * vectorOctets), message + 16);
      this.#heads.writeBigUInt64LE(1n, message + 24);
      this.#heads.writeBigUInt64LE(data + BigInt(i * slotOctets), vectorsAt + i * vectorOctets);
      this.#heads.writeBigUInt64LE(BigInt(slotOctets), vectorsAt + i * vectorOctets + 8);
      this.#addresses.push(new Uint32Array(this.#heads.buffer, namesAt + i * nameOctets + 8, 4));
      this.#datagrams.push(new Uint8Array(this.#data, i * slotOctets, 0));
    }
    this.#receive = {
      library: 'libc',
      funcName: 'recvmmsg',
      retType: DataType.I32 as const,
      paramsType: [DataType.I32, DataType.I64, DataType.I32, DataType.I32, DataType.I64],
      paramsValue: [-1, Number(heads), slots, doNotWait, 0],
    };
  }

  read(fd: number, each: (datagram: Uint8Array, address: Uint32Array) => Uint8Array | undefined): number {
    const words = this.#words;
    for (let i = 0; i < slots; i++) words[(i * messageOctets + 8) / 4] = sockaddrOctets;
    this.#receive.paramsValue[0] = fd;
    // -1: nothing waits; an error of the socket is told to who waits on it.
    const count = Math.max(0, load(this.#receive));
    for (let i = 0; i < count; i++) {
      const octets = words[(i * messageOctets + 56) / 4]!;
      let datagram = this.#datagrams[i]!;
      if (datagram.length !== octets)
        datagram = this.#datagrams[i] = new Uint8Array(this.#data, i * slotOctets, octets);
      const reply = each(datagram, this.#addresses[i]!);
      if (reply) this.#send(fd, reply, i);
    }
    return count;
  }

  /** To where the slot's datagram came from. Whether it is sent is not looked at: who gets none asks again. */
  #send(fd: number, reply: Uint8Array, slot: number): void {
    load({
      library: 'libc',
      funcName: 'sendto',
      retType: DataType.I64,
      paramsType: [DataType.I32, DataType.U8Array, DataType.I64, DataType.I32, DataType.I64, DataType.I32],
      paramsValue: [
        fd,
        Buffer.from(reply.buffer, reply.byteOffset, reply.length),
        reply.length,
        doNotWait,
        Number(this.#names + BigInt(slot * nameOctets)),
        sockaddrOctets,
      ],
    });
  }
}
