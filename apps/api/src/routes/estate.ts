import {
  AuditEntry,
  Batch,
  ChangeBody,
  ChangeResult,
  EstatePlan,
  EstateRecord,
  KindName,
  PlanQuery,
  RecordList,
  SearchQuery,
  SearchResults,
  planMonths,
  slugPattern,
} from '@linewatch/contract';
import { Type } from 'typebox';
import { principalOf } from '../access/access.ts';
import { answers, textAnswer } from '../answer.ts';
import { auditCsv } from '../estate/audit.ts';
import { calendarOf } from '../estate/ical.ts';
import type { EstateRecords } from '../estate/records.ts';
import { ApiError } from '../problems.ts';
import { createRateLimit } from '../rate.ts';
import { serializerCompiler } from '../schema.ts';
import type { Server } from '../server.ts';
import { fromOurselves } from './writes.ts';

/** Largest body of changes, octets: a bulk edit of a thousand records. */
const changeBodyBytes = 1024 * 1024;
/** Changes of one client: people make them one at a time, and a bulk edit is one. */
const changesPerSecond = 5;

const KindParams = Type.Object({ kind: KindName });
const RecordParams = Type.Object({ kind: KindName, id: Type.String({ pattern: slugPattern, maxLength: 64 }) });
const ListQuery = Type.Object({
  ended: Type.Optional(
    Type.Union([Type.Literal('true'), Type.Literal('false')], { description: 'true: also what has ended.' }),
  ),
});
const Entries = Type.Object({ entries: Type.Array(AuditEntry, { description: 'Latest first.' }) });
const Batches = Type.Object({ batches: Type.Array(Batch, { description: 'Latest first.' }) });
const BatchParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });
const UndoBody = Type.Object({ dryRun: Type.Optional(Type.Boolean()) });
const Ms = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 8_000_000_000_000, description }));
const AuditQuery = Type.Object({
  what: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: 'Kind of the record, or account …' })),
  record: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Its id.' })),
  actor: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'Who, by name.' })),
  from: Ms('Unix ms, inclusive.'),
  to: Ms('Unix ms, exclusive.'),
  before: Type.Optional(
    Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'Only entries with a smaller id.' }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: '100 without it.' })),
});
const FeedQuery = Type.Object({
  token: Type.Optional(
    Type.String({ maxLength: 200, description: 'An API token with estate.read, for calendars that send no headers.' }),
  ),
});

export interface EstateRoutes {
  readonly records: EstateRecords;
  /** Label and name of the trust. */
  readonly trust: () => { readonly label: string; readonly name: string };
  readonly clock: () => number;
}

const jsonType = 'application/json; charset=utf-8';

