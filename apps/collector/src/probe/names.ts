/**
 * Addresses of the hosts that are probed. A name is asked for again now and then; while it cannot be, its last address
 * stands, because a resolver that is away is no line that is down.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

const freshMs = 300_000;
/** After an attempt that failed. */
const againMs = 30_000;
const patienceMs = 5000;
/** Look-ups share four threads with the reading and writing of files. */
const atOnce = 2;
const maxNames = 10_000;

interface Known {
  address: string | undefined;
  dueMs: number;
  asking: Promise<void> | undefined;
}

export class Names {
  readonly #now: () => number;
  readonly #lookup: (name: string) => Promise<string>;
  readonly #known = new Map<string, Known>();
  readonly #waiting: (() => void)[] = [];
  #asking = 0;

  constructor(now: () => number, find = lookUp) {
    this.#now = now;
    this.#lookup = find;
  }

  /** Undefined: it has none that is known. */
  async addressOf(host: string): Promise<string | undefined> {
    if (isIP(host) !== 0) return host;
    let known = this.#known.get(host);
    if (!known) {
      if (this.#known.size >= maxNames) return undefined;
      this.#known.set(host, (known = { address: undefined, dueMs: 0, asking: undefined }));
    }
    if (this.#now() >= known.dueMs) known.asking ??= this.#ask(host, known);
    // With an address at hand nobody waits for the next one.
    if (known.address === undefined && known.asking) await atMost(known.asking, patienceMs);
    return known.address;
  }

  /** Forgets all that is not in use. */
  keep(hosts: ReadonlySet<string>): void {
    for (const host of this.#known.keys()) if (!hosts.has(host)) this.#known.delete(host);
  }

  async #ask(host: string, known: Known): Promise<void> {
    if (this.#asking >= atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#asking++;
    try {
      known.address = await this.#lookup(host);
      known.dueMs = this.#now() + freshMs;
    } catch {
      known.dueMs = this.#now() + againMs;
    } finally {
      this.#asking--;
      known.asking = undefined;
      this.#waiting.shift()?.();
    }
  }
}

/** Always of the same version where there are both: who is to be probed by the other writes its address. */
const lookUp = async (name: string): Promise<string> => (await lookup(name, { order: 'ipv4first' })).address;

async function atMost(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
