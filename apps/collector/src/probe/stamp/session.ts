/**
 * What the sender of a session makes of its packets and their answers. Pure: bytes and times are arguments.
 *
 * Which way a packet was lost is told by a reflector that numbers its answers by itself (stateful, RFC 8762 section 4.3):
 *
 *   sent       1 2 3 4 5 6         3 never came back: was it answered?
 *   answered   0 1 . 2 3 4         its numbers have no gap: it was not, so 3 was lost on the way there
 *              0 1 . 3 4 5         they have: its answer was lost
 *
 * A stateless one sends our numbers back. So that the two look different from the first answer on, the first number of a
 * session, 0, is never sent: as if it had been lost on the way, who counts is one behind for ever.
 */
import type { OneWay, Packets } from '../outcome.ts';
import { type Answer, type Stamp, decodeAnswer, encodeRequest, errorEstimate } from './packet.ts';

/** A reflector may forget a session that was silent for so long (REFWAIT, RFC 5357 section 4.2). */
const forgottenMs = 900_000;
const echoOctets = 14;

interface Sent {
  readonly echo: Buffer;
  readonly wallMs: number;
  readonly monoMs: number;
  readonly synchronised: boolean;
  answer?: Answered;
}
interface Answered {
  readonly answer: Answer;
  readonly wallMs: number;
  readonly monoMs: number;
  readonly synchronised: boolean;
  /** Numbers that the reflector gave to its other answers to this packet. */
  readonly copies: Set<number>;
}

/** Reading of both clocks at once. */
export interface Now extends Stamp {
  /** Goes on evenly, whatever is done to the time of day. */
  readonly monoMs: number;
  readonly errorMs: number;
}

export type Heard = 'answer' | 'duplicate' | 'late' | 'stray';

export class Session {
  #next = 1;
  #run = new Map<number, Sent>();
  #firstOfRun = 1;
  #isOver = true;
  /** Whether the reflector has ever told another number than ours. */
  #isStateful = false;
  /** Up to where all was accounted for: the highest of our numbers that was answered, and of the reflector's. */
  #base: { readonly sent: number; readonly reflected: number; readonly monoMs: number } | undefined;

  /** Packets of earlier runs are no longer waited for. */
  begin(): void {
    this.#run = new Map();
    this.#firstOfRun = this.#next;
    this.#isOver = false;
  }

  send(now: Now): Buffer {
    const sequence = this.#next++;
    const { wallMs, monoMs, synchronised } = now;
    const packet = encodeRequest({ sequence, wallMs, errorEstimate: errorEstimate(now.errorMs, synchronised) });
    this.#run.set(sequence, { echo: packet.subarray(0, echoOctets), wallMs, monoMs, synchronised });
    return packet;
  }

  /** Only what brings back what was sent, to the bit, is an answer. */
  hear(packet: Buffer, { wallMs, monoMs, synchronised }: Now): Heard {
    const answer = decodeAnswer(packet);
    if (!answer) return 'stray';
    const sent = this.#run.get(answer.senderSequence);
    if (!sent) return answer.senderSequence >= 1 && answer.senderSequence < this.#firstOfRun ? 'late' : 'stray';
    if (!sent.echo.equals(answer.echo)) return 'stray';
    if (this.#isOver) return 'late';
    if (answer.sequence !== answer.senderSequence) this.#isStateful = true;
    if (sent.answer) {
      if (sent.answer.answer.sequence !== answer.sequence) sent.answer.copies.add(answer.sequence);
      return 'duplicate';
    }
    sent.answer = { answer, wallMs, monoMs, synchronised, copies: new Set() };
    return 'answer';
  }

  /** All that were sent were answered. */
  get isComplete(): boolean {
    for (const { answer } of this.#run.values()) if (!answer) return false;
    return true;
  }

  /** Figures of the run: what comes from here on is late. */
  end(): Packets {
    this.#isOver = true;
    const pairs = [...this.#run.entries()].flatMap(([sequence, sent]) =>
      sent.answer ? [{ sequence, sent, ...sent.answer }] : [],
    );
    const rttsMs = pairs.map(({ sent, answer, monoMs }) => {
      const wholeMs = monoMs - sent.monoMs;
      const insideMs = answer.sentMs - answer.receivedMs;
      // A reflector whose clock went back, or that claims more than there was, is not believed.
      return insideMs >= 0 && insideMs <= wholeMs ? wholeMs - insideMs : wholeMs;
    });
    const result = { sent: this.#run.size, rttsMs };
    return pairs.length === 0 ? result : { ...result, oneWay: this.#oneWay(pairs) };
  }

  #oneWay(pairs: readonly (Answered & { sequence: number; sent: Sent })[]): OneWay {
    const out = pairs
      .map(({ answer, sent }) => ({ at: answer.receivedMs, transit: answer.receivedMs - sent.wallMs }))
      .sort((a, b) => a.at - b.at)
      .map(({ transit }) => transit);
    const back = pairs
      .map(({ answer, wallMs, monoMs }) => ({ at: monoMs, transit: wallMs - answer.sentMs }))
      .sort((a, b) => a.at - b.at)
      .map(({ transit }) => transit);
    const isOneTime = pairs.every((each) => each.synchronised && each.sent.synchronised && each.answer.synchronised);
    const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
    const delay = { outMs: mean(out), backMs: mean(back) };
    return {
      lost: this.#lost(pairs),
      outTransitsMs: out,
      backTransitsMs: back,
      // Less than nothing: they only say that they are.
      ...(isOneTime && delay.outMs >= 0 && delay.backMs >= 0 ? { delay } : {}),
    };
  }

  #lost(pairs: readonly (Answered & { sequence: number })[]): OneWay['lost'] {
    const first = pairs.reduce((a, b) => (b.sequence < a.sequence ? b : a));
    const reflected = Math.max(...pairs.flatMap(({ answer, copies }) => [answer.sequence, ...copies]));
    const last = Math.max(...pairs.map(({ sequence }) => sequence));
    const monoMs = Math.max(...pairs.map((each) => each.monoMs));
    const before = this.#base;
    this.#base = { sent: last, reflected, monoMs };
    if (!this.#isStateful) return undefined;
    const copies = pairs.reduce((sum, each) => sum + each.copies.size, 0);
    const count = (from: { readonly sent: number; readonly reflected: number }, answered: number) => ({
      sent: last - from.sent,
      arrived: reflected - from.reflected - copies,
      answered,
    });
    const isKnown = before !== undefined && monoMs - before.monoMs < forgottenMs;
    let counted = isKnown ? count(before, pairs.length) : undefined;
    // A reflector that began anew, or one of which nothing was known: from the first answer on.
    if (!counted || counted.arrived < counted.answered || counted.arrived > counted.sent + copies) {
      const own = Math.min(...pairs.flatMap(({ answer }) => [answer.sequence]));
      counted = count({ sent: first.sequence - 1, reflected: own - 1 }, pairs.length);
    }
    const unanswered = counted.sent - counted.answered;
    const out = Math.max(0, Math.min(unanswered, counted.sent - counted.arrived));
    return { sent: counted.sent, out, back: unanswered - out };
  }
}
