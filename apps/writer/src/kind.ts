/** What a topic's messages are and how they are stored. */
import type { BatchIdentity } from '@linewatch/record';
import type { BlockMark } from '@linewatch/store';
import type { Sought } from './sought.ts';

export interface Place {
  readonly partition: number;
  readonly offset: number;
  /** When it was appended, Unix ms. */
  readonly timeMs: number;
}

export interface Kind<Batch> {
  /** @throws MessageError */
  readonly decode: (value: Uint8Array) => Batch;
  readonly rows: (batch: Batch) => number;
  /** Without it every message is a batch of its own. */
  readonly identity?: (batch: Batch) => BatchIdentity;
  /** Adds nothing twice under its token, as long as ClickHouse remembers it. */
  readonly insert: (
    batches: readonly Batch[],
    places: readonly Place[],
    token: string,
    signal?: AbortSignal,
  ) => Promise<void>;
  /** Looks first at what is stored, and inserts what is not. */
  readonly insertMissing: (
    batches: readonly Batch[],
    places: readonly Place[],
    token: string,
    signal?: AbortSignal,
  ) => Promise<Found>;
  /** How far ClickHouse has come in the tables that an insert reaches. */
  readonly blocks: (signal?: AbortSignal) => Promise<BlockMark | undefined>;
}

/** What of a message has to be found where it is stored, by the tables of its kind; small, unlike the message. */
export type Expected = readonly Sought[];

/** A kind of which can be asked later whether messages are stored. */
export interface AskableKind<Batch> extends Kind<Batch> {
  readonly identity: (batch: Batch) => BatchIdentity;
  readonly expected: (batch: Batch, place: Place) => Expected;
  /** Of each whether all of its rows are stored; what stands near each other is asked for together. */
  readonly areStored: (expected: readonly Expected[], signal?: AbortSignal) => Promise<readonly boolean[]>;
}

/** How much of an insert was stored already. */
export type Found = 'all' | 'part' | 'none';
