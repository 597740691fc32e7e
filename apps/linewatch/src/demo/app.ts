/** The live demo: an exporter for each academy, each with an address of its own, sending to a running collector. */
import { type Socket, createSocket } from 'node:dgram';
import { type App, LinewatchError } from '@linewatch/service';
import { type DemoAcademy, demoAcademies } from './academies.ts';
import { Exporter } from './exporter.ts';
import { AcademyTraffic, type LiveFlow, shareFlows } from './live.ts';
import { createModel } from './model.ts';
import { linkTrap, outageOf } from './outages.ts';

class DemoError extends LinewatchError<'address_unavailable'> {}

export interface DemoOptions {
  readonly academies: number;
  /** Over all academies. */
  readonly flowsPerSecond: number;
  /** Where the collector listens; loopback only, as the exporters' own addresses are. Default 127.0.0.1. */
  readonly host?: string;
  readonly ports: { readonly netflow: number; readonly ipfix: number; readonly traps: number };
  /** The demo's now, Unix ms: that of its history, where one is written. */
  readonly nowMs?: number;
}

interface DemoCounters {
  readonly datagrams: number;
  readonly flows: number;
  /** Datagrams that the system refused to send. */
  readonly failed: number;
}

export interface Demo extends App {
  readonly counters: DemoCounters;
}

const stepMs = 250;
/** Templates and options data are sent again this often, ms. */
const announceMs = 30_000;

interface Sender {
  readonly exporter: Exporter;
  readonly traffic: AcademyTraffic;
  readonly port: number;
  socket: Socket | undefined;
  announcedMs: number;
}

/** Binds a socket to the academy's own loopback address. All of 127.0.0.0/8 is there on Linux; elsewhere it may not be. */
function bind(address: string): Promise<Socket> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', (cause) => {
      socket.close();
      reject(new DemoError('address_unavailable', `the demo cannot send from ${address}`, { cause }));
    });
    socket.bind({ address, port: 0, exclusive: true }, () => {
      socket.removeAllListeners('error');
      // Refusals come as ICMP errors while no collector listens.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** @throws RangeError for numbers that cannot be; `start` rejects with DemoError. */
export function createDemo(options: DemoOptions): Demo {
  const { flowsPerSecond, host = '127.0.0.1', ports, nowMs = Date.now() } = options;
  if (!(flowsPerSecond > 0 && flowsPerSecond <= 100_000))
    throw new RangeError(`flows per second must be 1 to 100000, not ${flowsPerSecond}`);
  if (!/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host))
    throw new RangeError(`the demo sends to loopback (127.x.y.z) only, not to ${host}`);
  const academies = demoAcademies(options.academies);
  const shares = shareFlows(academies, flowsPerSecond);
  const model = createModel(nowMs);
  const counters = { datagrams: 0, flows: 0, failed: 0 };
  const senders = academies.map((academy, i): Sender => ({
    exporter: new Exporter(academy, nowMs),
    traffic: new AcademyTraffic(academy, model, shares[i]!, nowMs),
    port: academy.protocol === 'ipfix' ? ports.ipfix : ports.netflow,
    socket: undefined,
    announcedMs: -Infinity,
  }));
  let timer: NodeJS.Timeout | undefined;
  let steppedMs = nowMs;

  let outages = 0;
  let outage = outageOf(academies, nowMs, outages);
  let isOut = false;

  function send({ socket, port }: Pick<Sender, 'socket' | 'port'>, datagrams: readonly Uint8Array[]): void {
    for (const datagram of datagrams) {
      counters.datagrams++;
      socket?.send(datagram, port, host, (error) => {
        if (error) counters.failed++;
      });
    }
  }

  function tellLinks(isUp: boolean, now: number): void {
    const sender = senders.find(({ exporter }) => exporter.academy === outage.academy)!;
    const traps = outage.circuits.map((circuit) => linkTrap(circuit, isUp, now - nowMs));
    send({ socket: sender.socket, port: ports.traps }, traps);
    isOut = !isUp;
  }

  /** Lines go down and come back as time goes on. */
  function fail(now: number): void {
    if (isOut && now >= outage.toMs) tellLinks(true, now);
    while (now >= outage.toMs) outage = outageOf(academies, nowMs, ++outages);
    if (!isOut && now >= outage.fromMs) tellLinks(false, now);
  }

  /** What would go through a line that is down goes through the school's other one, or nowhere. */
  function routed({ circuits }: DemoAcademy, flows: readonly LiveFlow[]): LiveFlow[] {
    const down = new Set(outage.circuits.map(({ ifIndex }) => ifIndex));
    const other = circuits.find(({ ifIndex }) => !down.has(ifIndex));
    return flows.flatMap((flow) => (!down.has(flow.wan) ? flow : other ? { ...flow, wan: other.ifIndex } : []));
  }

  function step(): void {
    const now = Date.now();
    if (now <= steppedMs) return; // the clock was set back
    fail(now);
    senders.forEach((sender, i) => {
      const { exporter, traffic } = sender;
      if (now - sender.announcedMs >= announceMs) {
        send(sender, exporter.announce(now));
        // Spread over the first period, so that they do not all come at once for ever.
        sender.announcedMs = sender.announcedMs === -Infinity ? now - (announceMs * i) / senders.length : now;
      }
      const all = traffic.advance(steppedMs, now);
      const { academy } = exporter;
      const flows = isOut && academy === outage.academy ? routed(academy, all) : all;
      counters.flows += flows.length;
      send(sender, exporter.encode(flows, now));
    });
    steppedMs = now;
  }

  return {
    counters,
    async start() {
      await Promise.all(
        senders.map(async (sender) => {
          sender.socket = await bind(sender.exporter.academy.exporter);
        }),
      );
      step();
      timer = setInterval(step, stepMs);
    },
    async stop() {
      clearInterval(timer);
      if (isOut) {
        // It would be down for ever. What was sent has left the socket by the next turn.
        tellLinks(true, Date.now());
        await new Promise((resolve) => setImmediate(resolve));
      }
      for (const sender of senders) {
        sender.socket?.close();
        sender.socket = undefined;
      }
    },
    health() {
      const { datagrams, flows, failed } = counters;
      const sending = timer !== undefined;
      return {
        ready: sending,
        detail: sending
          ? `${senders.length} academies, ${datagrams} datagrams, ${flows} flows sent, ${failed} failed`
          : 'not started',
      };
    },
  };
}
