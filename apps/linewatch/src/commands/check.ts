import { stringify } from 'yaml';
import { loadConfig, redact } from '../config.ts';
import type { CommonOptions } from '../context.ts';

/** Prints the configuration in force. @throws ConfigError with every problem, a line each. */
export function check(options: CommonOptions): void {
  const config = loadConfig({ file: options.config, data: options.data, env: process.env });
  process.stdout.write(stringify(redact(config)));
}
