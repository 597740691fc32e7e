/**
 * Ends the embedded ClickHouse server before its disk is full. Its library takes no notice of a write that fails for want of
 * room (measured with 26.7.2.1: every file of a merge or an insert stays empty, and the part is committed), so it must never
 * meet one. Reservations keep the server itself above the floor; what others write is watched here. What it had acknowledged
 * is whole when it is killed.
 */
import { statfsSync } from 'node:fs';
import { EngineError } from './engine.ts';

const MiB = 1024 * 1024;
/** No disk is filled faster than this, octets per ms. */
const fastestFill = 4_000_000;
const minPauseMs = 10;
const maxPauseMs = 1000;
/** Of the floor: below this part of it the server is killed. */
const killBelow = 1 / 4;

function freeBytes(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

const inMiB = (octets: number): string => `${Math.floor(octets / MiB)} MiB`;
const lowText = (directory: string, free: number, floor: number): string =>
  `${inMiB(free)} free on the disk of ${directory}; it needs ${inMiB(floor)} (clickhouse.diskFloorBytes)`;

/** @throws EngineError `disk_full` when there is less than `floor` octets of room. */
export function checkRoom(directory: string, floor: number): void {
  const free = freeBytes(directory);
  if (free < floor)
    throw new EngineError('disk_full', `the ClickHouse server is not started: ${lowText(directory, free, floor)}`);
}

export interface DiskGuard {
  /** Why it was killed, when it was. */
  readonly reason: string | undefined;
  stop(): void;
}

/** Calls `kill` once when the disk of `directory` has less than a quarter of `floor` octets free. */
export function guardDisk(directory: string, floor: number, kill: () => void): DiskGuard {
  const limit = floor * killBelow;
  let timer: NodeJS.Timeout | undefined;
  let reason: string | undefined;
  const look = (): void => {
    const free = freeBytes(directory);
    if (free < limit) {
      reason = `stopped before its disk is full: ${lowText(directory, free, floor)}`;
      kill();
      return;
    }
    const pauseMs = Math.min(maxPauseMs, Math.max(minPauseMs, (free - limit) / fastestFill));
    timer = setTimeout(look, pauseMs).unref();
  };
  if (floor > 0) look();
  return {
    get reason() {
      return reason;
    },
    stop: () => clearTimeout(timer),
  };
}
