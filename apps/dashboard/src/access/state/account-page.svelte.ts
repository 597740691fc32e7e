/** One's own account: its sessions and tokens. */
import type { ApiToken, NewToken, NewTokenBody, PersonSession } from '@linewatch/contract';
import type { AccessApi } from '../../lib/access-api.ts';
import { Action } from '../../state/action.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';

type AccountApi = Pick<AccessApi, 'sessions' | 'endSession' | 'tokens' | 'createToken' | 'revokeToken'>;

export class AccountPage {
  readonly sessions = new Resource<{ readonly sessions: readonly PersonSession[] }>();
  readonly tokens = new Resource<{ readonly tokens: readonly ApiToken[] }>();
  readonly ending = new Action();
  readonly revoking = new Action();
  readonly #api: AccountApi;

  constructor(api: AccountApi) {
    this.#api = api;
  }

  start(): () => void {
    void this.loadSessions();
    void this.loadTokens();
    return () => {
      this.sessions.reset();
      this.tokens.reset();
    };
  }

  async loadSessions(): Promise<void> {
    await this.sessions.load((signal) => this.#api.sessions('me', signal));
  }

  async loadTokens(): Promise<void> {
    await this.tokens.load((signal) => this.#api.tokens('me', signal));
  }

  async endSession(id: number): Promise<void> {
    await this.ending.run((signal) => this.#api.endSession(id, signal));
    await this.loadSessions();
  }

  async revoke(id: number): Promise<void> {
    await this.revoking.run((signal) => this.#api.revokeToken(id, signal));
    await this.loadTokens();
  }

  /** `action`: of the form that asks for it. */
  async createToken(body: NewTokenBody, action: Action): Promise<NewToken | undefined> {
    const made = await action.run((signal) => this.#api.createToken(body, signal));
    if (made) void this.loadTokens();
    return made;
  }
}
