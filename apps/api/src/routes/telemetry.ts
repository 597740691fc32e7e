import { AcademyDetail, AcademyList, IdParams, Traffic, TrafficQuery } from '@linewatch/contract';
import { principalOf } from '../access/access.ts';
import type { Scope } from '../access/principal.ts';
import { answers } from '../answer.ts';
import { ShortCache } from '../cache.ts';
import { scopeKey } from '../estate/sight.ts';
import type { Overview } from '../overview.ts';
import { serializerCompiler } from '../schema.ts';
import type { FastifyRequest } from 'fastify';
import type { Server } from '../server.ts';
import { type History, committedOf } from '../traffic.ts';

/** As often as the live figures change. */
const listMs = 500;
/** Scopes whose lists are kept for that long. */
const lists = 100;

const scopeOf = (request: FastifyRequest): Scope => principalOf(request).scope('telemetry.read');

export interface TelemetryRoutes {
  readonly overview: Overview;
  readonly history: History;
  readonly clock: () => number;
}

export function registerTelemetryRoutes(app: Server, { overview, history, clock }: TelemetryRoutes): void {
  const toJson = serializerCompiler({ schema: AcademyList, method: 'GET', url: '/api/v1/academies' });
  const cache = new ShortCache<string>(lists, listMs, clock);

  app.get(
    '/api/v1/academies',
    {
      config: { access: 'telemetry.read' },
      schema: {
        summary: 'All academies in your scope now, with the last hour',
        description:
          'Rates are live, from the queue; sparklines are from stored telemetry and empty while that is unavailable.',
        tags: ['Telemetry'],
        response: answers(AcademyList, 'estate_unavailable'),
      },
    },
    async (request, reply) => {
      const scope = scopeOf(request);
      // Made once for all with the same scope who ask within half a second; a string is sent as it is.
      const json = await cache.get(scopeKey(scope), async () => toJson(await overview.list(scope)));
      return reply.type('application/json; charset=utf-8').send(json);
    },
  );

  app.get(
    '/api/v1/academies/:id',
    {
      config: { access: 'telemetry.read' },
      schema: {
        summary: 'One academy now, with its circuits',
        tags: ['Telemetry'],
        params: IdParams,
        response: answers(AcademyDetail, 'request_invalid', 'academy_unknown', 'estate_unavailable'),
      },
    },
    (request) => overview.detail(request.params.id, scopeOf(request)),
  );

  const historyProblems = [
    'request_invalid',
    'estate_unavailable',
    'telemetry_unavailable',
    'busy',
    'timed_out',
  ] as const;

  app.get(
    '/api/v1/academies/:id/traffic',
    {
      config: { access: 'telemetry.read' },
      schema: {
        summary: "An academy's traffic over time, all of its circuits together",
        tags: ['Telemetry'],
        params: IdParams,
        querystring: TrafficQuery,
        response: answers(Traffic, 'academy_unknown', ...historyProblems),
      },
    },
    async (request) => {
      const planned = overview.academy(request.params.id, scopeOf(request));
      const { circuits } = planned;
      return history.traffic(
        { scope: { academy: planned.academy.id }, circuits, committed: committedOf(circuits, clock()) },
        request.query,
      );
    },
  );

  app.get(
    '/api/v1/circuits/:id/traffic',
    {
      config: { access: 'telemetry.read' },
      schema: {
        summary: "A circuit's traffic over time",
        tags: ['Telemetry'],
        params: IdParams,
        querystring: TrafficQuery,
        response: answers(Traffic, 'circuit_unknown', ...historyProblems),
      },
    },
    async (request) => {
      const planned = overview.circuit(request.params.id, scopeOf(request));
      const { circuit } = planned;
      const committed = { in: circuit.committedDownBps, out: circuit.committedUpBps };
      return history.traffic({ scope: { circuit: circuit.id }, circuits: [planned], committed }, request.query);
    },
  );
}
