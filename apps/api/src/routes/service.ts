import { Health, IdParams } from '@linewatch/contract';
import { isLocal } from '../access/local.ts';
import { textAnswer } from '../answer.ts';
import { ShortCache } from '../cache.ts';
import { ApiError, type ProblemCode, problemTable } from '../problems.ts';
import type { Server } from '../server.ts';

/** Several scrapers and balancers share one reading. */
const shareMs = 500;

/** Addresses, versions and what went wrong are no stranger's; a balancer needs the state only. */
const withoutDetails = ({ ready, parts }: Health): Health => ({
  ready,
  parts: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, { ...part, detail: '' }])),
});

export interface ServiceRoutes {
  readonly health: () => Promise<Health>;
  readonly metrics: () => Promise<string>;
  readonly clock: () => number;
}

export function registerServiceRoutes(app: Server, { health, metrics, clock }: ServiceRoutes): void {
  const healths = new ShortCache<Health>(1, shareMs, clock);
  const scrapes = new ShortCache<string>(1, shareMs, clock);

  app.get(
    '/health/live',
    {
      schema: {
        summary: 'This process runs',
        tags: ['Service'],
        produces: ['text/plain'],
        response: { 200: textAnswer('ok') },
      },
    },
    (_request, reply) => reply.type('text/plain; charset=utf-8').header('cache-control', 'no-store').send('ok\n'),
  );

  app.get(
    '/health/ready',
    {
      config: { access: 'known' },
      schema: {
        summary: "Every part's state",
        description:
          'Status 200 when every engine and every component is ready, else 503, with the same body. `detail` is for this ' +
          'machine and for telemetry.read of the whole trust; empty for others.',
        tags: ['Service'],
        response: { 200: Health, 503: Health },
      },
    },
    async (request, reply) => {
      const known = isLocal(request) || request.principal?.mayAll('telemetry.read') === true;
      const told = await healths.get('', health);
      const report = known ? told : withoutDetails(told);
      return reply
        .code(report.ready ? 200 : 503)
        .header('cache-control', 'no-store')
        .send(report);
    },
  );

  app.get(
    '/metrics',
    {
      schema: {
        summary: "Every component's metrics, for Prometheus",
        tags: ['Service'],
        produces: ['text/plain'],
        response: { 200: textAnswer('Text format 0.0.4.') },
      },
    },
    async (_request, reply) =>
      reply
        .type('text/plain; version=0.0.4; charset=utf-8')
        .header('cache-control', 'no-store')
        .send(await scrapes.get('', metrics)),
  );

  app.get(
    '/problems/:id',
    {
      schema: {
        summary: 'What a problem code means',
        tags: ['Service'],
        produces: ['text/plain'],
        params: IdParams,
        response: { 200: textAnswer('Its description.') },
      },
    },
    (request, reply) => {
      const { id } = request.params;
      if (!Object.hasOwn(problemTable, id)) throw new ApiError('not_found', 'There is no such problem code.');
      const { status, title, doc } = problemTable[id as ProblemCode];
      return reply.type('text/plain; charset=utf-8').send(`${title} (HTTP ${status}, ${id})\n\n${doc}\n`);
    },
  );
}
