/** What people do is written down: never a secret. */
import type { Actor, AuditEvent } from '@linewatch/estate';
import type { FastifyRequest } from 'fastify';
import { clientAddress } from './address.ts';

export type Note = (actor: Actor, event: AuditEvent) => Promise<void>;

/** Someone who signs in, or tries to. */
export const visitorActor = (
  request: FastifyRequest,
  account: { readonly id: number; readonly name: string } | null,
): Actor => ({
  account: account?.id ?? null,
  name: account?.name ?? 'not signed in',
  via: 'session',
  address: clientAddress(request),
});
