import type { PacketReader } from './packet/packet.ts';

/** What holds for all records of a set, and what a program reports back. One object is reused: nothing is allocated. */
export class Frame {
  receivedMs = 0;
  /** The exporter's clock, from the message header. */
  exportedMs = 0;
  /** The exporter's uptime at export; NaN = not known. Wraps at 2^32. */
  uptimeMs = NaN;
  /** Added to flow times: our clock minus the exporter's. */
  shiftMs = 0;
  version = 0;
  domain = 0;
  /** The exporter's address as four words of a column. */
  address: Uint32Array = new Uint32Array(4);
  rate = 1;
  /** 1 when the exporter stated the rate. */
  stated = 0;
  /** Rate of a sampler id: negative when assumed. Set before a program that uses it runs. */
  rateOfSampler: (id: number) => number = () => -1;

  /** The least age of a connection that an update was sent of (Cisco ASA), ms; both in and out. */
  updateAgeMs = Infinity;
  /** The same of the records just read; set back by whoever looks. */
  youngestUpdateMs = Infinity;
  /** Reads sections of packets (elements 313 to 315) into a row. Set before a program runs. */
  packets: PacketReader | undefined;
  /** Takes values that are kept by name. */
  keep: (row: number, field: number, view: DataView, at: number, length: number) => void = () => undefined;

  // Out:
  /** Records read. */
  records = 0;
  /** Where the next record begins. */
  next = 0;
  /** A variable length ran past the set. */
  broken = false;
  timesAbsurd = 0;
}
