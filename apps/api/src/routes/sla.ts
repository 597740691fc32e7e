/** Service levels, by academy, circuit and month. */
import {
  AcademySla,
  CircuitIntervals,
  CircuitSla,
  IdParams,
  Month,
  SlaMatrix,
  SlaQuery,
  UnixMs,
} from '@linewatch/contract';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { principalOf } from '../access/access.ts';
import { answers } from '../answer.ts';
import type { Server } from '../server.ts';
import type { Sees, Sla } from '../sla/sla.ts';

const MonthQuery = Type.Object({ month: Type.Optional(Month) });
const SpanQuery = Type.Object({ from: UnixMs('From.'), to: UnixMs('To; at most 400 days later.') });
const defaultMonths = 12;

export const seesOf = (request: FastifyRequest): Sees => {
  const principal = principalOf(request);
  return { scope: principal.scope('telemetry.read'), prices: principal.scope('prices.read') };
};

export function registerSlaRoutes(app: Server, { sla }: { readonly sla: Sla }): void {
  app.get(
    '/api/v1/sla',
    {
      config: { access: 'telemetry.read' },
      schema: {
        summary: 'Availability by academy and month',
        description: 'Of the academies in your scope, each by its worst line. The latest 12 months without parameters.',
        tags: ['Service levels'],
        querystring: SlaQuery,
        response: answers(SlaMatrix, 'request_invalid', 'estate_unavailable'),
      },
    },
    (request) => sla.matrix(seesOf(request).scope, request.query.to, request.query.months ?? defaultMonths),
  );

  app.get(
    '/api/v1/sla/academies/:id',
    {
      config: { access: 'telemetry.read' },
      schema: {
        summary: "An academy's month, line by line",
        description:
          'The current month without one. Credits and burst charges are shown with `prices.read` for the academy.',
        tags: ['Service levels'],
        params: IdParams,
        querystring: MonthQuery,
        response: answers(AcademySla, 'request_invalid', 'academy_unknown', 'estate_unavailable'),
      },
    },
    (request) => sla.academy(seesOf(request), request.params.id, request.query.month),
  );

  app.get(
    '/api/v1/sla/circuits/:id',
    {
      config: { access: 'telemetry.read' },
      schema: {
        summary: "A circuit's month, with the working of each figure",
        description:
          'The current month without one. Credits and burst charges are shown with `prices.read` for the academy.',
        tags: ['Service levels'],
        params: IdParams,
        querystring: MonthQuery,
        response: answers(CircuitSla, 'request_invalid', 'circuit_unknown', 'estate_unavailable'),
      },
    },
    (request) => sla.circuit(seesOf(request), request.params.id, request.query.month),
  );

  app.get(
    '/api/v1/sla/circuits/:id/intervals',
    {
      config: { access: 'telemetry.read' },
      schema: {
        summary: "What a circuit's figures rest on: its states, with their evidence, and what was said of them",
        tags: ['Service levels'],
        params: IdParams,
        querystring: SpanQuery,
        response: answers(CircuitIntervals, 'request_invalid', 'circuit_unknown', 'estate_unavailable'),
      },
    },
    (request) => sla.intervals(seesOf(request).scope, request.params.id, request.query.from, request.query.to),
  );
}
