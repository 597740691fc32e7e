import { loadConfig } from '../config.ts';
import type { CommonOptions } from '../context.ts';
import { runSupervisor } from '../run-supervisor.ts';
import { createSupervisor } from '../up.ts';

/** Runs until it is stopped. */
export async function up(options: CommonOptions & { demo?: readonly string[] | undefined }): Promise<void> {
  const { demo } = options;
  const config = loadConfig({ file: options.config, data: options.data, env: process.env });
  // A demo must not mix with what is real.
  if (demo && options.data === undefined) config.data += '-demo';
  await runSupervisor('supervisor', config, (common) => createSupervisor({ ...common, config, demo }));
}
