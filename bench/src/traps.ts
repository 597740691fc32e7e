/** `traps`: SNMP messages in memory to read traps, ours and npm `net-snmp`'s receiver, in turns, in this process. */
import { EventEmitter } from 'node:events';
import { type TrapUser, createDecoder, encodeNotification, encodeTrapV2c, encodeTrapV3 } from '@linewatch/decode';
import { createFlowColumns, parseAddress } from '@linewatch/record';
import snmp from 'net-snmp';
import { describeMachine } from './machine.ts';
import { readOptions } from './options.ts';
import { percentile, ratio, short, table } from './report.ts';

const user: TrapUser = {
  name: 'bench',
  auth: { protocol: 'sha256', password: 'authentication' },
  priv: { protocol: 'aes256', password: 'privacy-password' },
};
const from = { address: '192.0.2.1', family: 'IPv4', port: 162, size: 0 };

/** linkDown of an interface: ifIndex, ifAdminStatus, ifOperStatus. */
const trap = (i: number) => ({
  oid: '1.3.6.1.6.3.1.1.5.3',
  uptime: i,
  requestId: i,
  varbinds: [1, 7, 8].map((column) => [`1.3.6.1.2.1.2.2.1.${column}.${i % 100}`, Buffer.from([2, 1, 1])] as const),
});

/** A fresh receiver reads every message once and tells how many traps it took. */
type Read = (messages: readonly Buffer[]) => number;

const linewatch: Read = (messages) => {
  let taken = 0;
  const decoder = createDecoder({
    sink: {
      columns: createFlowColumns(16),
      rows: 0,
      flush: () => undefined,
      decoded: () => undefined,
      sample: () => undefined,
      event: () => taken++,
    },
    limits: { trapBurst: Infinity },
    traps: { communities: ['public'], users: [user] },
  });
  const exporter = decoder.exporter(parseAddress(from.address));
  for (const message of messages) decoder.decode(exporter, message, Date.now());
  return taken;
};

/** What its types leave out. */
interface Receivers {
  createReceiver(
    options: { port: number; dgramModule: { createSocket: () => EventEmitter } },
    callback: (error: Error | null) => void,
  ): { getAuthorizer(): { addCommunity(community: string): void; addUser(user: object): void } };
}

/** Its receiver opens its own socket: this one never binds. */
class NoSocket extends EventEmitter {
  bind(): void {
    // Messages are emitted.
  }
}

const netSnmp: Read = (messages) => {
  let taken = 0;
  const socket = new NoSocket();
  const options = { port: 162, dgramModule: { createSocket: () => socket } };
  const receiver = (snmp as unknown as Receivers).createReceiver(options, (error) => {
    if (!error) taken++;
  });
  const authorizer = receiver.getAuthorizer();
  authorizer.addCommunity('public');
  authorizer.addUser({
    name: user.name,
    level: snmp.SecurityLevel.authPriv,
    authProtocol: snmp.AuthProtocols.sha256,
    authKey: user.auth!.password,
    privProtocol: snmp.PrivProtocols.aes256b,
    privKey: user.priv!.password,
  });
  for (const message of messages) socket.emit('message', message, from);
  return taken;
};

const readers: Readonly<Record<string, Read>> = { linewatch, 'net-snmp': netSnmp };

let engines = 0;
/** Never the same twice: net-snmp remembers the keys of every engine id for ever. */
function engineId(): Buffer {
  const id = Buffer.from('80000000050000000000', 'hex');
  id.writeUInt32BE(++engines, 6);
  return id;
}

const v3 = (count: number, ids: number): Buffer[] => {
  const each = Array.from({ length: ids }, engineId);
  return Array.from({ length: count }, (_, i) =>
    encodeTrapV3(encodeNotification(trap(i)), { user, engineId: each[i % ids]!, boots: 1, time: 1000, msgId: i }),
  );
};

interface Load {
  readonly name: string;
  /** Messages a second of CPU are looked for; not all are taken. */
  readonly taken: number;
  readonly messages: () => Buffer[];
}

const loads = (count: number): Load[] => [
  {
    name: 'v2c',
    taken: count,
    messages: () => Array.from({ length: count }, (_, i) => encodeTrapV2c(trap(i))),
  },
  { name: 'v3 SHA-256 AES-256, 1 sender', taken: count, messages: () => v3(count, 1) },
  { name: 'v3 SHA-256 AES-256, 200 senders', taken: count, messages: () => v3(count, 200) },
  {
    name: 'v3, 200 made-up senders, forged',
    taken: 0,
    messages: () =>
      v3(200, 200).map((message) => {
        // The last octet is of the encrypted PDU: its digest is wrong.
        message[message.length - 1]! ^= 1;
        return message;
      }),
  },
];

/** Messages read in a second of CPU. */
function measure(read: Read, messages: readonly Buffer[], taken: number, name: string): number {
  const start = process.cpuUsage();
  const got = read(messages);
  const { user: used, system } = process.cpuUsage(start);
  if (got !== taken) throw new Error(`${name} took ${got} of ${taken} traps`);
  return (messages.length * 1e6) / (used + system);
}

export function trapsBench(args: readonly string[]): Promise<void> {
  const { count, rounds } = readOptions(args, { count: 10_000, rounds: 5 });
  console.log(`${describeMachine()}; linkDown with 3 varbinds, a fresh receiver each, median of ${rounds} rounds\n`);
  const rows = loads(count).map(({ name, taken, messages }) => {
    const figures: Record<string, number[]> = { linewatch: [], 'net-snmp': [] };
    for (let round = 0; round < rounds; round++) {
      const input = messages();
      for (const [reader, read] of Object.entries(readers))
        figures[reader]!.push(measure(read, input, taken, `${reader}: ${name}`));
    }
    const [ours, theirs] = ['linewatch', 'net-snmp'].map((reader) => percentile(figures[reader]!, 0.5));
    return [name, short(ours!), short(theirs!), ratio(ours, theirs)];
  });
  console.log(table(['messages / CPU-s', 'linewatch', 'net-snmp', 'linewatch / it'], rows));
  return Promise.resolve();
}
