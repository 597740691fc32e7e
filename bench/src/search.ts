/** Finding the highest rate that a system takes without loss: rising steps, then closing in. Pure: `run` does the work. */

export interface Trial {
  /** Records a second that were asked for. */
  readonly rate: number;
  readonly sent: number;
  readonly received: number;
  /** Sending time, s. */
  readonly seconds: number;
  /** CPU time of the system while it worked on them, s. */
  readonly cpuSeconds: number;
}

export interface SearchOptions {
  /** First rate tried, records/s. */
  readonly first: number;
  /** Each step multiplies the rate by this. */
  readonly factor: number;
  /** No rate above this is tried. */
  readonly most: number;
  /** Steps of closing in between the last good and the first bad rate. */
  readonly refinements: number;
  /** Share of what was sent that may be missing and still count as no loss. Default 0. */
  readonly tolerance?: number;
}

export interface SearchResult {
  /** The highest rate without loss, if there was one. */
  readonly best: Trial | undefined;
  readonly trials: readonly Trial[];
  /** True when the sender could not go faster, or `most` was reached: the system may be able to do more. */
  readonly bounded: boolean;
}

/** Records received for each second of CPU. */
export const perCpuSecond = (trial: Trial): number =>
  trial.cpuSeconds > 0 ? trial.received / trial.cpuSeconds : Number.NaN;

/** Records a second that were really sent. */
export const sentRate = (trial: Trial): number => (trial.seconds > 0 ? trial.sent / trial.seconds : 0);

/** More received than sent means that something was counted twice: no better than a loss. */
const isClean = (trial: Trial, tolerance: number): boolean =>
  trial.sent > 0 && trial.received <= trial.sent && trial.sent - trial.received <= trial.sent * tolerance;

/** The sender kept less than this share of the rate: it is the limit, not the system. */
const senderShare = 0.93;

export async function searchHighest(
  run: (rate: number) => Promise<Trial>,
  { first, factor, most, refinements, tolerance = 0 }: SearchOptions,
): Promise<SearchResult> {
  const trials: Trial[] = [];
  let best: Trial | undefined;
  let bounded = false;

  /** A lossy trial is run once more: on a shared machine one hiccup is not the system's limit. */
  const attempt = async (rate: number): Promise<boolean> => {
    for (let again = 0; again < 2; again++) {
      const trial = await run(rate);
      trials.push(trial);
      if (isClean(trial, tolerance)) {
        if (!best || sentRate(trial) > sentRate(best)) best = trial;
        if (sentRate(trial) < rate * senderShare) bounded = true;
        return true;
      }
    }
    return false;
  };

  let good: number | undefined;
  let bad: number | undefined;
  for (let rate = Math.min(first, most); bad === undefined && !bounded; rate = Math.min(rate * factor, most)) {
    if (!(await attempt(rate))) bad = rate;
    else {
      good = rate;
      if (rate >= most) bounded = true;
    }
  }
  for (let down = 0; good === undefined && bad !== undefined && down < 4; down++) {
    const rate = bad / factor;
    if (await attempt(rate)) good = rate;
    else bad = rate;
  }
  for (let step = 0; step < refinements && good !== undefined && bad !== undefined; step++) {
    const rate = Math.sqrt(good * bad);
    if (await attempt(rate)) good = rate;
    else bad = rate;
  }
  return { best, trials, bounded };
}
