/** Reads capture files: pcap, pcapng, or bare datagrams. Never throws on their content. */
import { isBare, readBare } from './bare.ts';
import type { Captured } from './packet.ts';
import { isPcap, readPcap } from './pcap.ts';
import { isPcapng, readPcapng } from './pcapng.ts';

export {
  type Captured,
  type CaptureLoss,
  type CaptureReason,
  type CapturedDatagram,
  captureReasons,
} from './packet.ts';

/** The UDP datagrams of a file in its order, and what could not be read. Payloads are views of `bytes`. */
export function readCapture(bytes: Uint8Array): Iterable<Captured> {
  if (isPcap(bytes)) return readPcap(bytes);
  if (isPcapng(bytes)) return readPcapng(bytes);
  if (isBare(bytes)) return readBare(bytes);
  return [{ kind: 'loss', reason: 'capture_unrecognised' }];
}
