/** The `linewatch` command. */
import { isatty } from 'node:tty';
import { complain } from './logs.ts';
import { program } from './program.ts';

// As in bin/linewatch.js, for a terminal signals the whole group.
if (![0, 1, 2].some((fd) => isatty(fd))) process.on('SIGHUP', () => undefined);
// Nothing to report to a reader that has gone: `linewatch decode … | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

program()
  .parseAsync()
  .catch((error: unknown) => {
    complain(error);
    process.exit(1);
  });
