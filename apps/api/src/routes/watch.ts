/** Incidents and maintenance: what is wrong, what people say of it, what is planned. */
import {
  Incident,
  IncidentAction,
  IncidentDetail,
  IncidentList,
  IncidentQuery,
  Maintenance,
  MaintenanceBody,
  MaintenanceList,
  OccurrenceList,
  OccurrenceQuery,
} from '@linewatch/contract';
import { Type } from 'typebox';
import { principalOf } from '../access/access.ts';
import { answers } from '../answer.ts';
import type { PlannedMaintenance } from '../maintenance/maintenance.ts';
import { ApiError } from '../problems.ts';
import { createRateLimit } from '../rate.ts';
import type { Server } from '../server.ts';
import type { WatchIncidents } from '../watch/incidents.ts';
import { fromOurselves } from './writes.ts';

/** Of one client: people make them one at a time, or tick a dozen in a list. */
const changesPerSecond = 20;
const NumberParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) });
const UpdateBody = Type.Object(
  {
    ...MaintenanceBody.properties,
    revision: Type.Optional(Type.Integer({ description: 'As it was read; refused when it has changed since.' })),
  },
  { additionalProperties: false },
);
const CancelBody = Type.Object(
  {
    atMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 8_640_000_000_000,
        description: 'Occurrences that begin then or later do not take place. Unix ms; now without it.',
      }),
    ),
  },
  { additionalProperties: false },
);
const refusals = [
  'request_invalid',
  'forbidden',
  'origin_refused',
  'content_type_refused',
  'record_changed',
  'change_refused',
  'estate_unavailable',
] as const;

export interface WatchRoutes {
  readonly incidents: WatchIncidents;
  readonly maintenance: PlannedMaintenance;
  readonly clock: () => number;
}

export function registerWatchRoutes(app: Server, { incidents, maintenance, clock }: WatchRoutes): void {
  const waitFor = createRateLimit(changesPerSecond);
  const limited = (address: string): void => {
    const retryAfterS = waitFor(address, clock());
    if (retryAfterS > 0)
      throw new ApiError('rate_limited', `More than ${changesPerSecond} changes a second.`, { retryAfterS });
  };

  app.get(
    '/api/v1/incidents',
    {
      config: { access: 'telemetry.read' },
      schema: {
        summary: 'Incidents, newest first',
        description: 'Of the academies in your scope; one of several academies is told without those that are not.',
        tags: ['Incidents'],
        querystring: IncidentQuery,
        response: answers(IncidentList, 'request_invalid', 'estate_unavailable'),
      },
    },
    (request) => incidents.list(principalOf(request), request.query),
  );

  app.get(
    '/api/v1/incidents/:id',
    {
      config: { access: 'telemetry.read' },
      schema: {
        summary: 'One incident, with its timeline and the evidence that its figures rest on',
        description: 'The timeline of an incident that concerns academies outside your scope, too, is left out.',
        tags: ['Incidents'],
        params: NumberParams,
        response: answers(IncidentDetail, 'request_invalid', 'incident_unknown', 'estate_unavailable'),
      },
    },
    (request) => incidents.detail(principalOf(request), request.params.id),
  );

  app.post(
    '/api/v1/incidents/:id/actions',
    {
      config: { access: 'incidents.write' },
      schema: {
        summary: 'Does something to an incident',
        description:
          'What is told to the team and the supplier (acknowledge, unacknowledge, assign, note, ticket, report, supplier) takes ' +
          '`incidents.write`; what changes figures (classify, exclude, include, merge, split, reopen, resolve, backdate) takes ' +
          '`incidents.classify` as well, and a reason. Either for every academy that the incident concerns. It is in the ' +
          'timeline and the audit log. A browser may ask for this from the dashboard only.',
        tags: ['Incidents'],
        params: NumberParams,
        body: IncidentAction,
        response: answers(Incident, 'incident_unknown', ...refusals),
      },
      ...fromOurselves,
    },
    (request) => {
      limited(request.ip);
      return incidents.act(principalOf(request), request.params.id, request.body);
    },
  );

  app.get(
    '/api/v1/maintenance',
    {
      config: { access: 'telemetry.read' },
      schema: {
        summary: 'Planned maintenance, that of the past included',
        description: 'What concerns an academy in your scope.',
        tags: ['Maintenance'],
        response: answers(MaintenanceList, 'estate_unavailable'),
      },
    },
    (request) => maintenance.list(principalOf(request)),
  );

  app.get(
    '/api/v1/maintenance/occurrences',
    {
      config: { access: 'telemetry.read' },
      schema: {
        summary: 'When maintenance takes place, whether its notice was enough, and where it overran',
        tags: ['Maintenance'],
        querystring: OccurrenceQuery,
        response: answers(OccurrenceList, 'request_invalid', 'estate_unavailable'),
      },
    },
    (request) => maintenance.occurrences(principalOf(request), request.query),
  );

  app.post(
    '/api/v1/maintenance',
    {
      config: { access: 'maintenance.write' },
      schema: {
        summary: 'Enters a maintenance, before or after it',
        description:
          'Takes `maintenance.write` for all that it is for; a supplier or the trust takes it for the whole trust. A browser ' +
          'may ask for this from the dashboard only.',
        tags: ['Maintenance'],
        body: MaintenanceBody,
        response: answers(Maintenance, ...refusals),
      },
      ...fromOurselves,
    },
    (request) => {
      limited(request.ip);
      return maintenance.create(principalOf(request), request.body);
    },
  );

  app.put(
    '/api/v1/maintenance/:id',
    {
      config: { access: 'maintenance.write' },
      schema: {
        summary: 'Changes a maintenance',
        tags: ['Maintenance'],
        params: NumberParams,
        body: UpdateBody,
        response: answers(Maintenance, 'maintenance_unknown', ...refusals),
      },
      ...fromOurselves,
    },
    (request) => {
      limited(request.ip);
      const { revision, ...body } = request.body;
      return maintenance.update(principalOf(request), request.params.id, body, revision);
    },
  );

  app.post(
    '/api/v1/maintenance/:id/cancel',
    {
      config: { access: 'maintenance.write' },
      schema: {
        summary: 'Cancels a maintenance from some time on',
        tags: ['Maintenance'],
        params: NumberParams,
        body: CancelBody,
        response: answers(Maintenance, 'maintenance_unknown', ...refusals),
      },
      ...fromOurselves,
    },
    (request) => {
      limited(request.ip);
      return maintenance.cancel(principalOf(request), request.params.id, request.body.atMs);
    },
  );
}
