import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { Server } from '../server.ts';

/** Before the routes that are to be described. */
export async function registerDescription(app: Server, version: string): Promise<void> {
  await app.register(swagger, {
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) => (typeof json.$id === 'string' ? json.$id : `schema-${i}`),
    },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Linewatch',
        version,
        description:
          'Bandwidth and state of the lines that a multi-academy trust depends on. Rates are bits per second; `in` is download, ' +
          'towards the academy. Failures are RFC 9457 problem documents, whose `code` is stable.',
      },
      tags: [
        { name: 'Telemetry', description: 'What the lines carry, now and before.' },
        {
          name: 'Estate',
          description: 'Academies, circuits, suppliers, contracts and equipment, and who changed them.',
        },
        { name: 'Exporters', description: 'Who sends telemetry, and what is lost of it.' },
        { name: 'Alerts', description: 'What fires, who is told of it and how, and what they say back.' },
        { name: 'Sign-in', description: 'Who asks.' },
        { name: 'People', description: 'Accounts, roles, sessions and API tokens.' },
        { name: 'Service', description: 'How Linewatch itself is.' },
      ],
    },
  });
}

export async function registerDocs(app: Server): Promise<void> {
  let json: string | undefined;
  app.get('/api/v1/openapi.json', { config: { access: 'public' }, schema: { hide: true } }, (_request, reply) => {
    json ??= JSON.stringify(app.swagger());
    return reply.type('application/json; charset=utf-8').send(json);
  });
  await app.register(swaggerUi, {
    routePrefix: '/api/docs',
    uiConfig: { layout: 'BaseLayout', validatorUrl: null, docExpansion: 'list' },
    theme: { title: 'Linewatch API' },
    logLevel: 'silent',
  });
}
