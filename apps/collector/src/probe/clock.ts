/** The time of day to the microsecond: Node's own has whole milliseconds. */

/** Further apart than this, the time of day was set. */
const setMs = 2;

export interface Clock {
  /** Unix ms, with its fraction. */
  wallMs(): number;
  monoMs(): number;
}

/** Goes on evenly between two corrections of the time of day, and follows these. */
export function createClock(): Clock {
  let originMs = performance.timeOrigin;
  return {
    wallMs: () => {
      const monoMs = performance.now();
      const coarseMs = Date.now();
      if (Math.abs(originMs + monoMs - coarseMs - 0.5) > setMs) originMs = coarseMs + 0.5 - monoMs;
      return originMs + monoMs;
    },
    monoMs: () => performance.now(),
  };
}
