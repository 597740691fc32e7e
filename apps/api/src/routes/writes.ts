/** What a request that changes something must be: JSON, and from our own pages or from no browser at all. */
import type { onRequestHookHandler, preParsingHookHandler } from 'fastify';
import { ApiError } from '../problems.ts';
import { isSameOrigin } from '../security.ts';

const onRequest: onRequestHookHandler = (request, _reply, done) => {
  if (!isSameOrigin(request.headers)) done(new ApiError('origin_refused', 'Another site may not change this.'));
  else done();
};

const preParsing: preParsingHookHandler = (request, _reply, payload, done) => {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') done(null, payload);
  else done(new ApiError('content_type_refused', 'The Content-Type header must be application/json.'));
};

export const fromOurselves = { onRequest, preParsing } as const;
