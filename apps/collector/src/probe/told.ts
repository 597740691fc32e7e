/** From what runs of a probe came to, to samples; of one target, with what is remembered between its runs. */
import { type MetricName, type Sample, labelKey } from '@linewatch/record';
import { mos } from '@linewatch/sla';
import { Jitter } from './jitter.ts';
import { type OneWay, type Outcome, type Packets, plainText } from './outcome.ts';

/** What speech would sound like is told of this time, ms. */
const speechMs = 60_000;
const dayMs = 86_400_000;
/** Runs within it, at most. */
const maxRuns = 16;

const noExporter = new Uint8Array(16);
const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
const percent = (part: number, whole: number): number => (whole === 0 ? 0 : (part / whole) * 100);

interface Run {
  readonly atMs: number;
  readonly sent: number;
  readonly answered: number;
  readonly rttSumMs: number;
}

export class Told {
  readonly #url: string;
  readonly #key: number;
  readonly #jitter = new Jitter();
  readonly #out = new Jitter();
  readonly #back = new Jitter();
  #runs: Run[] = [];

  constructor(url: string) {
    this.#url = url;
    this.#key = labelKey(url);
  }

  /** All of a run bear one time, Unix ms; none where nothing is known of the target. */
  samples(outcome: Outcome, timeMs: number): Sample[] {
    const samples: Sample[] = [];
    const tell = (metric: MetricName, value: number | undefined, reason = ''): void => {
      if (value === undefined || !Number.isFinite(value)) return;
      const text = reason === '' ? this.#url : `${this.#url} ${plainText(reason)}`;
      samples.push({ timeMs, exporter: noExporter, interface: this.#key, metric, value, text });
    };
    switch (outcome.is) {
      case 'untried':
        break;
      case 'failed':
        tell('probe.ok', 0, outcome.reason);
        if (outcome.sent !== undefined) {
          tell('probe.loss.percent', 100);
          this.#remember({ atMs: timeMs, sent: outcome.sent, answered: 0, rttSumMs: 0 });
        }
        break;
      case 'answered':
        tell('probe.ok', 1, outcome.trouble);
        tell('probe.rtt.ms', outcome.rttMs);
        // Of the sample's own time, so that whoever adds both has the certificate's end to the ms.
        tell('probe.tls.days', outcome.expiresMs === undefined ? undefined : (outcome.expiresMs - timeMs) / dayMs);
        break;
      case 'packets':
        tell('probe.ok', 1);
        this.#packets(outcome.packets, timeMs, tell);
    }
    return samples;
  }

  #packets(
    { sent, rttsMs, oneWay }: Packets,
    timeMs: number,
    tell: (metric: MetricName, value?: number) => void,
  ): void {
    tell('probe.rtt.ms', mean(rttsMs));
    tell('probe.rtt.min.ms', Math.min(...rttsMs));
    tell('probe.rtt.max.ms', Math.max(...rttsMs));
    tell('probe.loss.percent', percent(sent - rttsMs.length, sent));
    const jitterMs = this.#jitter.add(rttsMs);
    tell('probe.jitter.ms', jitterMs);
    const rttSumMs = rttsMs.reduce((sum, each) => sum + each, 0);
    this.#remember({ atMs: timeMs, sent, answered: rttsMs.length, rttSumMs });
    if (jitterMs !== undefined) tell('probe.mos', this.#speech(jitterMs));
    if (oneWay) this.#oneWay(oneWay, tell);
  }

  #oneWay(
    { lost, outTransitsMs, backTransitsMs, delay }: OneWay,
    tell: (metric: MetricName, value?: number) => void,
  ): void {
    if (lost) {
      tell('probe.out.loss.percent', percent(lost.out, lost.sent));
      tell('probe.back.loss.percent', percent(lost.back, lost.sent - lost.out));
    }
    tell('probe.out.jitter.ms', this.#out.add(outTransitsMs));
    tell('probe.back.jitter.ms', this.#back.add(backTransitsMs));
    tell('probe.out.delay.ms', delay?.outMs);
    tell('probe.back.delay.ms', delay?.backMs);
  }

  #remember(run: Run): void {
    this.#runs = [...this.#runs, run]
      .filter(({ atMs }) => run.atMs - atMs < speechMs && atMs <= run.atMs)
      .slice(-maxRuns);
  }

  /** Of the packets of the minute before the last run's end. A round trip's jitter is that of both ways: half is one's. */
  #speech(jitterMs: number): number {
    const total = (of: (run: Run) => number): number => this.#runs.reduce((sum, run) => sum + of(run), 0);
    const answered = total((run) => run.answered);
    const sent = total((run) => run.sent);
    return mos(total((run) => run.rttSumMs) / answered, jitterMs / 2, percent(sent - answered, sent));
  }
}
