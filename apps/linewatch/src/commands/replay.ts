import { parseDestination, replay } from '../replay.ts';

export interface ReplayCommandOptions {
  readonly to: string;
  readonly rate?: number;
  readonly loop?: boolean;
}

/** Sends a capture and says what was sent. @throws ReplayError */
export async function replayFile(file: string, { to, rate, loop }: ReplayCommandOptions): Promise<void> {
  const { host, port } = parseDestination(to);
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort());
  process.once('SIGTERM', () => stopping.abort());
  process.once('disconnect', () => stopping.abort());
  // The channel to the shim is no reason to stay.
  process.channel?.unref();
  const { datagrams, octets, rounds, seconds, unreadable } = await replay({
    file,
    host,
    port,
    ...(rate === undefined ? {} : { rate }),
    loop: loop === true,
    signal: stopping.signal,
    onWarning: (text) => process.stderr.write(`warning: ${text}\n`),
  });
  const skipped = Object.entries(unreadable).map(([reason, count]) => `, ${count} not sent (${reason})`);
  const times = rounds > 1 ? ` in ${rounds} rounds` : '';
  process.stderr.write(
    `sent ${datagrams} datagrams, ${octets} octets${times} in ${seconds.toFixed(1)} s to ${to}${skipped.join('')}\n`,
  );
}
