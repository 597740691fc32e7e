import { DecisionBody, Exporter, ExporterList, ExporterParams } from '@linewatch/contract';
import { principalOf } from '../access/access.ts';
import { answers } from '../answer.ts';
import { ShortCache } from '../cache.ts';
import { scopeKey } from '../estate/sight.ts';
import type { Exporters } from '../exporters/exporters.ts';
import { ApiError } from '../problems.ts';
import { createRateLimit } from '../rate.ts';
import { serializerCompiler } from '../schema.ts';
import type { Server } from '../server.ts';
import { fromOurselves } from './writes.ts';

/** As often as the list is made anew, however many ask for it. */
const listMs = 1000;
/** Scopes whose lists are kept for that long. */
const maxLists = 100;
/** Decisions of one client: people make them one at a time. */
const decisionsPerSecond = 5;

export interface ExporterRoutes {
  readonly exporters: Exporters;
  readonly clock: () => number;
}

export function registerExporterRoutes(app: Server, { exporters, clock }: ExporterRoutes): void {
  const toJson = serializerCompiler({ schema: ExporterList, method: 'GET', url: '/api/v1/exporters' });
  const lists = new ShortCache<string>(maxLists, listMs, clock);
  const waitFor = createRateLimit(decisionsPerSecond);

  app.get(
    '/api/v1/exporters',
    {
      config: { access: 'exporters.read' },
      schema: {
        summary: 'All exporters, with what was lost before and after it reached us',
        description:
          'Counts are since the start of the collector that made them. Collectors tell of an exporter every 10 s, and of ' +
          'themselves too. Each datagram that a collector received is decoded, held or rejected. Who has the permission for ' +
          'single academies is shown the exporters that carry their circuits, and no collectors.',
        tags: ['Exporters'],
        response: answers(ExporterList),
      },
    },
    async (request, reply) => {
      const scope = principalOf(request).scope('exporters.read');
      const json = await lists.get(scopeKey(scope), () => Promise.resolve(toJson(exporters.list(scope))));
      return reply.type('application/json; charset=utf-8').send(json);
    },
  );

  app.post(
    '/api/v1/exporters/:collector/:address/decision',
    {
      config: { access: 'exporters.write' },
      schema: {
        summary: 'Approves or refuses an exporter',
        description:
          'Holds from the next datagram on, and until it is decided otherwise. An approval does not reach beyond the ' +
          'allowed networks. A browser may ask for this from the dashboard only.',
        tags: ['Exporters'],
        params: ExporterParams,
        body: DecisionBody,
        response: answers(
          Exporter,
          'request_invalid',
          'origin_refused',
          'exporter_unknown',
          'content_type_refused',
          'queue_unavailable',
        ),
      },
      ...fromOurselves,
    },
    async (request) => {
      const retryAfterS = waitFor(request.ip, clock());
      if (retryAfterS > 0)
        throw new ApiError('rate_limited', `More than ${decisionsPerSecond} decisions a second.`, { retryAfterS });
      const { collector, address } = request.params;
      return exporters.decide(collector, address, request.body.decision, principalOf(request).scope('exporters.write'));
    },
  );
}
