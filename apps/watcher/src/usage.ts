/**
 * Use of lines, minute by minute, of the last two hours: what rules on full lines go by. An interface's own counter counts where
 * it tells of all of a minute, else what flows say; counters that never move beside flows are none.
 */
import type { UsageRow } from '@linewatch/estate';
import { type Device, type Line, isValid } from './plan.ts';
import type { SumRow } from './sums.ts';

const minuteMs = 60_000;
/** What is told. */
const keptMinutes = 120;
/** So long after a minute more of it may come: polls tell of up to five minutes, flows of what went on. */
const openMinutes = 16;
/** So long after its end a minute is told of first: exporters and polls of a minute have told of it by then. */
const lateMs = 2 * minuteMs;
/** A cell that is ahead by more is of a clock that is wrong. */
const aheadMs = 5 * minuteMs;
/** Of a minute that counters have to tell of. */
const leastCounted = 0.95;
/** Each line is told of so often, and one that carries much, or did, each minute. */
const quietMinutes = 5;
const muchShare = 0.3;

/** Of a cell: octets of flows observed at the interface and inferred, of counters, and ms that these tell of. */
const fields = 4;
const none = Number.NaN;

/** Minutes in which a device told of something, in a ring. */
class Heard {
  readonly #minutes = new Float64Array(openMinutes * 2);

  add(minute: number): void {
    this.#minutes[minute % this.#minutes.length] = minute;
  }

  at(minute: number): boolean {
    return this.#minutes[minute % this.#minutes.length] === minute;
  }
}

type HeardAt = (line: Line, minute: number) => boolean;

/** Of one line: both sides of its interface. Rings by the minute, counted from 1970. */
class LineUse {
  line: Line;
  readonly #heard: HeardAt;
  readonly #rates = [new Float32Array(keptMinutes).fill(none), new Float32Array(keptMinutes).fill(none)] as const;
  readonly #cells = new Float32Array(openMinutes * 2 * fields);
  /** It was not there before: what is known of a minute that began before is a part of it. */
  readonly #fromMinute: number;
  #latest: number;
  /** Up to which it is kept in the database. */
  toldMinute: number;
  #lookedMinute = 0;

