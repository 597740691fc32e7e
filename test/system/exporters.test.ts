/** Who sends, what is lost of it and where, and who is taken: from the socket to the API. */
import { type Socket, createSocket } from 'node:dgram';
import type { CollectorNow, Exporter, ExporterList } from '@linewatch/contract';
import { type EncodedSet, type EncodedTemplate, element, encodeMessage } from '@linewatch/decode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { System, until } from '../support/system.ts';

/** v9: addresses, octets, packets, interfaces, switched times, and a vendor's element that nothing knows. */
const strange = element(40_999, 4);
const flows: EncodedTemplate = {
  id: 256,
  fields: [...[8, 12, 1, 2, 10, 14, 22, 21].map((id) => element(id, 4)), strange],
};
/** Scope system; one packet in so many (element 34). */
const sampling: EncodedTemplate = { id: 300, scopes: 1, fields: [element(1, 4), element(34, 4)] };
const neverSent: EncodedTemplate = { id: 400, fields: [element(1, 4)] };

const skewMs = 180_000;
const startedMs = Date.now() - 3_600_000;

class Sender {
  readonly #socket: Socket;
  readonly #port: number;
  sent = 0;

  private constructor(socket: Socket, port: number) {
    this.#socket = socket;
    this.#port = port;
  }

  static async open(address: string, port: number): Promise<Sender> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject).bind({ address, port: 0 }, resolve);
    });
    return new Sender(socket, port);
  }

  /** A v9 message of an exporter whose clock is 3 minutes fast. */
  async v9(sequence: number, sets: readonly EncodedSet[]): Promise<void> {
    const exportMs = Date.now() + skewMs;
    await this.raw(
      encodeMessage({ version: 9, sequence, domain: 7, exportMs, uptimeMs: exportMs - startedMs - skewMs }, sets),
    );
  }

  async raw(octets: Uint8Array): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(octets, this.#port, '127.0.0.1', (error) => (error ? reject(error) : resolve()));
    });
    this.sent++;
  }

  close(): void {
    this.#socket.close();
  }
}

const row = (octets: number): number[] => {
  const upMs = Date.now() - startedMs;
  return [0x0a000001, 0xc0000201, octets, 1, 2, 1, upMs - 1000, upMs, 77];
};

