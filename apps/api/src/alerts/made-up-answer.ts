/** What a receiver might answer, so that a preview of several steps goes on to the last of them. Nothing of it is real. */
import type { HttpAnswer, HttpRequest, KnownTicket } from '@linewatch/alerting';

/** Of whatever is made: each receiver looks for the ids that it knows. */
const made = {
  id: 1,
  key: 'PREVIEW-1',
  issueId: '1',
  issueKey: 'PREVIEW-1',
  requestId: 'preview',
  status: 'success',
  result: { sys_id: 'preview', number: 'PREVIEW1' },
  ticket: { id: 1, display_id: 1 },
  access_token: 'preview',
  token_type: 'Bearer',
  expires_in: 3600,
  dedup_key: 'preview',
};

/** Of whatever is looked for: none is there yet. */
const none = {
  result: [],
  results: [],
  tickets: [],
  values: [],
  issues: [],
  transitions: [],
  record_count: 0,
  count: 0,
};

export const madeUpAnswer = ({ method }: HttpRequest): HttpAnswer => ({
  status: method === 'GET' ? 200 : 201,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(method === 'GET' ? none : made),
});

/** One that was made before. */
export const someTicket: KnownTicket = { id: '1', reference: 'PREVIEW-1', url: null };
