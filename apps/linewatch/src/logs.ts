/** Log lines of the children on the terminal: as they are for machines, short for people. */
import { type LogLevel, describe } from '@linewatch/service';

const order = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const hidden = new Set(['level', 'time', 'component', 'msg', 'err']);

/** A JSON log line as `12:00:01 collector warn message key=value`; undefined when it is below the level. */
export function humanLine(line: string, least: LogLevel): string | undefined {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line.trim() === '' ? undefined : line;
  }
  const level = String(fields['level']);
  if (order.indexOf(level) < order.indexOf(least) && least !== 'silent') return undefined;
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const rest = Object.entries(fields)
    .filter(([key]) => !hidden.has(key))
    .map(([key, value]) => `${key}=${text(value)}`);
  const error = fields['err'] as { message?: string } | undefined;
  const at = text(fields['time']).slice(11, 19);
  return [at, text(fields['component']), level, text(fields['msg']), error?.message, ...rest].filter(Boolean).join(' ');
}

/** Tells of what made a command fail. */
export function complain(error: unknown): void {
  // A list of problems has a line each.
  const text = error instanceof Error && error.message.includes('\n') ? error.message : describe(error);
  process.stderr.write(`linewatch: ${text}\n`);
}
