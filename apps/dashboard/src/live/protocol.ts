/** What the shared worker and the pages say to each other. */
import type { StreamEvent } from '@linewatch/contract';

/** `connecting`: never connected yet. `open`: connected. `lost`: was connected, or tried and failed; trying again. */
export type StreamStatus = 'connecting' | 'open' | 'lost';

export type LiveEvent =
  /** Replaces all that was known. */
  | { readonly kind: 'snapshot'; readonly event: StreamEvent }
  /** Merges into what is known. */
  | { readonly kind: 'update'; readonly event: StreamEvent };

export type ToPage =
  /** `heardMs`: our clock when something last came over the stream; null = never. */
  { readonly kind: 'status'; readonly status: StreamStatus; readonly heardMs: number | null } | LiveEvent;

/**
 * A page says `here` when it opens and at times after, and `gone` when it leaves; a worker is not told otherwise. `ended`:
 * it leaves because another signs in here, or no one does; what came for the one before is for no page any more.
 */
export type ToWorker = { readonly kind: 'here' } | { readonly kind: 'gone' } | { readonly kind: 'ended' };
