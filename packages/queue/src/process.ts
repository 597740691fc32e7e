import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process this is, in a way that survives the reuse of its number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between boot and the start of the process; 0 where /proc does not tell. */
  readonly startTicks: number;
  /** Host, boot and process namespace: numbers of another one say nothing here. */
  readonly world: string;
}

function startTicks(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 22; the second field, the name, may itself hold blanks and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie runs no more.
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}

const hasProc = (): boolean => startTicks(process.pid) !== undefined;

function world(): string {
  const read = (get: () => string): string => {
    try {
      return get().trim();
    } catch {
      return '';
    }
  };
  const boot = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'));
  const namespace = read(() => readlinkSync('/proc/self/ns/pid'));
  return `${boot === '' ? hostname() : boot} ${namespace}`;
}

export const thisProcess = (): ProcessIdentity => ({
  pid: process.pid,
  startTicks: startTicks(process.pid) ?? 0,
  world: world(),
});

/**
 * Whether a process is known to exist no more. False when it exists, and when that cannot be told (another host or
 * namespace): then only its lease's expiry counts.
 */
export function isGone(owner: ProcessIdentity, here: ProcessIdentity): boolean {
  if (owner.world !== here.world) return false;
  if (hasProc()) return startTicks(owner.pid) !== owner.startTicks;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

export const newMemberId = (instance: string): string => `${instance}-${randomUUID()}`;
