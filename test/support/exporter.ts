/** A software exporter for tests: real datagrams from a loopback address of its own. */
import { type Socket, createSocket } from 'node:dgram';
import { type EncodedTemplate, type Row, element, encodeMessage } from '@linewatch/decode';

/** v9 and IPFIX: addresses, next hop, ports, protocol, octets, packets, interfaces, direction, switched times or ms times. */
const v9: EncodedTemplate = {
  id: 256,
  fields: [8, 12, 15, 7, 11, 4, 1, 2, 10, 14, 61, 22, 21].map((id) =>
    element(id, id === 7 || id === 11 ? 2 : id === 4 || id === 61 ? 1 : 4),
  ),
};
const ipfix: EncodedTemplate = {
  id: 256,
  fields: [...v9.fields.slice(0, 11), element(152, 8), element(153, 8)],
};
/** IPFIX options: scope applicationId; applicationName. */
const applications: EncodedTemplate = { id: 301, scopes: 1, fields: [element(95, 4), element(96, 16)] };
/** IPFIX options: scope ingressInterface; interfaceName, interfaceDescription. */
const names: EncodedTemplate = { id: 300, scopes: 1, fields: [element(10, 4), element(82, 16), element(83, 16)] };

export interface TestFlow {
  readonly octets: number;
  readonly packets?: number;
  readonly inIf: number;
  readonly outIf: number;
  /** Element 61: 0 ingress, 1 egress. */
  readonly direction?: 0 | 1;
  /** Last octets of source and destination, to tell flows apart. */
  readonly id?: number;
  /** As a number of 32 bits; 0 is none. */
  readonly nextHop?: number;
  /** How long ago the flow began and ended, ms. */
  readonly agoMs?: readonly [start: number, end: number];
}

export class TestExporter {
  readonly #socket: Socket;
  readonly #version: 9 | 10;
  readonly #port: number;
  readonly #startedMs = Date.now() - 3_600_000;
  #sequence = 0;
  sent = 0;

  private constructor(socket: Socket, version: 9 | 10, port: number) {
    this.#socket = socket;
    this.#version = version;
    this.#port = port;
  }

  /** Sends from `address` (127.x.y.z) to the collector's port on loopback. */
  static async open(address: string, port: number, version: 9 | 10 = 9): Promise<TestExporter> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject).bind({ address, port: 0 }, resolve);
    });
    return new TestExporter(socket, version, port);
  }

  async #send(sets: Parameters<typeof encodeMessage>[1], records: number): Promise<void> {
    const nowMs = Date.now();
    const message = encodeMessage(
      {
        version: this.#version,
        sequence: this.#sequence,
        domain: 7,
        exportMs: nowMs,
        uptimeMs: nowMs - this.#startedMs,
      },
      sets,
    );
    this.#sequence += this.#version === 9 ? 1 : records;
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(message, this.#port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
    });
  }

  template(): Promise<void> {
    return this.#send([{ template: this.#version === 9 ? v9 : ipfix }], 0);
  }

  /** Says what an interface is called (IPFIX options data). */
  name(ifIndex: number, ifName: string, ifAlias = ''): Promise<void> {
    return this.#send([{ template: names }, { data: names, rows: [[ifIndex, ifName, ifAlias]] }], 1);
  }

  /** Says what an application's number is called (IPFIX options data). */
  application(id: number, name: string): Promise<void> {
    return this.#send([{ template: applications }, { data: applications, rows: [[id, name]] }], 1);
  }

  /** One datagram with these flows. */
  async flows(flows: readonly TestFlow[]): Promise<void> {
    const nowMs = Date.now();
    const base = this.#version === 9 ? this.#startedMs : 0;
    const rows = flows.map(
      ({ octets, packets = 1, inIf, outIf, direction = 0, id = 0, nextHop = 0, agoMs = [0, 0] }): Row => [
        0x0a000000 + (id >>> 16),
        0xc0000200 + (id & 0xff),
        nextHop,
        1024 + ((id & 0xffff) % 60_000),
        443,
        6,
        octets,
        packets,
        inIf,
        outIf,
        direction,
        nowMs - agoMs[0] - base,
        nowMs - agoMs[1] - base,
      ],
    );
    await this.#send([{ data: this.#version === 9 ? v9 : ipfix, rows }], rows.length);
    this.sent += rows.length;
  }

  close(): void {
    this.#socket.close();
  }
}
