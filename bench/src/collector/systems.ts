/** The collectors that are compared, each started on one core and asked in its own way what it received. */
import type { Child } from '../processes.ts';
import { linewatch, linewatchKafka } from './ours.ts';
import { goflow2, goflow2Kafka, nfacctd, nfcapd } from './peers.ts';
import type { Sink } from './sink.ts';

export interface RunningSystem {
  readonly child: Child;
  /** Stops it and says how many records it received in its life. */
  finish(): Promise<number>;
}

interface Described {
  readonly name: string;
  /** What it does with a record, for the reader of the figures. */
  readonly does: string;
  /** Records a second of the first trial; half of it warms up. */
  readonly firstRate: number;
  /** Version text, or undefined when it is not on this machine. */
  version(): Promise<string | undefined>;
  /** How to get it. */
  readonly install: string;
}

/** One that needs a sink writes to Apache Kafka. */
export type System = Described &
  (
    | {
        readonly needsSink?: false;
        start(directory: string, port: number, core: number): Promise<RunningSystem>;
      }
    | {
        readonly needsSink: true;
        start(directory: string, port: number, core: number, sink: Sink): Promise<RunningSystem>;
      }
  );

export const systems: readonly System[] = [linewatch, linewatchKafka, goflow2, goflow2Kafka, nfcapd, nfacctd];
