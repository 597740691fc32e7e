/** Names to addresses. */
import { lookup, Resolver } from 'node:dns/promises';
import type { Resolved } from './transport.ts';

const codeOf = (reason: unknown): string =>
  reason instanceof Error && 'code' in reason && typeof reason.code === 'string' ? reason.code : '';

/** Of these the hosts file, or the system's search list, may know more. */
const askSystem = new Set(['ENOTFOUND', 'ENODATA', 'ECONNREFUSED', 'EBADNAME', 'ENONAME']);
/** The system's look-up holds a thread of a pool of four, which files are read by, too. */
const mostAtOnce = 2;
const keptMs = 5000;
const mostKept = 1000;

/** DNS without threads first, so that one slow zone holds up nobody else; then what the system knows besides. */
export function systemResolver(now: () => number = Date.now): (host: string) => Promise<readonly Resolved[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  const kept = new Map<string, { readonly answer: readonly Resolved[]; readonly untilMs: number }>();
  const waiting: (() => void)[] = [];
  let running = 0;

  async function bySystem(host: string): Promise<readonly Resolved[]> {
    if (running >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      const found = await lookup(host, { all: true, order: 'verbatim' });
      return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  }

  async function ask(host: string): Promise<readonly Resolved[]> {
    const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    const found = [
      ...(four.status === 'fulfilled' ? four.value.map((address): Resolved => ({ address, family: 4 })) : []),
      ...(six.status === 'fulfilled' ? six.value.map((address): Resolved => ({ address, family: 6 })) : []),
    ];
    if (found.length > 0) return found;
    const failed = [four, six].flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    if (failed.every((reason) => askSystem.has(codeOf(reason)))) return bySystem(host);
    const [first] = failed;
    throw first instanceof Error ? first : new Error(`${host} has no address`);
  }

  return async (host) => {
    const known = kept.get(host);
    if (known && known.untilMs > now()) return known.answer;
    const answer = await ask(host);
    kept.delete(host);
    if (kept.size >= mostKept) kept.delete(kept.keys().next().value!);
    kept.set(host, { answer, untilMs: now() + keptMs });
    return answer;
  };
}
