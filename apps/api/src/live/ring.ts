/** Length of a live cell, s. */
export const cellS = 10;
/** How far back the live state reaches, s. */
export const windowS = 900;
/** Cells this far ahead of our clock are still taken: clocks of exporters are corrected, though not to the second. */
export const aheadS = 60;

export const windowCells = windowS / cellS;
const length = windowCells + aheadS / cellS;

/** Number of the cell that holds a time. */
export const cellOf = (timeMs: number): number => Math.floor(timeMs / (cellS * 1000));

/**
 * Octets (multiplied by the sampling rate) in 10-second cells, for one side of one interface: a ring in which each place
 * notes which cell it holds, so that time passing costs nothing.
 */
export class CellRing {
  readonly #octets = new Float64Array(length);
  readonly #cell = new Uint32Array(length);
  /** The latest cell that anything was added to; 0 = none. */
  newest = 0;

  /** Older cells than the one in its place are ignored. */
  add(cell: number, octets: number): void {
    const at = cell % length;
    if (this.#cell[at] !== cell) {
      if (this.#cell[at]! > cell) return;
      this.#cell[at] = cell;
      this.#octets[at] = 0;
    }
    this.#octets[at]! += octets;
    if (cell > this.newest) this.newest = cell;
  }

  /** Octets in the cell; 0 when nothing was added. */
  octets(cell: number): number {
    const at = cell % length;
    return this.#cell[at] === cell ? this.#octets[at]! : 0;
  }

  /**
   * Mean rate over the 60 s that end at `nowMs`, bit/s. The oldest cell, which the window cuts, counts by the part of it
   * inside. Exporters report a flow when it ends or at their active time-out: what is still to come is not in it.
   */
  rateBps(nowMs: number): number {
    const newest = cellOf(nowMs);
    const cells = 60 / cellS;
    let sum = 0;
    for (let back = 0; back < cells; back++) sum += this.octets(newest - back);
    const inside = newest + 1 - nowMs / (cellS * 1000);
    sum += inside * this.octets(newest - cells);
    return (sum * 8) / 60;
  }
}
