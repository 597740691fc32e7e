/** Earlier versions kept a collector's files beside each other, whatever its trust: they are that of the configuration. */
import { mkdir, readdir, rename } from 'node:fs/promises';
import path from 'node:path';

/** Moves what lies in the directory above `into` there. Only while no collector runs on it. */
export async function moveCollectorFiles(into: string): Promise<void> {
  const from = path.dirname(into);
  const entries = await readdir(from, { withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile());
  if (files.length === 0) return;
  await mkdir(into, { recursive: true, mode: 0o700 });
  const there = new Set(await readdir(into));
  for (const { name } of files)
    // One that is there already is newer; a key is never replaced.
    if (!there.has(name)) await rename(path.join(from, name), path.join(into, name));
}
