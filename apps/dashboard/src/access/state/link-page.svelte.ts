/** What a link leads to: the first administrator's set-up, or a new password. */
import type { LinkNow } from '@linewatch/contract';
import type { AccessApi } from '../../lib/access-api.ts';
import { Action } from '../../state/action.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';
import type { Session } from '../../state/session.svelte.ts';

/** The link's token is after the `#`, which browsers do not send: it is in no server's log. */
export function tokenIn(hash: string): string {
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- never shown
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? '';
}

type LinkApi = Pick<AccessApi, 'link' | 'linkPassword' | 'setUp'>;

export class LinkPage {
  readonly link = new Resource<LinkNow>();
  name = $state('');
  email = $state('');
  password = $state('');
  again = $state('');
  readonly action = new Action();
  readonly token: string;
  readonly #api: LinkApi;
  readonly #session: Pick<Session, 'take'>;

  constructor(token: string, api: LinkApi, session: Pick<Session, 'take'>) {
    this.token = token;
    this.#api = api;
    this.#session = session;
  }

  /** Typed twice, not the same. */
  readonly differs = $derived(this.again !== '' && this.again !== this.password);

  async load(): Promise<void> {
    if (this.token !== '') await this.link.load((signal) => this.#api.link(this.token, signal));
  }

  /** Whether it was done. */
  async submit(): Promise<boolean> {
    const { token, password } = this;
    const setup = this.link.data?.purpose === 'setup';
    const now = await this.action.run((signal) =>
      setup
        ? this.#api.setUp({ token, name: this.name.trim(), email: this.email.trim(), password }, signal)
        : this.#api.linkPassword(token, password, signal),
    );
    if (now) this.#session.take(now);
    return now !== undefined;
  }
}
