/** What helpdesks say of incidents, signed. Nobody signs in here: the signature is what counts. */
import { HookAnswer, InboundHook } from '@linewatch/contract';
import { Type } from 'typebox';
import { type Hooks, maxHookBytes } from '../alerts/hooks.ts';
import { answers } from '../answer.ts';
import { ApiError } from '../problems.ts';
import { createRateLimit } from '../rate.ts';
import { validatorCompiler } from '../schema.ts';
import type { Server } from '../server.ts';

/** Of one address, signed or not. */
const perAddressASecond = 10;
const RowParams = Type.Object({ row: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });

export interface HookRoutes {
  readonly hooks: Hooks;
  readonly clock: () => number;
}

export async function registerHookRoutes(app: Server, { hooks, clock }: HookRoutes): Promise<void> {
  const waitFor = createRateLimit(perAddressASecond);
  await app.register((scope, _options, done) => {
    // The signature is of the octets as they came.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, parsed) => {
      parsed(null, body);
    });
    scope.post<{ Params: { row: number }; Body: Buffer }>(
      '/api/v1/hooks/:row',
      {
        config: { access: 'public' },
        bodyLimit: maxHookBytes,
        validatorCompiler: (route) =>
          route.httpPart === 'body' ? (value: unknown) => ({ value }) : validatorCompiler(route),
        schema: {
          summary: 'A helpdesk acknowledges an incident, adds a note, or tells the number of its ticket',
          description:
            'Signed by Standard Webhooks 1.0.0 (webhook-id, webhook-timestamp, webhook-signature) with the `inbound` secret of ' +
            'the subscription; the timestamp is within 5 minutes of now. The same webhook-id again has no effect and is ' +
            'answered with `taken: false`. At most 20,000 octets.',
          tags: ['Alerts'],
          params: RowParams,
          body: InboundHook,
          response: answers(
            HookAnswer,
            'request_invalid',
            'request_malformed',
            'signature_refused',
            'incident_unknown',
            'record_changed',
            'change_refused',
            'content_type_refused',
            'body_too_large',
            'busy',
            'estate_unavailable',
          ),
        },
      },
      (request) => {
        const retryAfterS = waitFor(request.ip, clock());
        if (retryAfterS > 0)
          throw new ApiError('rate_limited', `More than ${perAddressASecond} messages a second.`, { retryAfterS });
        return hooks.take({
          row: request.params.row,
          headers: request.headers,
          body: request.body,
          address: request.ip,
        });
      },
    );
    done();
  });
}
