/** Builds `goflow2/main.go`: goflow2's decoders, its modules fetched by Go itself. */
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const benchDir = path.resolve(import.meta.dirname, '..');
const binary = path.join(benchDir, 'bin', 'goflow2-decode');

/** Full path of the program, or undefined when it cannot be built here. */
export async function buildGoflow2(): Promise<string | undefined> {
  await mkdir(path.dirname(binary), { recursive: true });
  try {
    await run('go', ['build', '-trimpath', '-o', binary, '.'], {
      cwd: path.join(benchDir, 'goflow2'),
      timeout: 300_000,
    });
    return binary;
  } catch {
    return undefined;
  }
}
