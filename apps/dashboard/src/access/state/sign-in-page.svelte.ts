/** Signing in with e-mail address and password, and then a code where the account asks for one. */
import type { AccessApi } from '../../lib/access-api.ts';
import { Action } from '../../state/action.svelte.ts';
import type { Session } from '../../state/session.svelte.ts';

/** Why the identity provider's answer was not taken, by the code in the address. */
const reasons: Readonly<Record<string, string>> = {
  access_denied: 'The identity provider did not let you in.',
  no_roles: 'None of your groups has a role here. An administrator can change that.',
  no_email: 'The identity provider did not tell your e-mail address.',
  email_taken: 'Your e-mail address is that of another account here. An administrator can change that.',
  account_disabled: 'Your account is disabled. An administrator can change that.',
  not_set_up: 'The first administrator has not been set up yet.',
  sign_in_failed: 'The identity provider’s answer could not be used. Try again.',
  sign_in_unavailable: 'The identity provider cannot be reached. Try again shortly.',
};

export class SignInPage {
  email = $state('');
  password = $state('');
  code = $state('');
  /** The password was right, and a code is needed, too. */
  needsCode = $state(false);
  recovery = $state(false);
  readonly action = new Action();
  readonly #api: Pick<AccessApi, 'signIn'>;
  readonly #session: Pick<Session, 'take'>;

  constructor(api: Pick<AccessApi, 'signIn'>, session: Pick<Session, 'take'>) {
    this.#api = api;
    this.#session = session;
  }

  /** Whether someone is signed in now. */
  async signIn(): Promise<boolean> {
    const totp = this.code.replace(/\s/g, '');
    const body = { email: this.email.trim(), password: this.password, ...(this.needsCode && { totp }) };
    const now = await this.action.run((signal) => this.#api.signIn(body, signal));
    if (now) {
      this.#session.take(now);
      return true;
    }
    if (this.action.error?.problem === 'code_required' && !this.needsCode) {
      this.needsCode = true;
      this.action.error = null;
    }
    this.code = '';
    return false;
  }

  toggleRecovery(): void {
    this.recovery = !this.recovery;
    this.code = '';
    this.action.error = null;
  }

  back(): void {
    this.needsCode = this.recovery = false;
    this.code = this.password = '';
    this.action.error = null;
  }

  explain(code: string): string {
    return reasons[code] ?? reasons['sign_in_failed']!;
  }
}
