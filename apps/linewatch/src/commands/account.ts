/** `linewatch setup-link`, `linewatch account reset`: the way in for whoever works at the server itself. */
import { linkLifeMs, newToken } from '@linewatch/api';
import type { Estate } from '@linewatch/estate';
import { LinewatchError } from '@linewatch/service';
import type { Config } from '../config.ts';
import { type CommonOptions, effectiveConfig } from '../context.ts';
import { commandActor, withEstate } from './with-estate.ts';

class AccountError extends LinewatchError<
  'set_up_already' | 'account_unknown' | 'account_managed' | 'account_disabled'
> {}

const addressOf = ({ api }: Config): string => api.url?.replace(/\/$/, '') ?? `http://localhost:${api.port}`;

/** The token is in the fragment, which browsers do not send: it reaches no log. Undefined: there is an account already. */
export async function makeSetupLink(estate: Estate, config: Config): Promise<string | undefined> {
  const { trust } = config;
  if (await estate.people.accounts.isSetUp(trust)) return undefined;
  const token = newToken();
  await estate.people.links.create(trust, token, { purpose: 'setup', account: null, lifeMs: linkLifeMs.setup });
  return `${addressOf(config)}/setup#token=${token}`;
}

export async function setupLink(options: CommonOptions): Promise<void> {
  const config = await effectiveConfig(options);
  const link = await withEstate(config, (estate) => makeSetupLink(estate, config));
  if (link === undefined)
    throw new AccountError(
      'set_up_already',
      'there is an administrator already; "linewatch account reset EMAIL" helps one who cannot sign in',
    );
  console.log(link);
}

export interface AccountResetOptions extends CommonOptions {
  /** Ends the second factor, too. */
  readonly totp?: boolean;
  /** Makes it an administrator, where none is left. */
  readonly admin?: boolean;
}

/** For whoever has lost everything. The password before works until the link is used. */
export async function accountReset(email: string, options: AccountResetOptions): Promise<void> {
  const config = await effectiveConfig(options);
  const { trust } = config;
  const link = await withEstate(config, async (estate) => {
    const { people, records } = estate;
    const account = (await people.accounts.list(trust)).find((each) => each.email === email.toLowerCase());
    if (!account)
      throw new AccountError('account_unknown', `no account of the trust "${trust}" has the address ${email}`);
    if (account.signIn === 'oidc')
      throw new AccountError('account_managed', `${email} signs in at the identity provider (${account.issuer ?? ''})`);
    if (account.state === 'disabled')
      throw new AccountError('account_disabled', `${email} is disabled; an administrator can change that`);
    const grants = [...account.grants, { role: 'admin' as const, academies: null }];
    if (options.admin) await people.accounts.change(trust, account.id, { revision: account.revision, grants });
    const token = newToken();
    const endsTotp = options.totp ?? false;
    await people.links.create(trust, token, {
      purpose: 'reset',
      account: account.id,
      lifeMs: linkLifeMs.reset,
      endsTotp,
    });
    await records.note(commandActor(), {
      trust,
      what: 'account',
      record: account.email,
      op: 'reset',
      after: { secondFactorEnds: endsTotp, ...(options.admin && { grants }) },
    });
    return `${addressOf(config)}/password#token=${token}`;
  });
  console.log(link);
}
