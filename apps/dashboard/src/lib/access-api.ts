/** Signing in, people and access, as the API gives them. */
import type {
  AccessReview,
  Account,
  AccountList,
  AccountPatch,
  ApiToken,
  AuditEntry,
  LinkNow,
  NewAccount,
  NewAccountBody,
  NewToken,
  NewTokenBody,
  PasswordLink,
  PersonSession,
  SearchResults,
  SessionNow,
  SetupBody,
  SignInBody,
  SignedOut,
  TotpBegun,
  TotpConfirmed,
} from '@linewatch/contract';
import { type CsvRequest, type Request, anyAnswer, hasFields, hasList } from './request.ts';

export type Whose = 'me' | 'everyone';

const isSession = hasFields<SessionNow>('state', 'signIn', 'permissions');

export type AccessApi = ReturnType<typeof createAccessApi>;

export function createAccessApi(request: Request, csv: CsvRequest) {
  const post = <T extends object>(
    path: string,
    body: object,
    check: (answer: object) => answer is T,
    signal: AbortSignal,
  ): Promise<T> => request(`/api/v1/${path}`, { method: 'POST', body, check, signal });
  const get = <T extends object>(
    path: string,
    check: (answer: object) => answer is T,
    signal: AbortSignal,
  ): Promise<T> => request(`/api/v1/${path}`, { check, signal });
  const remove = async (path: string, signal: AbortSignal): Promise<void> => {
    await request(`/api/v1/${path}`, { method: 'DELETE', check: anyAnswer, signal });
  };

  return {
    session: (signal: AbortSignal) => get('session', isSession, signal),
    signIn: (body: SignInBody, signal: AbortSignal) => post('session', body, isSession, signal),
    signOut: (signal: AbortSignal) =>
      request('/api/v1/session', { method: 'DELETE', check: hasFields<SignedOut>(), signal }),
    setUp: (body: SetupBody, signal: AbortSignal) => post('setup', body, isSession, signal),
    /** What a link is for. */
    link: (token: string, signal: AbortSignal) =>
      post('session/link', { token }, hasFields<LinkNow>('purpose', 'expiresMs'), signal),
    /** Sets the password of the account that the link is for. */
    linkPassword: (token: string, password: string, signal: AbortSignal) =>
      post('session/link/password', { token, password }, isSession, signal),
    changePassword: (current: string, password: string, signal: AbortSignal) =>
      post('session/password', { current, password }, isSession, signal),
    beginTotp: (password: string, signal: AbortSignal) =>
      post('session/totp/begin', { password }, hasFields<TotpBegun>('secret', 'uri'), signal),
    confirmTotp: (code: string, signal: AbortSignal) =>
      post('session/totp/confirm', { code }, hasList<TotpConfirmed>('recoveryCodes'), signal),
    removeTotp: (password: string, code: string, signal: AbortSignal) =>
      post('session/totp/remove', { password, code }, isSession, signal),

    sessions: (of: Whose, signal: AbortSignal) =>
      get(`people/sessions?of=${of}`, hasList<{ sessions: PersonSession[] }>('sessions'), signal),
    endSession: (id: number, signal: AbortSignal) => remove(`people/sessions/${id}`, signal),
    tokens: (of: Whose, signal: AbortSignal) =>
      get(`tokens?of=${of}`, hasList<{ tokens: ApiToken[] }>('tokens'), signal),
    createToken: (body: NewTokenBody, signal: AbortSignal) =>
      post('tokens', body, hasFields<NewToken>('token', 'secret'), signal),
    revokeToken: (id: number, signal: AbortSignal) => remove(`tokens/${id}`, signal),

    accounts: (signal: AbortSignal) => get('people/accounts', hasList<AccountList>('accounts'), signal),
    createAccount: (body: NewAccountBody, signal: AbortSignal) =>
      post('people/accounts', body, hasFields<NewAccount>('account', 'link'), signal),
    changeAccount: (id: number, body: AccountPatch, signal: AbortSignal) =>
      request(`/api/v1/people/accounts/${id}`, {
        method: 'PATCH',
        body,
        check: hasFields<Account>('id', 'revision'),
        signal,
      }),
    resetPassword: (id: number, totp: boolean, signal: AbortSignal) =>
      post(`people/accounts/${id}/reset`, { totp }, hasFields<PasswordLink>('path', 'expiresMs'), signal),
    review: (signal: AbortSignal) => get('people/review', hasList<AccessReview>('people'), signal),
    audit: (query: URLSearchParams, signal: AbortSignal) =>
      get(`audit?${query.toString()}`, hasList<{ entries: AuditEntry[] }>('entries'), signal),
    reviewCsv: (signal: AbortSignal) => csv('/api/v1/people/review', signal),
    auditCsv: (query: URLSearchParams, signal: AbortSignal) => csv(`/api/v1/audit?${query.toString()}`, signal),
    search: (words: string, signal: AbortSignal) =>
      get(`estate/search?q=${encodeURIComponent(words)}`, hasList<SearchResults>('results'), signal),
  };
}
