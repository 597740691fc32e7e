import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { checkRoom, guardDisk } from './disk-guard.ts';

const { bavail, bsize } = statfsSync(tmpdir());
const free = bavail * bsize;

describe('the guard of a disk', () => {
  it('says how much room there is and how much it takes', () => {
    expect(() => checkRoom(tmpdir(), free * 2)).toThrow(/\d+ MiB free on the disk of .*clickhouse\.diskFloorBytes/);
    expect(() => checkRoom(tmpdir(), 0)).not.toThrow();
  });

  it('ends the server below a quarter of the floor, once, and says why', () => {
    const kill = vi.fn();
    const guard = guardDisk(tmpdir(), free * 8, kill);
    expect(kill).toHaveBeenCalledOnce();
    expect(guard.reason).toContain('stopped before its disk is full');
  });

  it('leaves it alone above that, and without a floor', () => {
    const kill = vi.fn();
    const guards = [guardDisk(tmpdir(), free / 2, kill), guardDisk(tmpdir(), 0, kill)];
    expect(kill).not.toHaveBeenCalled();
    for (const guard of guards) {
      expect(guard.reason).toBeUndefined();
      guard.stop();
    }
  });
});
