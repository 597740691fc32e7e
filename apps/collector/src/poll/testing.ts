/** Devices for tests, on loopback: one that answers as it should, and one that answers what it is told to. */
import { type Socket, createSocket } from 'node:dgram';
import snmp from 'net-snmp';
import type { SnmpCredential } from '@linewatch/record';

export type Value = readonly [type: number, value: number | string | Buffer];

const { Integer, OctetString, Gauge, TimeTicks, Counter, Counter64 } = snmp.ObjectType;
const system = '1.3.6.1.2.1.1';
const ifTable = '1.3.6.1.2.1.2.2.1';
const ifXTable = '1.3.6.1.2.1.31.1.1.1';

export interface Port {
  name?: string;
  alias?: string;
  mbps?: number;
  in: number;
  out: number;
  /** Without ifXTable. */
  old?: boolean;
  oper?: number;
}

const counter64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

/** What a device with these ports has, by OID. */
export function mibOf(ports: ReadonlyMap<number, Port>, uptime = 500_000): Map<string, Value> {
  const mib = new Map<string, Value>([
    [`${system}.1.0`, [OctetString, 'a router']],
    [`${system}.3.0`, [TimeTicks, uptime]],
    [`${system}.5.0`, [OctetString, 'edge-1']],
  ]);
  for (const [index, port] of ports) {
    const low = (column: number, type: number, value: number | string): void =>
      void mib.set(`${ifTable}.${column}.${index}`, [type, value]);
    const high = (column: number, type: number, value: number | string | Buffer): void =>
      void mib.set(`${ifXTable}.${column}.${index}`, [type, value]);
    low(2, OctetString, `port ${index}`);
    low(5, Gauge, Math.min((port.mbps ?? 1000) * 1e6, 0xffffffff));
    low(7, Integer, 1);
    low(8, Integer, port.oper ?? 1);
    low(9, TimeTicks, 1000);
    low(10, Counter, port.in % 2 ** 32);
    low(13, Counter, 1);
    low(14, Counter, 2);
    low(16, Counter, port.out % 2 ** 32);
    low(19, Counter, 3);
    low(20, Counter, 4);
    if (port.old) continue;
    high(1, OctetString, port.name ?? `eth${index}`);
    high(6, Counter64, counter64(port.in));
    high(10, Counter64, counter64(port.out));
    high(15, Gauge, port.mbps ?? 1000);
    high(18, OctetString, port.alias ?? '');
    high(19, TimeTicks, 0);
  }
  return mib;
}

const parts = (oid: string): number[] => oid.split('.').map(Number);
function compareOids(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) if (left[i] !== right[i]) return left[i]! - right[i]!;
  return left.length - right.length;
}

const tlv = (tag: number, ...contents: Uint8Array[]): Buffer => {
  const body = Buffer.concat(contents);
  const head = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), body]);
};
const integer = (tag: number, value: number): Buffer => {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(value >>> 0, 1);
  return tlv(tag, bytes);
};
function encodeOid(oid: string): Buffer {
  const [first = 0, second = 0, ...rest] = parts(oid);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const septets = [part & 0x7f];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128))
      septets.unshift((left & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return tlv(6, Buffer.from(bytes));
}
const encodeValue = ([type, value]: Value): Buffer =>
  typeof value === 'number' ? integer(type, value) : tlv(type, Buffer.from(value as string));

export type Pair = readonly [oid: string, value: Value];

/** A GetResponse of SNMPv2c, or another PDU by its tag. */
export const response = (id: number, pairs: readonly Pair[], status = 0, tag = 0xa2): Buffer =>
  tlv(
    0x30,
    integer(2, 1),
    tlv(4, Buffer.from('public')),
    tlv(
      tag,
      integer(2, id),
      integer(2, status),
      integer(2, 0),
      tlv(0x30, ...pairs.map(([oid, value]) => tlv(0x30, encodeOid(oid), encodeValue(value)))),
    ),
  );

/** What is asked, as far as a test needs it. */
export interface Question {
  readonly id: number;
  readonly bulk: boolean;
  readonly repetitions: number;
  readonly oids: readonly string[];
}

/** The elements in a BER element's content. */
function elementsIn(bytes: Buffer): { tag: number; body: Buffer }[] {
  const found: { tag: number; body: Buffer }[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at]!;
    let length = bytes[at + 1]!;
    at += 2;
    if (length > 0x80) {
      const octets = length & 0x7f;
      length = bytes.readUIntBE(at, octets);
      at += octets;
    }
    found.push({ tag, body: bytes.subarray(at, at + length) });
    at += length;
  }
  return found;
}

function decodeOid(body: Buffer): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of body) {
    number = number * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    numbers.push(number);
    number = 0;
  }
  const [first = 0, ...rest] = numbers;
  return [Math.floor(first / 40), first % 40, ...rest].join('.');
}

function readQuestion(datagram: Buffer): Question {
  const pdu = elementsIn(elementsIn(datagram)[0]!.body)[2]!;
  const [id, , repetitions, list] = elementsIn(pdu.body);
  const number = ({ body }: { body: Buffer }): number => body.readIntBE(0, body.length);
  const oids = elementsIn(list!.body).map(({ body }) => decodeOid(elementsIn(body)[0]!.body));
  return { id: number(id!), bulk: pdu.tag === 0xa5, repetitions: number(repetitions!), oids };
}

/** Variables that an honest agent answers with. */
export function answerOf(mib: ReadonlyMap<string, Value>, question: Question): Pair[] {
  const end: Value = [snmp.ObjectType.EndOfMibView, ''];
  if (!question.bulk) return question.oids.map((oid) => [oid, mib.get(oid) ?? [snmp.ObjectType.NoSuchObject, '']]);
  const all = [...mib.keys()].sort(compareOids);
  const pairs: Pair[] = [];
  let from = question.oids;
  for (let i = 0; i < question.repetitions; i++) {
    from = from.map((oid) => {
      const next = all.find((each) => compareOids(each, oid) > 0);
      pairs.push(next === undefined ? [oid, end] : [next, mib.get(next)!]);
      return next ?? oid;
    });
  }
  return pairs;
}

export interface FakeDevice {
  readonly port: number;
  readonly questions: Question[];
  close(): Promise<void>;
}

/** Answers each question with what `answer` gives. */
export async function fakeDevice(answer: (question: Question, datagram: Buffer) => Buffer[]): Promise<FakeDevice> {
  const socket: Socket = createSocket('udp4');
  const questions: Question[] = [];
  socket.on('message', (datagram, from) => {
    const question = readQuestion(datagram);
    questions.push(question);
    for (const bytes of answer(question, datagram)) socket.send(bytes, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    port: socket.address().port,
    questions,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

export const publicCredential: SnmpCredential = { name: 'c', community: 'public' };
