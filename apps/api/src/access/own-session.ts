import type { SignedIn } from '@linewatch/estate';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '../problems.ts';

/** What only people do, and no program with a token. `local`: those with a password here. @throws ApiError */
export function ownSession(request: FastifyRequest, whose: 'any' | 'local' = 'any'): SignedIn {
  const { credential } = request;
  if (credential?.kind !== 'session')
    throw new ApiError('forbidden', 'This takes someone who is signed in with a browser.');
  if (whose === 'local' && !credential.account.local)
    throw new ApiError('account_managed', 'This account signs in at the identity provider, and is changed there.');
  return credential;
}
