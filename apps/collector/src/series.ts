/** Cells of one interface, side, basis and sampling rate: where in the set their rows are, by slot of their time. */
export class Series {
  readonly key: number;
  readonly interface: number;
  readonly side: number;
  readonly basis: number;
  readonly rate: number;
  readonly stated: number;
  lastS = 0;
  /** Set, and first second of the finest cells, that the slots below belong to. */
  window = -1;
  readonly seconds = new Int32Array(32).fill(-1);
  readonly tens = new Int32Array(32).fill(-1);
  readonly minutes = new Int32Array(64).fill(-1);
  /** Cells more than an hour old, by their time. */
  readonly older = new Map<number, number>();

  constructor(index: number, side: number, basis: number, rate: number, stated: number) {
    this.key = seriesKey(index, side, basis);
    this.interface = index;
    this.side = side;
    this.basis = basis;
    this.rate = rate;
    this.stated = stated;
  }

  begin(window: number): void {
    this.window = window;
    this.seconds.fill(-1);
    this.tens.fill(-1);
    this.minutes.fill(-1);
    this.older.clear();
  }
}

/** What tells the series of an exporter apart, but for the sampling. */
export const seriesKey = (index: number, side: number, basis: number): number => index * 8 + side * 4 + basis;
