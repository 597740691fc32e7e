import { checkValue } from '@linewatch/service';
import { expect, test } from 'vitest';
import { ApiStartError } from './app.ts';
import { ApiConfig } from './config.ts';
import { startApi } from './testing/api.ts';

test('an empty configuration has every default', () => {
  const checked = checkValue({}, ApiConfig);
  expect(checked.problems).toEqual([]);
  expect('value' in checked && checked.value).toMatchObject({
    host: '127.0.0.1',
    port: 8080,
    hosts: [],
    limits: { viewers: 2000, requestsPerSecond: 1000, queries: 4, interfaces: 20_000 },
  });
});

test('a port that is taken is named, with the setting to change', async () => {
  const first = await startApi();
  const port = Number(new URL(first.url).port);
  const second = startApi({ config: { port } });
  await expect(second).rejects.toThrow(ApiStartError);
  await expect(second).rejects.toThrow(`port ${port} on 127.0.0.1 is taken by another program; set api.port`);
  await first.stop();
});

test('it starts and stops again and again, and says when it does not listen', async () => {
  const running = await startApi();
  expect((await running.api.health()).ready).toBe(true);
  await running.api.stop();
  expect(await running.api.health()).toEqual({ ready: false, detail: 'does not listen yet' });
  await running.api.stop();
  await running.stop();
});
