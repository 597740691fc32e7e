/** `linewatch export`: the estate as a file, on standard output. */
import type { Kind } from '@linewatch/contract';
import { type CommonOptions, effectiveConfig } from '../context.ts';
import { withEstate } from './with-estate.ts';

export interface ExportCommandOptions extends CommonOptions {
  readonly format: 'yaml' | 'csv';
  readonly kind?: Kind;
  readonly trust?: string;
}

export async function exportFile({ format, kind, ...options }: ExportCommandOptions): Promise<void> {
  const config = await effectiveConfig(options);
  const text = await withEstate(config, (estate) =>
    estate.exportFile({ trust: options.trust ?? config.trust, format, kind, sees: () => true }),
  );
  process.stdout.write(text);
}
