/** SNMP traps and informs: v1 (RFC 1157), v2c (RFC 3416), v3 (RFC 3412, 3414). */
import type { Event } from '@linewatch/record';
import type { Exporter } from '../exporter.ts';
import { lose } from '../losses.ts';
import type { Counters, Limits, LossReason } from '../port.ts';
import { BerError, BerReader, latin1, tags } from './ber.ts';
import { encodeCommunityMessage, encodeResponse } from './encode.ts';
import { type Catalogue, type TrapSource, catalogueOf, closeEvent, describeTrap } from './events.ts';
import { Informs } from './informs.ts';
import { messageOctets, readMessage } from './message.ts';
import type { TrapOptions } from './options.ts';
import { type Pdu, pduTags, readTrap } from './pdu.ts';
import { Storms } from './storms.ts';
import { V3Reader } from './v3.ts';

export interface TrapParts {
  readonly options: TrapOptions;
  readonly limits: Limits;
  readonly counters: Counters;
  readonly emit: (event: Event) => void;
}

export interface TrapOutcome {
  readonly outcome: LossReason | 'decoded' | 'held';
  /** To be sent back to where the message came from. */
  readonly reply: Uint8Array | undefined;
}

export class TrapReader {
  readonly #counters: Counters;
  #communities: ReadonlySet<string> | undefined;
  #catalogue: Catalogue = catalogueOf();
  readonly #v3 = new V3Reader();
  readonly #informs = new Informs();
  readonly #storms: Storms;

  constructor({ options, limits, counters, emit }: TrapParts) {
    this.#counters = counters;
    this.#storms = new Storms({
      limits,
      counters,
      emit: (event, suppressed) => emit(closeEvent(event, suppressed)),
    });
    this.configure(options);
  }

  configure({ communities, users = [], engine, types }: TrapOptions): void {
    this.#communities = communities && new Set(communities.map((text) => latin1(Buffer.from(text))));
    this.#catalogue = catalogueOf(types);
    this.#v3.configure(users, engine);
  }

  /** Lets out events that a storm held back; to be called every second. */
  tick(nowMs: number): void {
    this.#storms.tick(nowMs);
  }

  read(exporter: Exporter, datagram: Uint8Array, nowMs: number): TrapOutcome {
    try {
      return this.#read(exporter, datagram, nowMs);
    } catch (error) {
      if (error instanceof BerError) return this.#refuse(exporter, 'trap_malformed');
      throw error;
    }
  }

  #refuse(exporter: Exporter, reason: LossReason, reply?: Uint8Array): TrapOutcome {
    lose(this.#counters, exporter, reason);
    return { outcome: reason, reply };
  }

  #read(exporter: Exporter, datagram: Uint8Array, nowMs: number): TrapOutcome {
    const octets = messageOctets(datagram);
    const message = readMessage(datagram.subarray(0, octets));
    if (message.version === 'unknown') return this.#refuse(exporter, 'trap_version_unknown');
    if (octets < datagram.length) lose(this.#counters, exporter, 'octets_trailing');
    if (message.version !== 3) {
      const { version, community, pdu } = message;
      if (this.#communities?.has(latin1(community)) === false) return this.#refuse(exporter, 'trap_community_unknown');
      const source = sourceOf(exporter, version === 0 ? 'v1' : 'v2c');
      return this.#take(exporter, pdu, source, nowMs, (response) => encodeCommunityMessage(1, community, response));
    }
    const read = this.#v3.read(message, nowMs);
    if (read.outcome === 'decoded') return read;
    if (read.outcome !== 'pdu') return this.#refuse(exporter, read.outcome, read.reply);
    const source = sourceOf(exporter, 'v3', Buffer.from(message.user).toString('utf8'));
    return this.#take(exporter, read.pdu, source, nowMs, read.answer);
  }

  #take(
    exporter: Exporter,
    pdu: Pdu,
    source: TrapSource,
    nowMs: number,
    answer: (response: Uint8Array) => Uint8Array | undefined,
  ): TrapOutcome {
    if (!mayCarry[source.version].includes(pdu.tag)) return this.#refuse(exporter, 'trap_pdu_unexpected');
    const trap = readTrap(pdu);
    let reply: Uint8Array | undefined;
    if (pdu.tag === pduTags.inform) {
      reply = answer(responseTo(pdu));
      if (this.#informs.isRepeat(exporter.text, pdu, nowMs)) return { outcome: 'decoded', reply };
    }
    const event = describeTrap(trap, source, this.#catalogue, nowMs);
    return { outcome: this.#storms.take(event, exporter, nowMs), reply };
  }
}

/** Some agents put a v1 trap into a v2c message. */
const mayCarry: Readonly<Record<TrapSource['version'], readonly number[]>> = {
  v1: [pduTags.trapV1],
  v2c: [pduTags.trapV2, pduTags.inform, pduTags.trapV1],
  v3: [pduTags.trapV2, pduTags.inform],
};

const sourceOf = (exporter: Exporter, version: TrapSource['version'], user?: string): TrapSource => ({
  address: exporter.address,
  text: exporter.text,
  version,
  user,
});

/** Its request-id and variable bindings are the inform's own octets. */
function responseTo({ bytes, from, to }: Pdu): Uint8Array {
  const reader = new BerReader(bytes, from, to);
  reader.expect(tags.integer);
  const requestId = bytes.subarray(from, reader.to);
  reader.expect(tags.integer);
  reader.expect(tags.integer);
  const varbindsAt = reader.at;
  reader.expect(tags.sequence);
  return encodeResponse(requestId, bytes.subarray(varbindsAt, reader.at));
}
