/** A small disk for one directory, that can be filled: a tmpfs, which takes the right to mount. */
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const chunk = Buffer.alloc(1024 * 1024, 1);
/** So that it fills about as fast as a disk can be written to, not as fast as memory. */
const chunkPauseMs = 2;

export class SmallDisk {
  readonly directory: string;
  readonly #ballast: string;
  #mounted = true;

  private constructor(directory: string) {
    this.directory = directory;
    this.#ballast = path.join(directory, 'ballast');
  }

  /** The disk, or why there is none: mounting is for root, and not in every container. */
  static async mount(directory: string, octets: number): Promise<SmallDisk | string> {
    if (process.platform !== 'linux') return 'a small disk is made on Linux only';
    mkdirSync(directory, { recursive: true });
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${octets},mode=0755`, 'tmpfs', directory]);
      return new SmallDisk(directory);
    } catch (error) {
      return `no disk could be mounted: ${String((error as { stderr?: string }).stderr ?? error).trim()}`;
    }
  }

  /** Writes until nothing more fits. Bounded by the disk's own size. */
  async fill(): Promise<void> {
    const file = await open(this.#ballast, 'a');
    try {
      for (let octets = chunk.length; octets >= 4096;) {
        try {
          await file.appendFile(chunk.subarray(0, octets));
          await sleep(chunkPauseMs);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          octets /= 16;
        }
      }
    } finally {
      await file.close();
    }
  }

  free(): void {
    rmSync(this.#ballast, { force: true });
  }

  get freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.directory);
    return bavail * bsize;
  }

  async unmount(): Promise<void> {
    if (!this.#mounted) return;
    this.#mounted = false;
    await run('umount', ['-l', this.directory]).catch(() => undefined);
  }
}
