import type { OutgoingHttpHeaders } from 'node:http';
import { StreamEvent } from '@linewatch/contract';
import { Type } from 'typebox';
import { principalOf } from '../access/access.ts';
import type { Broadcast } from '../live/broadcast.ts';
import { ApiError } from '../problems.ts';
import { answers } from '../answer.ts';
import type { Server } from '../server.ts';

const description = `Server-Sent Events: first \`event: snapshot\` with every academy, then \`event: update\` with those that
changed, every 500 ms at most; of the academies in your scope. The schema below is that of an event's data. \`Last-Event-ID\` resumes over a gap of up to
two minutes; beyond it there is a new snapshot. A comment comes every 15 seconds.`;

const LastEventId = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({ maxLength: 100, description: 'The id of the last event that was received.' }),
  ),
});

export function registerStreamRoute(app: Server, broadcast: Broadcast): void {
  app.get(
    '/api/v1/stream',
    {
      config: { access: 'telemetry.read' },
      exposeHeadRoute: false,
      schema: {
        summary: 'Live rates',
        description,
        tags: ['Telemetry'],
        produces: ['text/event-stream'],
        headers: LastEventId,
        response: answers(StreamEvent, 'too_many_viewers'),
      },
      // Of the headers only one is of interest; they are not checked against a schema of closed names.
      validatorCompiler: () => () => true,
    },
    (request, reply) => {
      const headers = {
        ...(reply.getHeaders() as OutgoingHttpHeaders),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      };
      if (broadcast.full)
        throw new ApiError('too_many_viewers', 'Every place at the live stream is taken.', { retryAfterS: 10 });
      const last = request.headers['last-event-id'];
      reply.hijack();
      broadcast.add(
        reply.raw,
        headers,
        typeof last === 'string' ? last : undefined,
        principalOf(request).scope('telemetry.read'),
      );
    },
  );
}
