/**
 * The base of every error of ours: a code from a package's closed union, which is also the metric's label. Retry by code,
 * never by message text.
 */
export class LinewatchError<Code extends string = string> extends Error {
  readonly code: Code;

  constructor(code: Code, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** One line for people: the message and its causes' messages. */
export function describe(error: unknown): string {
  const parts: string[] = [];
  for (let at: unknown = error; at !== undefined && parts.length < 5; at = at instanceof Error ? at.cause : undefined) {
    const text = at instanceof Error ? at.message || at.name : typeof at === 'string' ? at : JSON.stringify(at);
    if (text !== '' && !parts.includes(text)) parts.push(text);
  }
  return parts.join(': ').replaceAll('\n', ' ');
}

export const toError = (value: unknown): Error => (value instanceof Error ? value : new Error(String(value)));
