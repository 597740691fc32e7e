/** What an academy's router exports now: flows whose octets, over time, are exactly what the model says. */
import type { DemoAcademy, DemoCircuit } from './academies.ts';
import { type DemoFlow, drawFlow, networkOf } from './flows.ts';
import { type MinuteRates, type TrafficModel, minuteMs, momentAt, newRates } from './model.ts';
import { createRandom } from './random.ts';

export interface LiveFlow extends DemoFlow {
  /** The circuit's interface. */
  readonly wan: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** Active time-out of the demo's exporters, ms: no flow record covers more. */
const activeTimeoutMs = 60_000;
/** An idle line's keepalives are reported this often, ms. */
const keepaliveMs = 20_000;
const leastOctets = 64;
/** v5 has 32 bits; the demo keeps to it everywhere. What is over stays owed. */
const mostOctets = 0xffff_ffff;
/** A gap longer than this was the machine's, not the school's: it is not made up for, ms. */
const longestStepMs = 5000;

interface Owed {
  readonly circuit: DemoCircuit;
  readonly download: boolean;
  octets: number;
  lastMs: number;
}

export class AcademyTraffic {
  readonly academy: DemoAcademy;
  readonly #model: TrafficModel;
  readonly #flowsPerMs: number;
  readonly #startedMs: number;
  readonly #network: number;
  readonly #random: () => number;
  readonly #owed: Owed[];
  readonly #a = newRates();
  readonly #b = newRates();
  #budget = 0;
  #turn = 0;

  /** `flowsPerSecond` is this academy's part of the whole demo's. */
  constructor(academy: DemoAcademy, model: TrafficModel, flowsPerSecond: number, startedMs: number) {
    this.academy = academy;
    this.#model = model;
    this.#flowsPerMs = flowsPerSecond / 1000;
    this.#startedMs = startedMs;
    this.#network = networkOf(academy);
    this.#random = createRandom((academy.seed ^ startedMs) >>> 0);
    this.#owed = academy.circuits.flatMap((circuit) =>
      [true, false].map((download) => ({ circuit, download, octets: 0, lastMs: startedMs })),
    );
  }

  /** The model's rates at a moment, straight between the middles of its minutes. */
  #ratesAt(timeMs: number): { readonly a: MinuteRates; readonly b: MinuteRates; readonly part: number } {
    const position = timeMs / minuteMs - 0.5;
    const minute = Math.floor(position);
    this.#model.rates(this.academy, momentAt(minute), this.#a);
    this.#model.rates(this.academy, momentAt(minute + 1), this.#b);
    return { a: this.#a, b: this.#b, part: position - minute };
  }

  /** Flows that ended in [fromMs, toMs). */
  advance(fromMs: number, toMs: number): LiveFlow[] {
    const step = Math.min(longestStepMs, toMs - fromMs);
    const { a, b, part } = this.#ratesAt(toMs - step / 2);
    const between = (x: number, y: number): number => x + (y - x) * part;
    for (const owed of this.#owed) {
      const primary = owed.circuit.role === 'primary';
      const [x, y] = owed.download
        ? primary ? [a.primaryIn, b.primaryIn] : [a.backupIn, b.backupIn]
        : primary ? [a.primaryOut, b.primaryOut] : [a.backupOut, b.backupOut]; // prettier-ignore
      owed.octets += (between(x, y) * step) / 8000;
    }
    this.#budget += step * this.#flowsPerMs;
    const wanted = Math.floor(this.#budget);
    this.#budget -= wanted;

    const flows: LiveFlow[] = [];
    const busyBackup = a.primaryIn === 0 && a.backupIn > 0;
    for (const download of [true, false]) {
      const main = this.#owed.find((o) => o.download === download && (o.circuit.role === 'backup') === busyBackup);
      // Every other flow is an upload, also when there is less than one a step.
      const count = Math.floor((wanted + ((this.#turn + (download ? 1 : 0)) & 1)) / 2);
      if (main && count > 0) this.#emit(main, count, toMs, step, a.backupShare, flows);
    }
    this.#turn = (this.#turn + wanted) & 1;
    for (const owed of this.#owed)
      if ((owed.circuit.role === 'backup') !== busyBackup && toMs - owed.lastMs >= keepaliveMs)
        this.#emit(owed, 1, toMs, step, 0, flows);
    return flows;
  }

  /** Divides what is owed among `count` flows, few of them large. */
  #emit(owed: Owed, count: number, toMs: number, step: number, backupShare: number, flows: LiveFlow[]): void {
    const { samplingRate } = this.academy;
    const sinceLast = toMs - owed.lastMs;
    const total = Math.floor(owed.octets / samplingRate);
    const affordable = Math.min(count, Math.floor(total / leastOctets));
    if (affordable === 0) return;
    owed.lastMs = toMs;
    const weights = Array.from({ length: affordable }, () => 0.02 + Math.log(1 - this.#random()) ** 2);
    const sum = weights.reduce((x, y) => x + y, 0);
    let left = total;
    weights.forEach((weight, i) => {
      const share = i === affordable - 1 ? left : Math.floor((total * weight) / sum);
      const octets = Math.min(mostOctets, share);
      left -= share;
      if (octets < leastOctets) return;
      owed.octets -= octets * samplingRate;
      // Larger flows last longer; rare ones cover the time since the one before.
      const wishMs = Math.max(sinceLast, 200 + 9000 * Math.sqrt((weight * affordable) / sum) * this.#random());
      const endMs = Math.floor(toMs - this.#random() * Math.min(step, 400));
      const durationMs = Math.max(1, Math.min(activeTimeoutMs, wishMs, endMs - this.#startedMs));
      flows.push({
        ...drawFlow(this.#network, owed.download, octets, backupShare, this.#random),
        wan: owed.circuit.ifIndex,
        startMs: Math.floor(endMs - durationMs),
        endMs,
      });
    });
  }
}

/** Each academy's part of the flows, larger schools having more. */
export function shareFlows(academies: readonly DemoAcademy[], flowsPerSecond: number): number[] {
  const weights = academies.map(({ pupils }) => Math.sqrt(pupils));
  const sum = weights.reduce((x, y) => x + y, 0);
  return weights.map((weight) => (flowsPerSecond * weight) / sum);
}
