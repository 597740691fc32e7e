import { access } from 'node:fs/promises';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './problems.ts';

const missingPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Linewatch</title></head>
<body><h1>The dashboard has not been built</h1>
<p>Linewatch is running and collecting. Only the pages are missing: run <code>npm run build</code> in its folder, then reload.</p>
<p>The API is at <a href="/api/docs">/api/docs</a>.</p></body></html>
`;

/** Vite names what it puts here after its content, so it never changes. */
const hashed = '/assets/';

/** A browser that goes to an address, as opposed to a program or a page that fetches something. */
const wantsPage = ({ method, headers }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') && (headers.accept ?? '').includes('text/html');

/**
 * Serves the built dashboard. What is not a file falls through to the not-found handler, which asks `sendPage`. The folder
 * may be built, or built again, while this runs.
 */
export async function registerDashboard(app: FastifyInstance, root: string): Promise<void> {
  await app.register(fastifyStatic, {
    root,
    suppressWarning: true,
    dotfiles: 'ignore',
    cacheControl: false,
    globIgnore: [],
    setHeaders: (reply, file) => {
      const immutable = path.relative(root, file).split(path.sep)[0] === 'assets';
      void reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

/**
 * The dashboard's one page, for addresses that it routes itself. False when this is not such an address.
 * @throws ApiError `dashboard_missing` to a program; people get a page that says it.
 */
export async function sendPage(request: FastifyRequest, reply: FastifyReply, root: string): Promise<boolean> {
  const [pathname = '/'] = request.url.split('?', 1);
  if (!wantsPage(request) && pathname !== '/') return false;
  if (pathname.startsWith(hashed) || /^\/(api|health|metrics|problems)(\/|$)/.test(pathname)) return false;
  try {
    await access(path.join(root, 'index.html'));
  } catch (cause) {
    if (!wantsPage(request))
      throw new ApiError('dashboard_missing', 'There is no index.html in the dashboard folder.', { cause });
    void reply.code(503).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(missingPage);
    return true;
  }
  void reply.sendFile('index.html');
  return true;
}
