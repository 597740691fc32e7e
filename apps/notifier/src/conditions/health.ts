/** How our own parts are: what they say of themselves, and whether they go on. */
import type { Trouble } from '@linewatch/alerting';
import type { NotifyingVitals } from '@linewatch/estate';

const askMs = 5000;
const maxAnswer = 64 * 1024;
const minuteMs = 60_000;
/** Lines are said to be seen each minute at least. */
const staleMs = 3 * minuteMs;

/** An answer of `/health/ready`; undefined: all is well. */
async function ask(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(askMs) });
    if (Number(response.headers.get('content-length') ?? 0) > maxAnswer) return 'it answers with too much';
    await response.body?.cancel();
    return response.ok ? undefined : `it answers ${response.status}`;
  } catch {
    return 'it does not answer';
  }
}

/** Since when each is in trouble, by what it is; those that are well are forgotten. */
export class OwnHealth {
  readonly #since = new Map<string, number>();

  async parts(urls: readonly string[], nowMs: number): Promise<readonly Trouble[]> {
    const found = await Promise.all(urls.map(async (url, at) => ({ url, at, why: await ask(url) })));
    return found.flatMap(({ url, at, why }) => {
      const part = `part-${at}-${new URL(url).host.replaceAll(/[^a-z0-9.-]/gi, '-')}`;
      const sinceMs = this.#kept(part, why !== undefined, nowMs);
      // Why is no part of it: it changes while the trouble goes on.
      return sinceMs === undefined
        ? []
        : [{ part, sinceMs, title: `${new URL(url).host} is not well`, text: `Its health at ${url} is not ready.` }];
    });
  }

  vitals({ seenMs, untakenMs, oldestMs }: NotifyingVitals, nowMs: number): readonly Trouble[] {
    const troubles: Trouble[] = [];
    // Of an installation that watches no line nothing moves.
    if (seenMs !== null && nowMs - seenMs > staleMs)
      troubles.push({
        part: 'watch',
        sinceMs: seenMs,
        title: 'The lines are not watched',
        text: 'Nothing is known of any line since then: the watcher, its queue or every collector stands still.',
      });
    if (untakenMs !== null && nowMs - untakenMs > minuteMs)
      troubles.push({
        part: 'changes',
        sinceMs: untakenMs,
        title: 'Changes of incidents wait',
        text: 'What happened since then was told to nobody yet.',
      });
    const waits = this.#kept('deliveries', oldestMs !== null && nowMs - oldestMs > 60 * minuteMs, nowMs);
    if (waits !== undefined)
      troubles.push({
        part: 'deliveries',
        sinceMs: oldestMs!,
        title: 'Alerts wait to be sent',
        text: 'The oldest waits for over an hour. The list of subscriptions says which receiver does not take them.',
      });
    return troubles;
  }

  #kept(part: string, isTroubled: boolean, nowMs: number): number | undefined {
    if (isTroubled) this.#since.set(part, this.#since.get(part) ?? nowMs);
    else this.#since.delete(part);
    return this.#since.get(part);
  }
}