describe('exporters', () => {
  const known = '127.60.0.1';
  const other = '127.60.0.2';
  const outside = '127.99.0.1';
  let system: System;
  let senders: Sender[] = [];
  beforeAll(async () => {
    system = await System.start({ config: { exporters: { allow: ['127.60.0.0/16'], admission: 'approve' } } });
    senders = await Promise.all([known, other, outside].map((from) => Sender.open(from, system.ports.netflow)));
  });
  afterAll(async () => {
    for (const sender of senders) sender.close();
    await system.destroy();
  });

  const list = (): Promise<ExporterList> => system.json<ExporterList>('/api/v1/exporters');
  const shown = async (address: string): Promise<Exporter | undefined> =>
    (await list()).exporters.find((each) => each.address === address);
  const decide = (address: string, decision: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${system.url}/api/v1/exporters/main/${address}/decision`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ decision }),
    });

  it('holds off who is not approved yet, and lists it with its protocol', async () => {
    for (const sender of senders.slice(0, 2))
      for (let i = 0; i < 3; i++) await sender.v9(i, [{ template: flows }, { data: flows, rows: [row(1000)] }]);
    const waiting = await until('it is listed', () => shown(known), 30_000);
    expect(waiting).toMatchObject({
      state: 'awaiting',
      decision: null,
      flows: 0,
      versions: [{ name: 'NetFlow v9' }],
      datagrams: { received: 3, decoded: 0, held: 0, rejected: 3 },
      lostHere: [{ reason: 'exporter_unapproved', count: 3 }],
    });
    expect(await system.metric('linewatch_collector_flows_decoded_total')).toBe(0);
  });

  it('is not told by another site whom to take', async () => {
    const answer = await decide(known, 'approved', { origin: 'https://elsewhere.example' });
    expect(answer.status).toBe(403);
    expect((await shown(known))?.state).toBe('awaiting');
  });

  it('takes an exporter from its approval on, and shows what is lost, held, sampled, unknown and out of time', async () => {
    const answer = await decide(known, 'approved');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ address: known, state: 'reporting', decision: 'approved' });
    const [sender] = senders;
    let sequence = 10;
    // From when on it is taken is the collector's to say.
    await until('its flows are read', async () => {
      await sender!.v9(sequence++, [{ template: flows }, { data: flows, rows: [row(1000)] }]);
      return (await system.metric('linewatch_collector_flows_decoded_total')) > 0;
    });
    await sender!.v9(sequence++, [{ template: sampling }, { data: sampling, rows: [[0, 100]] }]);
    sequence += 7;
    await sender!.v9(sequence++, [{ data: flows, rows: [row(1000), row(2000)] }]);
    await sender!.v9(sequence++, [{ data: neverSent, rows: [[1]] }]);
    await sender!.raw(Uint8Array.from([0, 9, 0, 1]));
    const seen = await until(
      'all of it is shown',
      async () => {
        const each = await shown(known);
        return each !== undefined && each.datagrams.held > 0 && each.lostUpstream.datagrams > 0 && each;
      },
      30_000,
    );
    expect(seen).toMatchObject({
      state: 'reporting',
      decision: 'approved',
      lostUpstream: { datagrams: 7, flows: 0, records: 0 },
      lostLastHour: { datagrams: 7 },
      setsHeld: 1,
      unknownElements: [{ id: 40_999, name: '' }],
    });
    expect(seen.lostUpstream.ratio).toBeGreaterThan(0);
    expect(seen.sampling).toContainEqual({ rate: 100, stated: true });
    expect(seen.unknownElements[0]!.records).toBe(seen.flows);
    expect(seen.clockSkewMs).toBeGreaterThan(-skewMs - 2000);
    expect(seen.clockSkewMs).toBeLessThan(-skewMs + 30_000);
    expect(seen.lostHere).toContainEqual(expect.objectContaining({ reason: 'header_truncated', count: 1 }));
    expect(seen.advice.map(({ about }) => about)).toEqual(expect.arrayContaining(['clock', 'templates', 'upstream']));
    const { received, decoded, held, rejected } = seen.datagrams;
    expect(decoded + held + rejected).toBe(received);
    expect((await shown(other))?.state).toBe('awaiting');
  });

  it('refuses who is outside the allowed networks, and whom someone refused', async () => {
    const [, second, third] = senders;
    await third!.v9(0, [{ template: flows }, { data: flows, rows: [row(1000)] }]);
    expect((await decide(other, 'refused')).status).toBe(200);
    const refusedBefore = (): Promise<number> =>
      system.metric('linewatch_collector_losses_total', { reason: 'exporter_refused' });
    await until('the refusal holds', async () => {
      await second!.v9(0, [{ template: flows }]);
      return (await refusedBefore()) >= 2;
    });
    const stranger = await until('it is listed', () => shown(outside), 30_000);
    expect(stranger).toMatchObject({
      state: 'refused',
      decision: null,
      lostHere: [{ reason: 'exporter_refused', count: 1 }],
    });
    expect(stranger.advice[0]!.action).toContain('exporters.allow');
    expect(await shown(other)).toMatchObject({ state: 'refused', decision: 'refused' });
    // An approval does not reach beyond the allowed networks.
    expect((await decide(outside, 'approved')).status).toBe(200);
    const flowsBefore = await system.metric('linewatch_collector_flows_decoded_total');
    await third!.v9(1, [{ template: flows }, { data: flows, rows: [row(1000)] }]);
    await until('it is counted as refused', async () => {
      const each = await shown(outside);
      return each?.state === 'refused' && each.decision === 'approved' && each.datagrams.rejected === 2;
    });
    expect(await system.metric('linewatch_collector_flows_decoded_total')).toBe(flowsBefore);
  });

  it('gives every datagram that was sent exactly one outcome', async () => {
    const sent = senders.reduce((sum, sender) => sum + sender.sent, 0);
    const collector = await until<CollectorNow | undefined>(
      'the collector has told of all of them, and of its sockets',
      async () => {
        const [own] = (await list()).collectors;
        const told = own?.sockets.find(({ protocol }) => protocol === 'netflow')?.received;
        return own?.datagrams.received === sent && told === sent ? own : undefined;
      },
      30_000,
    );
    const { received, decoded, held, rejected } = collector.datagrams;
    expect(decoded + held + rejected).toBe(received);
    const outcome = (name: string): Promise<number> =>
      system.metric('linewatch_collector_datagrams_total', { outcome: name });
    expect([await outcome('decoded'), await outcome('held'), await outcome('rejected')]).toEqual([
      decoded,
      held,
      rejected,
    ]);
    expect(await system.metric('linewatch_collector_datagrams_received_total')).toBe(received);
    expect(collector.sockets.map(({ protocol }) => protocol)).toEqual(['netflow', 'ipfix', 'sflow', 'traps']);
    for (const socket of collector.sockets) {
      expect(socket.receiveBufferBytes).toBeGreaterThan(0);
      expect(socket.kernelDropped).toBe(0);
    }
    expect(collector.lostHere.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(['exporter_refused', 'exporter_unapproved', 'header_truncated']),
    );
  });
});
