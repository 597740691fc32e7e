import type { Environment } from './environment.ts';
import type { Partition } from './partition.ts';
import type { QueueHealth } from './port.ts';
import { slowestGroup } from './positions.ts';

/** How long a refused append counts as "not accepting", ms. */
export const refusalMemoryMs = 5000;
/** Share of the quota from which health says that it is near. */
const nearFull = 0.8;

export interface EnvironmentHealth {
  readonly name: string;
  readonly accepting: boolean;
  /** Empty when all is well. */
  readonly detail: string;
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

export function environmentHealth(
  environment: Environment,
  partitions: readonly Partition[],
  refused: boolean,
): EnvironmentHealth {
  const usedBytes = environment.usedBytes();
  const { quotaBytes } = environment.options;
  const isFull = usedBytes >= quotaBytes || (refused && usedBytes >= quotaBytes * nearFull);
  const { name } = environment;
  let detail = '';
  if (environment.store.isStalled) detail = `queue "${name}": a write does not settle`;
  else if (isFull) detail = `queue "${name}" is full${awaited(partitions)}`;
  else if (usedBytes >= quotaBytes * nearFull)
    detail = `queue "${name}" is ${Math.floor((usedBytes / quotaBytes) * 100)}% full${awaited(partitions)}`;
  return { name, accepting: !isFull && !environment.store.isStalled, detail, usedBytes, quotaBytes };
}

/** Which registered groups have most to read: what a full queue waits for. */
function awaited(partitions: readonly Partition[]): string {
  const behind = new Map<string, number>();
  for (const partition of partitions) {
    const { next, first } = partition.extent();
    const slowest = slowestGroup(partition);
    if (slowest) behind.set(slowest.group, (behind.get(slowest.group) ?? 0) + next - Math.max(first, slowest.offset));
  }
  const [most] = [...behind].sort((a, b) => b[1] - a[1]);
  return most && most[1] > 0 ? `: group "${most[0]}" has ${most[1]} messages to read` : '';
}

/** One line for all environments. */
export function summary(
  states: readonly EnvironmentHealth[],
  freeDiskBytes: number,
  diskFloorBytes: number,
): QueueHealth {
  const isDiskLow = freeDiskBytes < diskFloorBytes;
  const details = states.map((state) => state.detail).filter((detail) => detail !== '');
  if (isDiskLow)
    details.unshift(`the disk has ${freeDiskBytes} octets free, fewer than the floor of ${diskFloorBytes}`);
  return {
    accepting: !isDiskLow && states.every((state) => state.accepting),
    detail: details.join('; '),
    usedBytes: states.reduce((sum, state) => sum + state.usedBytes, 0),
    quotaBytes: states.reduce((sum, state) => sum + state.quotaBytes, 0),
    freeDiskBytes,
  };
}
