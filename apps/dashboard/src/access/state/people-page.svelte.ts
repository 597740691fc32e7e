/** Accounts, and what is done with them. */
import type { Account, AccountPatch, NewAccountBody, PasswordLink } from '@linewatch/contract';
import type { AccessApi } from '../../lib/access-api.ts';
import { Action } from '../../state/action.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';

type PeopleApi = Pick<AccessApi, 'accounts' | 'createAccount' | 'changeAccount' | 'resetPassword'>;

/** A link to hand over, and to whom. */
export interface Handover {
  readonly account: Account;
  readonly link: PasswordLink;
}

export class PeoplePage {
  readonly list = new Resource<{ readonly accounts: readonly Account[] }>();
  readonly action = new Action();
  readonly #api: PeopleApi;

  constructor(api: PeopleApi) {
    this.#api = api;
  }

  start(): () => void {
    void this.load();
    return () => this.list.reset();
  }

  async load(): Promise<void> {
    await this.list.load((signal) => this.#api.accounts(signal));
  }

  async create(body: NewAccountBody): Promise<Handover | undefined> {
    const made = await this.action.run((signal) => this.#api.createAccount(body, signal));
    if (made) void this.load();
    return made;
  }

  /** The account as it is then; undefined when it was refused. What someone else changed meanwhile is fetched. */
  async change(account: Account, patch: Omit<AccountPatch, 'revision'>): Promise<Account | undefined> {
    const body = { ...patch, revision: account.revision };
    const now = await this.action.run((signal) => this.#api.changeAccount(account.id, body, signal));
    if (now) this.#replace(now);
    else if (this.action.error?.problem === 'account_changed') void this.load();
    return now;
  }

  /** `totp`: also turns the second factor off. */
  async reset(account: Account, totp: boolean): Promise<Handover | undefined> {
    const link = await this.action.run((signal) => this.#api.resetPassword(account.id, totp, signal));
    if (link) void this.load();
    return link && { account, link };
  }

  #replace(now: Account): void {
    const { data } = this.list;
    if (data) this.list.data = { accounts: data.accounts.map((each) => (each.id === now.id ? now : each)) };
  }
}
