/** What a school's line carries: services, who serves them, and how much of the traffic each is. */

export interface Service {
  readonly name: string;
  readonly protocol: 6 | 17;
  readonly port: number;
  /** The far side's autonomous system. */
  readonly as: number;
  /** Third octet of its addresses: 198.18.x.0/24, kept for benchmarks (RFC 2544), so that nobody's hosts are named. */
  readonly net: number;
  /** Shares of download and of upload, in lessons. */
  readonly inShare: number;
  readonly outShare: number;
  /** Mean octets a packet of the heavy and of the light direction. */
  readonly packetIn: number;
  readonly packetOut: number;
  /** IPv4 ToS octet. */
  readonly tos: number;
}

// prettier-ignore
const services: readonly Service[] = [
  { name: 'video', protocol: 17, port: 443, as: 15169, net: 1, inShare: 0.24, outShare: 0.06, packetIn: 1280, packetOut: 90, tos: 0 },
  { name: 'search and classroom', protocol: 6, port: 443, as: 15169, net: 2, inShare: 0.16, outShare: 0.19, packetIn: 1180, packetOut: 260, tos: 0 },
  { name: 'office and meetings', protocol: 6, port: 443, as: 8075, net: 3, inShare: 0.2, outShare: 0.3, packetIn: 1150, packetOut: 420, tos: 0 },
  { name: 'meeting media', protocol: 17, port: 3480, as: 8075, net: 4, inShare: 0.03, outShare: 0.1, packetIn: 780, packetOut: 720, tos: 136 },
  { name: 'content delivery', protocol: 6, port: 443, as: 20940, net: 5, inShare: 0.12, outShare: 0.05, packetIn: 1320, packetOut: 80, tos: 0 },
  { name: 'quic', protocol: 17, port: 443, as: 13335, net: 6, inShare: 0.09, outShare: 0.08, packetIn: 1200, packetOut: 150, tos: 0 },
  { name: 'tablets', protocol: 6, port: 443, as: 714, net: 7, inShare: 0.06, outShare: 0.06, packetIn: 1290, packetOut: 180, tos: 0 },
  { name: 'broadcaster', protocol: 6, port: 443, as: 2818, net: 8, inShare: 0.04, outShare: 0.01, packetIn: 1300, packetOut: 80, tos: 0 },
  { name: 'updates', protocol: 6, port: 80, as: 54113, net: 9, inShare: 0.04, outShare: 0.01, packetIn: 1380, packetOut: 70, tos: 32 },
  { name: 'voice', protocol: 17, port: 16_400, as: 30103, net: 10, inShare: 0.008, outShare: 0.05, packetIn: 214, packetOut: 214, tos: 184 },
  { name: 'dns', protocol: 17, port: 53, as: 13335, net: 11, inShare: 0.009, outShare: 0.03, packetIn: 210, packetOut: 76, tos: 0 },
  { name: 'ntp', protocol: 17, port: 123, as: 13335, net: 12, inShare: 0.003, outShare: 0.01, packetIn: 76, packetOut: 76, tos: 0 },
  { name: 'off-site backup', protocol: 6, port: 443, as: 16509, net: 13, inShare: 0, outShare: 0.05, packetIn: 60, packetOut: 1420, tos: 8 },
];

/** The academies' own number, from the range for documentation (RFC 5398). */
export const ownAs = 64_496;

const backup = services[services.length - 1]!;

function pickBy(share: (service: Service) => number, unit: number): Service {
  const total = services.reduce((sum, service) => sum + share(service), 0);
  let left = unit * total;
  for (const service of services) {
    left -= share(service);
    if (left < 0) return service;
  }
  return services[0]!;
}

/** Draws a service for download by `unit` in [0, 1), weighted by octets. */
export const pickDownload = (unit: number): Service => pickBy((service) => service.inShare, unit);

/** Draws one for upload, of which `backupShare` is the nightly backup. */
export const pickUpload = (unit: number, backupShare: number): Service =>
  unit < backupShare ? backup : pickBy((service) => service.outShare, (unit - backupShare) / (1 - backupShare));
