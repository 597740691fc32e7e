/** What one run of a probe came to. */

/**
 * Why a target was not asked, or why what it answered is not believed. It says nothing of the target.
 * - `no_fping`: the program is not installed. `fping_failed`: it could not do its work.
 * - `unresolved`: the name has no address that is known. `denied`: its address may not be probed.
 * - `local`: this machine could not (no descriptor, no permission). `stalled`: this process did not run for a while.
 */
export const untriedReasons = ['no_fping', 'fping_failed', 'unresolved', 'denied', 'local', 'stalled'] as const;
export type UntriedReason = (typeof untriedReasons)[number];

/** Figures of packets that were sent one after the other. */
export interface Packets {
  readonly sent: number;
  /** Round trips of those that were answered, in the order in which they were sent. */
  readonly rttsMs: readonly number[];
  readonly oneWay?: OneWay | undefined;
}

/** What the two directions were, where the method tells them apart (STAMP). */
export interface OneWay {
  /** Up to the last packet that was answered; what came after it is of the next run. Nothing without a stateful reflector. */
  readonly lost?: { readonly sent: number; readonly out: number; readonly back: number } | undefined;
  /** In order of arrival; with an offset where the clocks are not the same. */
  readonly outTransitsMs: readonly number[];
  readonly backTransitsMs: readonly number[];
  /** Mean delays; nothing unless both clocks say that they are synchronised. */
  readonly delay?: { readonly outMs: number; readonly backMs: number } | undefined;
}

export type Outcome =
  /** The packets' own figures say how much of it was answered: at least one was. */
  | { readonly is: 'packets'; readonly packets: Packets }
  /** `trouble`: what is wrong though the path carries, such as `http 503`; empty = nothing. */
  | {
      readonly is: 'answered';
      readonly rttMs: number;
      readonly trouble: string;
      /** When its certificate runs out (X.509's notAfter), Unix ms. */
      readonly expiresMs?: number | undefined;
    }
  | { readonly is: 'failed'; readonly reason: string; readonly sent?: number }
  | { readonly is: 'untried'; readonly reason: UntriedReason; readonly detail: string };

export const untried = (reason: UntriedReason, detail: string): Outcome => ({ is: 'untried', reason, detail });

/** This machine's own trouble, by the code of a system call's error: of the far end it says nothing. */
const local: ReadonlySet<string> = new Set([
  'EMFILE',
  'ENFILE',
  'ENOBUFS',
  'ENOMEM',
  'EACCES',
  'EPERM',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EINVAL',
]);

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  EHOSTDOWN: 'host down',
};

export const codeOf = (error: unknown): string => {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
};

/** Of an error of a socket. */
export function failureOf(error: unknown): Outcome {
  const code = codeOf(error);
  if (local.has(code)) return untried('local', code);
  return { is: 'failed', reason: words[code] ?? (code === '' ? 'failed' : code.toLowerCase()) };
}

/** As it may stand in a sample: one short line of printable characters. */
export const plainText = (text: string): string => text.replace(/[^\x20-\x7e]+/g, '?').slice(0, 200);
