/** The `linewatch` command. */
import { describe } from '@linewatch/service';
import { program } from './program.ts';

// Nothing to report to a reader that has gone: `linewatch decode … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

program()
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(
      `linewatch: ${error instanceof Error && error.message.includes('\n') ? error.message : describe(error)}\n`,
    );
    process.exit(1);
  });
