/** The estate as files: in, with a dry run first, and out. */
import { ExportQuery, ImportBody, ImportResult, type Permission, kinds, maxFileBytes } from '@linewatch/contract';
import type { Estate } from '@linewatch/estate';
import { principalOf } from '../access/access.ts';
import { answers, textAnswer } from '../answer.ts';
import { asked } from '../estate/records.ts';
import { ApiError } from '../problems.ts';
import type { Server } from '../server.ts';
import { fromOurselves } from './writes.ts';

/** A register of the whole country is read and compared in this time many times over. */
const importMs = 180_000;
/** Of the answer's lists, so that a wrong file is not answered with a larger one. */
const maxNotes = 200;

const needed = ['import', 'estate.write', 'prices.read', 'contacts.read'] as const satisfies readonly Permission[];

export interface FileRoutes {
  readonly estate: Pick<Estate, 'importFile' | 'exportFile'>;
  /** Label of the trust. */
  readonly trust: string;
}

export function registerFileRoutes(app: Server, { estate, trust }: FileRoutes): void {
  let importing = false;

  app.post(
    '/api/v1/estate/import',
    {
      config: { access: 'import' },
      bodyLimit: maxFileBytes,
      handlerTimeout: importMs,
      schema: {
        summary: 'Imports a file: all of it, or nothing',
        description:
          'The estate in YAML, a table of one kind, the school register, or devices of another program. Every problem is ' +
          'told at once, with row and column or with line. With `dryRun` nothing is changed. One import runs at a time. ' +
          'Takes `import`, `estate.write`, `prices.read` and `contacts.read` for the whole trust. A browser may ask for this from the dashboard only.',
        tags: ['Estate'],
        body: ImportBody,
        response: answers(
          ImportResult,
          'request_invalid',
          'forbidden',
          'origin_refused',
          'content_type_refused',
          'body_too_large',
          'busy',
          'estate_unavailable',
        ),
      },
      ...fromOurselves,
    },
    async (request) => {
      const principal = principalOf(request);
      // A file can write over any field of any record: it takes what would be needed to do so one by one.
      for (const permission of needed)
        if (!principal.mayAll(permission))
          throw new ApiError('forbidden', `An import takes the permission "${permission}" for the whole trust.`);
      if (importing)
        throw new ApiError('busy', 'Another import is running. Try again when it is done.', { retryAfterS: 5 });
      importing = true;
      try {
        const result = await asked(estate.importFile({ ...request.body, trust, actor: principal.actor }));
        return { ...result, notes: result.notes.slice(0, maxNotes) };
      } finally {
        importing = false;
      }
    },
  );

  app.get(
    '/api/v1/estate/export',
    {
      config: { access: 'estate.read' },
      handlerTimeout: importMs,
      serializerCompiler: () => (data) => String(data),
      schema: {
        summary: 'The estate as a file that the import takes',
        description:
          'YAML of everything, or CSV of one kind (`kind`). Secrets are left out; prices and contacts are there for whoever ' +
          'may see those of the whole trust. Takes `estate.read` for the whole trust.',
        tags: ['Estate'],
        querystring: ExportQuery,
        response: answers(textAnswer('The file.'), 'request_invalid', 'forbidden', 'estate_unavailable'),
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      if (!principal.mayAll('estate.read'))
        throw new ApiError('forbidden', 'An export takes the permission "estate.read" for the whole trust.');
      const { kind, format = kind ? 'csv' : 'yaml' } = request.query;
      if ((format === 'csv') !== (kind !== undefined))
        throw new ApiError('request_invalid', 'query.kind belongs to format=csv, which needs it');
      const sees = (sensitivity: 'prices' | 'contacts'): boolean => principal.mayAll(`${sensitivity}.read`);
      const text = await asked(estate.exportFile({ trust, format, kind, sees }));
      const name = kind ? `${kinds[kind].list}.csv` : 'estate.yaml';
      return reply
        .type(format === 'csv' ? 'text/csv; charset=utf-8' : 'application/yaml; charset=utf-8')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(text);
    },
  );
}