export function registerEstateRoutes(app: Server, { records, trust, clock }: EstateRoutes): void {
  const listJson = serializerCompiler({ schema: RecordList, method: 'GET', url: '/api/v1/estate/records' });
  const waitFor = createRateLimit(changesPerSecond);
  const limited = (address: string): void => {
    const retryAfterS = waitFor(address, clock());
    if (retryAfterS > 0)
      throw new ApiError('rate_limited', `More than ${changesPerSecond} changes a second.`, { retryAfterS });
  };

  app.get(
    '/api/v1/estate/records/:kind',
    {
      config: { access: 'estate.read' },
      schema: {
        summary: 'All records of a kind',
        description:
          'Of the academies in your scope; of what belongs to the trust, what their records refer to. Fields that you may ' +
          'not see are left out and named in `hidden`. Secrets are always `***`.',
        tags: ['Estate'],
        params: KindParams,
        querystring: ListQuery,
        response: answers(RecordList, 'request_invalid', 'estate_unavailable'),
      },
    },
    async (request, reply) => {
      const json = await records.list(
        principalOf(request),
        request.params.kind,
        request.query.ended === 'true',
        listJson as (list: object) => string,
      );
      return reply.type(jsonType).send(json);
    },
  );

  app.get(
    '/api/v1/estate/records/:kind/:id',
    {
      config: { access: 'estate.read' },
      schema: {
        summary: 'One record',
        tags: ['Estate'],
        params: RecordParams,
        response: answers(EstateRecord, 'request_invalid', 'record_unknown', 'estate_unavailable'),
      },
    },
    (request) => records.get(principalOf(request), request.params.kind, request.params.id),
  );

  app.get(
    '/api/v1/estate/records/:kind/:id/history',
    {
      config: { access: 'estate.read' },
      schema: {
        summary: 'Who changed a record, from what to what',
        description: 'From the time on when it is in your scope; the latest 1,000 changes.',
        tags: ['Estate'],
        params: RecordParams,
        response: answers(Entries, 'request_invalid', 'record_unknown', 'estate_unavailable'),
      },
    },
    async (request) => ({
      entries: await records.history(principalOf(request), request.params.kind, request.params.id),
    }),
  );

  app.post(
    '/api/v1/estate/changes',
    {
      config: { access: 'estate.write' },
      bodyLimit: changeBodyBytes,
      schema: {
        summary: 'Changes records: all of the changes, or none',
        description:
          'Every problem is told at once, with the change and the field. A change needs `estate.write` for the academies ' +
          'concerned, before and after it; what belongs to the trust needs it for the whole trust. Fields that you cannot ' +
          'see you cannot change. A browser may ask for this from the dashboard only.',
        tags: ['Estate'],
        body: ChangeBody,
        response: answers(
          ChangeResult,
          'request_invalid',
          'forbidden',
          'origin_refused',
          'content_type_refused',
          'body_too_large',
          'estate_unavailable',
        ),
      },
      ...fromOurselves,
    },
    (request) => {
      limited(request.ip);
      return records.change(principalOf(request), request.body);
    },
  );

  app.get(
    '/api/v1/estate/batches',
    {
      config: { access: 'estate.write' },
      schema: {
        summary: 'What was done to the estate lately, to undo it by',
        description: 'The latest 200. For those who may change the whole trust.',
        tags: ['Estate'],
        response: answers(Batches, 'forbidden', 'estate_unavailable'),
      },
    },
    async (request) => ({ batches: await records.batches(principalOf(request)) }),
  );

  app.post(
    '/api/v1/estate/batches/:id/undo',
    {
      config: { access: 'estate.write' },
      schema: {
        summary: 'Undoes what was done at once',
        description:
          'Refused, with problems, where a record has changed since. For those who may change the whole trust.',
        tags: ['Estate'],
        params: BatchParams,
        body: UndoBody,
        response: answers(
          ChangeResult,
          'request_invalid',
          'batch_unknown',
          'forbidden',
          'origin_refused',
          'content_type_refused',
          'estate_unavailable',
        ),
      },
      ...fromOurselves,
    },
    (request) => {
      limited(request.ip);
      return records.undo(principalOf(request), request.params.id, request.body.dryRun ?? false);
    },
  );

  app.get(
    '/api/v1/audit',
    {
      config: { access: 'audit.read' },
      schema: {
        summary: 'The audit log',
        description:
          'Latest first; as CSV where the Accept header asks for text/csv. What you may not see is left out.',
        tags: ['Estate'],
        produces: ['application/json', 'text/csv'],
        querystring: AuditQuery,
        response: answers(Entries, 'request_invalid', 'estate_unavailable'),
      },
      serializerCompiler: () => (data) => (typeof data === 'string' ? data : JSON.stringify(data)),
    },
    async (request, reply) => {
      const { from, to, ...filter } = request.query;
      const entries = await records.audit(principalOf(request), {
        ...filter,
        ...(from !== undefined && { fromMs: from }),
        ...(to !== undefined && { toMs: to }),
      });
      if (!/\btext\/csv\b/i.test(request.headers.accept ?? '')) return { entries };
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="audit.csv"')
        .send(auditCsv(entries));
    },
  );

  app.get(
    '/api/v1/estate/search',
    {
      config: { access: 'estate.read' },
      schema: {
        summary: 'Finds anything in the estate that you may see',
        description:
          'By name, id, postcode, URN, UKPRN, reference, serial number, address, supplier, tag and the like. What fits as a ' +
          'whole comes first, then what begins so, then what has it somewhere.',
        tags: ['Estate'],
        querystring: SearchQuery,
        response: answers(SearchResults, 'request_invalid', 'estate_unavailable'),
      },
    },
    async (request) => ({ results: await records.search(principalOf(request), request.query.q) }),
  );

  app.get(
    '/api/v1/estate/plan',
    {
      config: { access: 'estate.read' },
      schema: {
        summary: 'What ends, needs notice or passes support',
        tags: ['Estate'],
        querystring: PlanQuery,
        response: answers(EstatePlan, 'request_invalid', 'estate_unavailable'),
      },
    },
    (request) => {
      const { months = 24 } = request.query;
      if (!planMonths.includes(months as never))
        throw new ApiError('request_invalid', `query.months is not one of ${planMonths.join(', ')}`);
      return records.plan(principalOf(request), months);
    },
  );

  app.get(
    '/api/v1/estate/plan.ics',
    {
      config: { access: 'estate.read', tokenInQuery: true },
      schema: {
        summary: 'The plan of the next 24 months as a calendar to subscribe to',
        description: 'All-day events; those of notice remind 30 and 7 days before.',
        tags: ['Estate'],
        produces: ['text/calendar'],
        querystring: FeedQuery,
        response: answers(textAnswer('iCalendar, RFC 5545.'), 'request_invalid', 'estate_unavailable'),
      },
      serializerCompiler: () => (data) => String(data),
    },
    async (request, reply) => {
      const { items } = await records.plan(principalOf(request), 24);
      const { label, name } = trust();
      const text = calendarOf(items, { trust: label, name: `${name}: contracts and refresh`, atMs: clock() });
      return reply.type('text/calendar; charset=utf-8').send(text);
    },
  );
}
