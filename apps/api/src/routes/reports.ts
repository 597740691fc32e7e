/** Monthly reports: as they would be made now, and as they were issued. */
import { IssueBody, Month, Report, ReportIssue, ReportIssues, slugPattern } from '@linewatch/contract';
import { Type } from 'typebox';
import { principalOf } from '../access/access.ts';
import { answers, textAnswer } from '../answer.ts';
import { ApiError } from '../problems.ts';
import { type Reports, reportFile } from '../report/reports.ts';
import type { Server } from '../server.ts';
import { seesOf } from './sla.ts';
import { fromOurselves } from './writes.ts';

/** Bandwidth of hundreds of lines, 5 minutes by 5 minutes, takes a while to read. */
const reportMs = 180_000;
const MonthParams = Type.Object({ month: Month });
const ReportQuery = Type.Object({
  number: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 100_000,
      description: 'Of an issued report; without it, as it would be made now.',
    }),
  ),
  academy: Type.Optional(Type.String({ pattern: slugPattern, maxLength: 64, description: 'Only this one.' })),
});
const problems = ['request_invalid', 'academy_unknown', 'report_unknown', 'estate_unavailable'] as const;
/** A report is read by people who may not have seen it made: nothing in it runs, and nothing is fetched. */
const policy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

export interface ReportRoutes {
  readonly reports: Reports;
  /** Label of the trust. */
  readonly trust: string;
}

export function registerReportRoutes(app: Server, { reports, trust }: ReportRoutes): void {
  app.get(
    '/api/v1/reports',
    {
      config: { access: 'telemetry.read' },
      schema: {
        summary: 'Reports that were issued, newest first',
        tags: ['Reports'],
        response: answers(ReportIssues, 'estate_unavailable'),
      },
    },
    async (request) => ({ issues: await reports.list(seesOf(request)) }),
  );

  app.get(
    '/api/v1/reports/:month',
    {
      config: { access: 'telemetry.read' },
      handlerTimeout: reportMs,
      schema: {
        summary: "A month's report",
        description:
          'Of the academies in your scope; credits and burst charges where you may see prices. `changed`: what is known now ' +
          'differs from what was issued last.',
        tags: ['Reports'],
        params: MonthParams,
        querystring: ReportQuery,
        response: answers(Report, ...problems),
      },
    },
    (request) => reports.report(seesOf(request), { ...request.params, ...request.query }),
  );

  for (const [kind, type, what] of [
    ['html', 'text/html; charset=utf-8', 'a page that prints well; it needs nothing else'],
    ['csv', 'text/csv; charset=utf-8', 'a table: a row a line, then a row an outage'],
  ] as const)
    app.get(
      `/api/v1/reports/:month/${kind}`,
      {
        config: { access: 'telemetry.read' },
        handlerTimeout: reportMs,
        serializerCompiler: () => (data) => String(data),
        schema: {
          summary: `A month's report as ${what}`,
          tags: ['Reports'],
          produces: [type.split(';', 1)[0]!],
          params: MonthParams,
          querystring: ReportQuery,
          response: answers(textAnswer('The file.'), ...problems),
        },
      },
      async (request, reply) => {
        const { month } = request.params;
        const text = await reports.file(kind, seesOf(request), { month, ...request.query });
        const name = reportFile(trust, month, kind, request.query.academy);
        return reply
          .type(type)
          .header('content-disposition', `${kind === 'csv' ? 'attachment' : 'inline'}; filename="${name}"`)
          .header('content-security-policy', policy)
          .send(text);
      },
    );

  app.post(
    '/api/v1/reports/:month/issue',
    {
      config: { access: 'reports.issue' },
      handlerTimeout: reportMs,
      schema: {
        summary: "Issues a month's report, which freezes it",
        description:
          'The first issue of a month that is over; later, when something has changed, a corrected one with its reason. Takes ' +
          '`reports.issue` for the whole trust. A browser may ask for this from the dashboard only.',
        tags: ['Reports'],
        params: MonthParams,
        body: IssueBody,
        response: answers(
          ReportIssue,
          'request_invalid',
          'forbidden',
          'origin_refused',
          'content_type_refused',
          'record_changed',
          'change_refused',
          'estate_unavailable',
          'telemetry_unavailable',
        ),
      },
      ...fromOurselves,
    },
    (request) => {
      const principal = principalOf(request);
      if (!principal.mayAll('reports.issue'))
        throw new ApiError('forbidden', 'Issuing a report takes the permission "reports.issue" for the whole trust.');
      return reports.issue(principal.actor, request.params.month, request.body.reason ?? null);
    },
  );
}