  constructor(line: Line, nowMs: number, restored: UsageRow | undefined, heard: HeardAt) {
    this.line = line;
    this.#heard = heard;
    this.#fromMinute = Math.ceil(nowMs / minuteMs);
    this.#latest = this.#fromMinute;
    this.toldMinute = restored ? restored.minuteMs / minuteMs : 0;
    if (!restored) return;
    const sides = isDownload(line, 0) ? [restored.inBps, restored.outBps] : [restored.outBps, restored.inBps];
    for (const [side, rates] of sides.entries())
      for (const [i, rate] of rates.entries()) {
        const minute = this.toldMinute - rates.length + 1 + i;
        if (minute > this.#latest - keptMinutes && minute < this.#fromMinute)
          this.#rates[side]![minute % keptMinutes] = rate ?? none;
      }
  }

  add({ timeS, side, basis, octets, flows }: Readonly<SumRow>): void {
    const minute = Math.floor(timeS / 60);
    if (minute < this.#fromMinute || minute <= this.#latest - openMinutes || side > 1 || basis > 2) return;
    this.#advance(minute);
    const at = ((minute % openMinutes) * 2 + side) * fields;
    this.#cells[at + basis]! += octets;
    if (basis === 2) this.#cells[at + 3]! += flows;
  }

  /** What is known of the minutes up to one; undefined: nothing. */
  row(minute: number): UsageRow | undefined {
    this.#advance(minute);
    for (let open = Math.max(this.#fromMinute, this.#latest - openMinutes + 1); open <= this.#latest; open++)
      this.#settle(open);
    const rates = ([0, 1] as const).map((side) =>
      Array.from({ length: keptMinutes }, (_, i) => {
        const at = minute - keptMinutes + 1 + i;
        const rate = at > this.#latest - keptMinutes ? this.#rates[side][at % keptMinutes]! : none;
        return Number.isNaN(rate) ? null : Math.round(rate);
      }),
    );
    if (rates.every((each) => each.every((rate) => rate === null))) return undefined;
    const [inBps, outBps] = isDownload(this.line, 0) ? [rates[0]!, rates[1]!] : [rates[1]!, rates[0]!];
    return { circuit: this.line.circuit.id, minuteMs: minute * minuteMs, inBps, outBps };
  }

  /** Whether a minute is to be told of now; asked once for each. */
  isDue(minute: number): boolean {
    if (minute <= this.toldMinute || minute <= this.#lookedMinute) return false;
    this.#lookedMinute = minute;
    if ((minute + this.line.circuit.id) % quietMinutes === 0 || minute - this.toldMinute >= quietMinutes) return true;
    const { committedDownBps, committedUpBps } = this.line.circuit;
    for (const side of [0, 1] as const) {
      const committed = isDownload(this.line, side) ? committedDownBps : committedUpBps;
      if (committed === null) continue;
      for (let at = minute - quietMinutes; at <= minute; at++)
        if (
          at >= this.#fromMinute &&
          at > this.#latest - openMinutes &&
          at <= this.#latest &&
          this.#rate(at, side) > committed * muchShare
        )
          return true;
    }
    return false;
  }

  #advance(minute: number): void {
    // However far apart they are, all rings are passed once at most.
    for (let at = Math.max(this.#latest + 1, minute - keptMinutes + 1); at <= minute; at++) {
      const left = at - openMinutes;
      if (left >= this.#fromMinute && left > this.#latest - openMinutes) this.#settle(left);
      this.#cells.fill(0, (at % openMinutes) * 2 * fields, ((at % openMinutes) + 1) * 2 * fields);
      for (const rates of this.#rates) rates[at % keptMinutes] = none;
    }
    this.#latest = Math.max(this.#latest, minute);
  }

  #settle(minute: number): void {
    for (const side of [0, 1] as const) this.#rates[side][minute % keptMinutes] = this.#rate(minute, side);
  }

  /** bit/s of a minute that is open. */
  #rate(minute: number, side: 0 | 1): number {
    const at = ((minute % openMinutes) * 2 + side) * fields;
    const [observed, inferred, counted, countedMs] = this.#cells.subarray(at, at + fields) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const flows = observed > 0 ? observed : inferred;
    const isCounted = countedMs >= minuteMs * leastCounted && (counted > 0 || flows === 0);
    if (isCounted) return (counted * 8000) / minuteMs;
    const octets = Math.max(counted, flows);
    // Whoever tells of something else in that minute says that nothing passed here.
    if (octets === 0 && !this.#heard(this.line, minute)) return none;
    return (octets * 8000) / minuteMs;
  }
}

const isDownload = ({ circuit }: Line, side: 0 | 1): boolean => (side === 0) === (circuit.downloadSide === 'in');

/** Of all lines. Nothing here reads a clock. */
export class Usage {
  readonly #lines = new Map<number, LineUse>();
  readonly #heard = new WeakMap<Device, Heard>();
  readonly #restored: Map<number, UsageRow>;
  /** Device of the row before: sums of one come one after the other. */
  #last: { readonly device: Device; readonly heard: Heard } | undefined;

  constructor(restored: readonly UsageRow[]) {
    this.#restored = new Map(restored.map((row) => [row.circuit, row]));
  }

  /** @param nowMs when the queue had what was read last */
  heard(device: Device, timeS: number, nowMs: number): void {
    if (timeS * 1000 > nowMs + aheadMs) return;
    if (this.#last?.device !== device) {
      const heard = this.#heard.get(device) ?? new Heard();
      this.#heard.set(device, heard);
      this.#last = { device, heard };
    }
    this.#last.heard.add(Math.floor(timeS / 60));
  }

  add(line: Line, row: Readonly<SumRow>, nowMs: number): void {
    const atMs = row.timeS * 1000;
    if (atMs > nowMs + aheadMs || !isValid(line, atMs)) return;
    const { id } = line.circuit;
    let use = this.#lines.get(id);
    if (!use) {
      use = new LineUse(line, nowMs, this.#restored.get(id), (of, minute) =>
        of.device ? (this.#heard.get(of.device)?.at(minute) ?? false) : false,
      );
      this.#restored.delete(id);
      this.#lines.set(id, use);
    }
    use.line = line;
    use.add(row);
  }

  /** Lines as the estate has them now. */
  follow(lines: ReadonlyMap<number, Line>): void {
    for (const [id, use] of this.#lines) {
      const line = lines.get(id);
      if (line) use.line = line;
      else this.#lines.delete(id);
    }
    for (const id of this.#restored.keys()) if (!lines.has(id)) this.#restored.delete(id);
  }

  /** What is to be kept now. @param knownMs up to when a trust is known, by its label; 0: not at all */
  due(knownMs: (trust: string) => number): UsageRow[] {
    const minutes = new Map<string, number>();
    const rows: UsageRow[] = [];
    for (const use of this.#lines.values()) {
      const { trust } = use.line;
      let minute = minutes.get(trust);
      if (minute === undefined) minutes.set(trust, (minute = Math.floor((knownMs(trust) - lateMs) / minuteMs) - 1));
      const row = use.isDue(minute) ? use.row(minute) : undefined;
      if (row) rows.push(row);
    }
    return rows;
  }

  kept(rows: readonly UsageRow[]): void {
    for (const { circuit, minuteMs: atMs } of rows) {
      const use = this.#lines.get(circuit);
      if (use) use.toldMinute = Math.max(use.toldMinute, atMs / minuteMs);
    }
  }
}
