/** What is remembered of an exporter: by version and observation domain, its templates, sampling and sequence numbers. */
import { formatAddress } from '@linewatch/record';
import { ElementCounts } from './element-counts.ts';
import { Habits } from './habits.ts';
import type { Held } from './held.ts';
import { Samplers } from './samplers.ts';
import { SequenceTracker } from './sequence.ts';
import type { LossReason, SequenceCounters } from './port.ts';
import { createSequenceCounters } from './port.ts';
import type { Template } from './template.ts';
import { Updates } from './updates.ts';

/** As in the column `version`: 105 is sFlow v5. */
export type FlowVersion = 5 | 9 | 10 | 105;

export class Domain {
  readonly version: FlowVersion;
  readonly id: number;
  /** In the order of their last announcement. */
  readonly templates = new Map<number, Template>();
  readonly samplers: Samplers;
  readonly sequence: SequenceTracker;
  /** Sets that await the template of this id, oldest first. */
  readonly waiting = new Map<number, Held[]>();
  /** Unix ms of the exporter's start, from options data (element 160); 0 = not known. */
  systemInitMs = 0;
  /** Of what is remembered here; see Memory. */
  weight = 0;
  /** Of a firewall. */
  readonly updates = new Updates();

  constructor(version: FlowVersion, id: number, samplerLimit: number) {
    this.version = version;
    this.id = id;
    this.samplers = new Samplers(samplerLimit);
    this.sequence = new SequenceTracker(version === 5 ? 'flows' : version === 10 ? 'records' : 'datagrams');
  }
}

export const domainKey = (version: FlowVersion, id: number): number => version * 4_294_967_296 + id;

interface Name {
  text: string;
  sentMs: number;
}

/** A cached handle; the decoder alone writes to it. */
export class Exporter {
  /** 16 octets. */
  readonly address: Uint8Array;
  /** The same as four words of a column. */
  readonly words: Uint32Array;
  readonly text: string;
  readonly domains = new Map<number, Domain>();
  /** Our clock minus the exporter's at the last datagram, ms. */
  skewMs = 0;
  /** Our clock, of the last datagram. */
  lastMs = 0;
  datagrams = 0;
  /** Each datagram by its one outcome. */
  readonly outcomes = { decoded: 0, held: 0, rejected: 0 };
  /** What was lost of its datagrams, by reason. */
  readonly losses = new Map<LossReason, number>();
  /** Seen by its sequence numbers. */
  readonly sequence: SequenceCounters = createSequenceCounters();
  /** Unix ms, our clock, when each protocol was last heard from it. */
  readonly versions = new Map<FlowVersion | 'snmp', number>();
  flows = 0;
  /** sFlow structures that have no column and no metric: how many, by `structureKey`. */
  readonly structures = new Map<number, number>();
  templateCount = 0;
  weight = 0;
  heldOctets = 0;
  readonly held = new Set<Held>();
  /** Names and statistics last passed on, by metric and what they are of. */
  readonly names = new Map<string, Name>();
  /** Of those it may pass on, what it has passed on of late, and when that was reckoned. */
  namesSpent = 0;
  namesSpentMs = 0;
  /** How long its flows last and how it samples, as its rows show. */
  readonly habits = new Habits();
  readonly elementCounts: ElementCounts;
  /** Names that it told of enterprise-specific elements (RFC 5610), by key. */
  readonly elementNames = new Map<string, string>();
  /** Pushed out of the decoder's cache: a later datagram begins anew. */
  evicted = false;
  /** Heard again since the last search for one to evict. */
  used = false;

  constructor(address: Uint8Array, elementLimit: number) {
    this.elementCounts = new ElementCounts(elementLimit);
    this.words = new Uint32Array(4);
    this.address = new Uint8Array(this.words.buffer);
    this.address.set(address);
    this.text = formatAddress(this.address);
  }

  /** Records by element that has no column, by key (`enterprise/number`); at most `elementsPerExporter`. */
  get elements(): ReadonlyMap<string, number> {
    for (const domain of this.domains.values())
      for (const template of domain.templates.values()) this.elementCounts.take(template);
    return this.elementCounts.counts;
  }

  /** How long its flows last at most before they are exported, stated or inferred; 0 = not known yet. */
  get activeTimeoutMs(): number {
    return this.habits.activeTimeoutMs;
  }

  /** Sampling rates of its flows, one packet in so many, and whether it stated them. */
  get sampling(): ReadonlyMap<number, boolean> {
    return this.habits.sampling;
  }
}
