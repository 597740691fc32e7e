/** A flow of the demo before it is put on the wire or on the queue: who talks to whom, about what. */
import type { DemoAcademy } from './academies.ts';
import { type Service, ownAs, pickDownload, pickUpload } from './services.ts';

/** Addresses are IPv4, as 32-bit numbers. */
export interface DemoFlow {
  readonly service: Service;
  readonly download: boolean;
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sourceAs: number;
  readonly destinationAs: number;
  readonly tcpFlags: number;
  readonly octets: number;
  readonly packets: number;
}

const address = (a: number, b: number, c: number, d: number): number => ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;

/** Address of the first host of an academy's network. */
export const networkOf = (academy: DemoAcademy): number => {
  const [a, b, c] = academy.network.split(/[./]/).map(Number);
  return address(a!, b!, c!, 0);
};

/** Routers, as next hops: the provider's end and the school's core switch. */
export const nextHopOf = (network: number, download: boolean): number => (download ? network + 1 : network + 254);

/**
 * Draws a flow of so many octets (as counted, so already divided by a sampling rate).
 * @param random draws in [0, 1)
 */
export function drawFlow(
  network: number,
  download: boolean,
  octets: number,
  backupShare: number,
  random: () => number,
): DemoFlow {
  const service = download ? pickDownload(random()) : pickUpload(random(), backupShare);
  // Four local networks: office, classrooms, wireless, servers.
  const inside = network + (1 + Math.floor(random() * 4)) * 256 + 10 + Math.floor(random() * 240);
  const outside = address(198, 18, service.net, 1 + Math.floor(random() * 60));
  const client = 32_768 + Math.floor(random() * 28_000);
  const packets = Math.max(1, Math.round(octets / (download ? service.packetIn : service.packetOut)));
  return {
    service,
    download,
    source: download ? outside : inside,
    destination: download ? inside : outside,
    sourcePort: download ? service.port : client,
    destinationPort: download ? client : service.port,
    sourceAs: download ? service.as : ownAs,
    destinationAs: download ? ownAs : service.as,
    tcpFlags: service.protocol === 6 ? 0x1b : 0,
    octets,
    packets,
  };
}
