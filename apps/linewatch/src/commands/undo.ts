/** `linewatch undo`: takes back what was done in one go. */
import type { Batch } from '@linewatch/contract';
import { LinewatchError } from '@linewatch/service';
import { type CommonOptions, effectiveConfig } from '../context.ts';
import { commandActor, withEstate } from './with-estate.ts';

class UndoError extends LinewatchError<'undo_refused'> {}

export interface UndoOptions extends CommonOptions {
  readonly trust?: string;
  readonly dryRun?: boolean;
}

const shownBatches = 20;

const lineOf = ({ id, atMs, actor, title, changes, undoneBy }: Batch): string =>
  `${String(id).padStart(6)}  ${new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')}  ${actor}: ${title}, ` +
  `${changes === 1 ? '1 change' : `${changes} changes`}${undoneBy === null ? '' : ` (undone by ${undoneBy})`}\n`;

/** Without a number it lists the last batches. @throws UndoError that lists what stands in the way. */
export async function undo(batch: number | undefined, options: UndoOptions): Promise<void> {
  const config = await effectiveConfig(options);
  const trust = options.trust ?? config.trust;
  await withEstate(config, async ({ records }) => {
    if (batch === undefined) {
      const batches = await records.batches(trust, shownBatches);
      process.stdout.write(batches.length > 0 ? batches.map(lineOf).join('') : 'nothing was changed yet\n');
      return;
    }
    const dryRun = options.dryRun === true;
    const { applied, problems, version } = await records.undo(commandActor(), batch, { trust, dryRun });
    if (!applied) {
      const lines = problems.map(({ kind, id, message }) => `${kind} ${id}: ${message}`);
      throw new UndoError('undo_refused', `batch ${batch} cannot be undone; nothing was changed\n${lines.join('\n')}`);
    }
    process.stdout.write(
      dryRun
        ? `batch ${batch} can be undone; nothing was changed\n`
        : `batch ${batch} is undone: everything is as it was before it; estate version ${version}\n`,
    );
  });
}
