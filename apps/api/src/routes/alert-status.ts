/** Status pages: which academies have one, and the pages themselves, for everyone who knows the address. */
import { StatusPage, StatusPageBody, StatusPageList, slugPattern } from '@linewatch/contract';
import { Type } from 'typebox';
import { principalOf } from '../access/access.ts';
import type { StatusPages } from '../alerts/status.ts';
import { answers, textAnswer } from '../answer.ts';
import { ApiError } from '../problems.ts';
import { createRateLimit } from '../rate.ts';
import type { Server } from '../server.ts';
import { changeLimit, refusals } from './alerts.ts';
import { fromOurselves } from './writes.ts';

/** Of one address: a page asks again once a minute, and a school may have one address for all. */
const pagesPerSecond = 10;
const AcademyParams = Type.Object({ academy: Type.String({ pattern: slugPattern, maxLength: 64 }) });
const TokenParams = Type.Object({ token: Type.String({ maxLength: 200 }) });

export interface StatusRoutes {
  readonly pages: StatusPages;
  readonly clock: () => number;
}

export function registerStatusRoutes(app: Server, { pages, clock }: StatusRoutes): void {
  const limited = changeLimit(clock);
  const waitFor = createRateLimit(pagesPerSecond);

  app.get(
    '/api/v1/alerts/status-pages',
    {
      config: { access: 'alerts.read' },
      schema: {
        summary: 'Public status pages, of every academy whether it has one or not',
        description: 'Of the academies in your scope.',
        tags: ['Alerts'],
        response: answers(StatusPageList, 'estate_unavailable'),
      },
    },
    (request) => pages.list(principalOf(request)),
  );

  app.put(
    '/api/v1/alerts/status-pages/:academy',
    {
      config: { access: 'alerts.write' },
      schema: {
        summary: "Switches an academy's status page on or off, and says what it says",
        description: 'It keeps its address when it is switched off and on again.',
        tags: ['Alerts'],
        params: AcademyParams,
        body: StatusPageBody,
        response: answers(StatusPage, 'academy_unknown', ...refusals),
      },
      ...fromOurselves,
    },
    (request) => {
      limited(request.ip);
      return pages.put(principalOf(request), request.params.academy, request.body);
    },
  );

  app.get(
    '/status/:token',
    {
      serializerCompiler: () => (data) => String(data),
      schema: {
        summary: 'The status page of an academy, for everyone',
        description:
          'HTML that needs nothing else. Whether there is no such page or it is switched off is not told. Nothing of suppliers, ' +
          'lines, addresses or people is on it.',
        tags: ['Alerts'],
        produces: ['text/html'],
        params: TokenParams,
        response: answers(
          textAnswer('The page; with status 404, one that says that there is none.'),
          'estate_unavailable',
        ),
      },
    },
    async (request, reply) => {
      const retryAfterS = waitFor(request.ip, clock());
      if (retryAfterS > 0)
        throw new ApiError('rate_limited', `More than ${pagesPerSecond} status pages a second.`, { retryAfterS });
      const { found, html, policy } = await pages.page(request.params.token);
      return reply
        .code(found ? 200 : 404)
        .type('text/html; charset=utf-8')
        .header('cache-control', `public, max-age=${pages.keepSeconds}`)
        .header('content-security-policy', policy)
        .header('x-robots-tag', 'noindex, nofollow')
        .send(html);
    },
  );
}
