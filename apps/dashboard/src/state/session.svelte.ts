/** Who is at this page, and what they may. */
import type { Permission, SessionNow } from '@linewatch/contract';
import type { AccessApi } from '../lib/access-api.ts';
import { Allowed } from '../lib/allowed.ts';
import type { PageAccess } from '../lib/route.ts';
import { Resource } from './resource.svelte.ts';

export class Session {
  readonly answer = new Resource<SessionNow>();
  /** The session ended while a page of the trust was open. */
  ended = $state(false);
  readonly #api: Pick<AccessApi, 'session'>;
  readonly #tabs = new BroadcastChannel('linewatch.session');
  readonly #changedElsewhere = (): void => void this.load();

  constructor(api: Pick<AccessApi, 'session'>) {
    this.#api = api;
  }

  readonly state = $derived.by(() => this.answer.data?.state ?? 'unknown');
  readonly account = $derived.by(() => this.answer.data?.account ?? null);
  /** Pages of the trust can be shown. */
  readonly active = $derived.by(() => this.state === 'signed-in' || this.state === 'first-run');
  /** Names whoever is at the page: what was fetched for one must not be shown to the next. */
  readonly whose = $derived.by(() => `${this.state} ${this.account?.id ?? ''}`);
  readonly #allowed = $derived.by(() => new Allowed(this.active, this.answer.data?.permissions ?? []));

  /** For one academy at least. */
  may(access: PageAccess): boolean {
    return this.#allowed.may(access);
  }

  /** For this academy. */
  mayFor(permission: Permission, academy: string): boolean {
    return this.#allowed.mayFor(permission, academy);
  }

  /** For the whole trust: what belongs to no academy, too. */
  mayAll(permission: Permission): boolean {
    return this.#allowed.mayAll(permission);
  }

  start(): () => void {
    void this.load();
    // Signing in or out in one tab is so in all of them.
    this.#tabs.addEventListener('message', this.#changedElsewhere);
    return () => {
      this.#tabs.removeEventListener('message', this.#changedElsewhere);
      this.answer.reset();
    };
  }

  async load(): Promise<void> {
    await this.answer.load((signal) => this.#api.session(signal));
  }

  /** Takes the answer of what changed the session: a sign-in, a set-up, a new password. */
  take(now: SessionNow): void {
    this.answer.reset();
    this.answer.data = now;
    this.ended = false;
    this.#tabs.postMessage('changed');
  }

  /** After a sign-out here. */
  async leave(): Promise<void> {
    await this.load();
    this.#tabs.postMessage('changed');
  }

  /** The server says that no one is signed in here. */
  lose(): void {
    if (this.state !== 'signed-in') return;
    this.ended = true;
    void this.load();
  }
}
