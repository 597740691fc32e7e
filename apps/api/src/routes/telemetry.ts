import { AcademyDetail, AcademyList, IdParams, Traffic, TrafficQuery } from '@linewatch/contract';
import { answers } from '../answer.ts';
import { ShortCache } from '../cache.ts';
import type { Overview } from '../overview.ts';
import { ApiError } from '../problems.ts';
import { serializerCompiler } from '../schema.ts';
import type { Server } from '../server.ts';
import { type History, committedOf } from '../traffic.ts';

/** As often as the live figures change. */
const listMs = 500;

export interface TelemetryRoutes {
  readonly overview: Overview;
  readonly history: History;
  readonly clock: () => number;
}

export function registerTelemetryRoutes(app: Server, { overview, history, clock }: TelemetryRoutes): void {
  const toJson = serializerCompiler({ schema: AcademyList, method: 'GET', url: '/api/v1/academies' });
  const lists = new ShortCache<string>(1, listMs, clock);

  app.get(
    '/api/v1/academies',
    {
      config: { access: 'telemetry.read' },
      schema: {
        summary: 'All academies now, with the last hour',
        description:
          'Rates are live, from the queue; sparklines are from stored telemetry and empty while that is unavailable.',
        tags: ['Telemetry'],
        response: answers(AcademyList, 'estate_unavailable'),
      },
    },
    async (_request, reply) => {
      // Made once for all who ask within half a second; a string is sent as it is.
      const json = await lists.get('', async () => toJson(await overview.list()));
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
    (request) => overview.detail(request.params.id),
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
    async ({ params, query }) => {
      const planned = overview.plan().academyById.get(params.id);
      if (!planned) throw new ApiError('academy_unknown', `The estate has no academy "${params.id}".`);
      const { circuits } = planned;
      return history.traffic(
        { scope: { academy: planned.academy.id }, circuits, committed: committedOf(circuits, clock()) },
        query,
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
    async ({ params, query }) => {
      const planned = overview.plan().circuitById.get(params.id);
      if (!planned) throw new ApiError('circuit_unknown', `The estate has no circuit "${params.id}".`);
      const { circuit } = planned;
      const committed = { in: circuit.committedDownBps, out: circuit.committedUpBps };
      return history.traffic({ scope: { circuit: circuit.id }, circuits: [planned], committed }, query);
    },
  );
}
