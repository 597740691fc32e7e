import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Running, startApi } from './testing/api.ts';
import { type Answer, ask } from './testing/raw.ts';

let running: Running;
beforeEach(async () => {
  running = await startApi();
});
afterEach(() => running.stop());

const page = (path_: string): Promise<Answer> => ask(running.url, path_, { headers: { accept: 'text/html,*/*' } });

async function build(): Promise<void> {
  const directory = path.join(running.directory, 'dashboard');
  await mkdir(path.join(directory, 'assets'), { recursive: true });
  await writeFile(path.join(directory, 'index.html'), '<!doctype html><title>Linewatch</title>');
  await writeFile(path.join(directory, 'assets/index-abc123.js'), 'export {};');
  await writeFile(path.join(directory, '.secret'), 'x');
  await writeFile(path.join(running.directory, 'outside.txt'), 'x');
}

test('people are told when the dashboard was not built, and get it as soon as it is', async () => {
  const missing = await page('/');
  expect([missing.status, missing.text]).toEqual([503, expect.stringContaining('has not been built')]);
  await build();
  expect((await page('/')).status).toBe(200);
});

test('its page is asked for anew each time, what is named after its content never', async () => {
  await build();
  const index = await page('/');
  expect([index.headers['content-type'], index.headers['cache-control']]).toEqual([
    'text/html; charset=utf-8',
    'no-cache',
  ]);
  const asset = await ask(running.url, '/assets/index-abc123.js');
  expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(asset.headers['content-type']).toContain('javascript');
  const again = await ask(running.url, '/', { headers: { 'if-none-match': String(index.headers.etag) } });
  expect(again.status).toBe(304);
});

test('addresses that the page routes itself get the page, for people only', async () => {
  await build();
  const deep = await page('/academies/ash?range=7d');
  expect([deep.status, deep.text, deep.headers['cache-control']]).toEqual([
    200,
    expect.stringContaining('<title>Linewatch</title>'),
    'no-cache',
  ]);
  expect((await ask(running.url, '/academies/ash')).status).toBe(404);
  expect((await ask(running.url, '/academies/ash', { method: 'POST', headers: { accept: 'text/html' } })).status).toBe(
    404,
  );
});

test.each(['/api/v1/nothing', '/api', '/assets/gone-1.js', '/health/x', '/metrics/x'])(
  '%s is never answered with the page',
  async (path_) => {
    await build();
    const { status, text } = await page(path_);
    expect([status, text]).toEqual([404, expect.stringContaining('"code":"not_found"')]);
  },
);

test('nothing outside the folder, and no hidden file, is served', async () => {
  await build();
  for (const path_ of [
    '/../outside.txt',
    '/%2e%2e/outside.txt',
    '/..%2foutside.txt',
    '/assets/..%2f..%2foutside.txt',
    '/.secret',
  ])
    expect((await ask(running.url, path_)).status, path_).toBeGreaterThanOrEqual(400);
});

test('the description of the API covers its routes, and its page needs nothing from elsewhere', async () => {
  const { text } = await ask(running.url, '/api/v1/openapi.json');
  const description = JSON.parse(text) as {
    openapi: string;
    paths: Record<string, { get: { responses: object } }>;
    components: { schemas: object };
  };
  expect(description.openapi).toBe('3.1.0');
  // Which there are, and who may ask each, is the role walk's to say; a route that hides from it is not described either.
  expect(Object.keys(description.paths)).toEqual(
    expect.arrayContaining([
      '/api/v1/academies',
      '/api/v1/academies/{id}',
      '/api/v1/academies/{id}/traffic',
      '/api/v1/circuits/{id}/traffic',
      '/api/v1/exporters',
      '/api/v1/exporters/{collector}/{address}/decision',
      '/api/v1/stream',
      '/health/live',
      '/health/ready',
      '/metrics',
      '/problems/{id}',
    ]),
  );
  expect(Object.keys(description.paths['/api/v1/circuits/{id}/traffic']!.get.responses)).toEqual([
    '200',
    '400',
    '404',
    '429',
    '500',
    '503',
  ]);
  expect(Object.keys(description.components.schemas)).toEqual(
    expect.arrayContaining(['AcademyNow', 'CircuitNow', 'CollectorNow', 'Exporter', 'Loss']),
  );
  const docs = await page('/api/docs');
  expect(docs.status).toBe(200);
  expect(docs.text).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect(docs.text).not.toMatch(/<script(?![^>]* src=)|<style/);
  for (const [, source] of docs.text.matchAll(/(?:src|href)="([^"]+)"/g))
    expect((await ask(running.url, new URL(source!, `${running.url}/api/docs`).pathname)).status, source).toBe(200);
});
