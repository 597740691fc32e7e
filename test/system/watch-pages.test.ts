/** The pages of the watch in a real browser: what the watcher keeps in PostgreSQL, worked on as a person does. */
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Change, CircuitSla, MaintenanceList } from '@linewatch/contract';
import { type Estate, type WatchedIncident, createEstate } from '@linewatch/estate';
import { createLogger } from '@linewatch/service';
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessOptions } from '../../apps/api/src/access/services.ts';
import { type Running, startApi } from '../../apps/api/src/testing/api.ts';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { type Server, servers, sql } from '../support/postgres.ts';
import { temporaryDirectory, until } from '../support/system.ts';
import { findTool } from '../support/tools.ts';

const executablePath = findTool('chromium');
const dist = path.join(import.meta.dirname, '../../apps/dashboard/dist');
const trust = 'main';
const hour = 3_600_000;

/** The month before this one, in UTC: far from its edges nothing depends on the zone. */
const now = new Date();
const monthStartMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 1);
const month = new Date(monthStartMs).toISOString().slice(0, 7);
const outageMs = monthStartMs + 9 * 24 * hour + 10 * hour;
const openMs = Date.now() - 2 * hour;

describe.skipIf(!executablePath || !existsSync(dist))('the pages of the watch (chromium)', () => {
  const logger = createLogger('watch-pages', 'silent');
  const key = randomBytes(32);
  let directory: string;
  let server: Server;
  let estate: Estate;
  let api: Running;
  let browser: Browser;
  let context: BrowserContext;
  const incident: Record<'over' | 'open', number> = { over: 0, open: 0 };
  const faults: string[] = [];

  beforeAll(async () => {
    directory = temporaryDirectory('watch-pages');
    server = await servers[0]!.start(directory, await freePort());
    await sql(server.url, 'CREATE DATABASE pages');
    const url = server.url.replace(/[^/]*$/, 'pages');
    estate = createEstate({ url, logger, secretKey: key });
    await estate.migrate();
    await sql(url, `INSERT INTO trust (slug, key, name) VALUES ($1, 1, 'Test Trust')`, [trust]);
    const sla = {
      target: 99.95,
      period: 'month',
      excuses: [{ code: 'site-power', availability: true, fixClock: true }],
      fixHours: { total: 5 },
    };
    const changes: Change[] = [
      ['provider', 'acme', { name: 'Acme' }],
      [
        'contract',
        'lines',
        { name: 'Lines of the north', provider: 'acme', type: 'service', start: '2020-01-01', sla },
      ],
      ['academy', 'oak', { name: 'Oakfield', pupils: 210 }],
      ['academy', 'ash', { name: 'Ashgrove', pupils: 300 }],
      ['circuit', 'oak-main', { name: 'Oak main line', academy: 'oak', provider: 'acme', contract: 'lines' }],
      ['circuit', 'ash-main', { name: 'Ash main line', academy: 'ash', provider: 'acme', contract: 'lines' }],
    ].map(([kind, id, values]) => ({ kind, id, op: 'create', values: { id, ...(values as object) } }) as Change);
    const actor = { account: null, name: 'Test', via: 'command', address: null } as const;
    expect((await estate.records.apply(actor, changes, { trust })).problems).toEqual([]);
    await plant(url);
    const note: AccessOptions['note'] = (who, event) => estate.records.note(who, event);
    api = await startApi({ estate, trust, access: { people: estate.people, note, key } });
    cpSync(dist, path.join(api.directory, 'dashboard'), { recursive: true });
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    });
    // One person's, who has the scripts once they were fetched.
    context = await browser.newContext({ locale: 'en-GB' });
    context.setDefaultTimeout(10_000);
  });
  afterAll(async () => {
    await browser.close();
    await api.stop();
    await estate.close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Last month Oakfield was down for three hours; Ashgrove has been down for two. */
  async function plant(url: string): Promise<void> {
    const rows = await sql(url, 'SELECT slug, id, trust_id AS trust FROM circuit');
    const idOf = (slug: string): number => rows.find((each) => each['slug'] === slug)!['id'] as number;
    const evidence = (atMs: number, text: string) => [{ atMs, source: 'link trap (main)', text }];
    const up = { state: 'up', cause: 'none', evidence: [] } as const;
    const watched = (key: string, circuit: string, over: Partial<WatchedIncident>): WatchedIncident => ({
      ...{
        key,
        trust: rows[0]!['trust'] as number,
        kind: 'outage',
        state: 'open',
        severity: 'critical',
        cause: 'link',
      },
      ...{ title: `${key} is down`, circuit: idOf(circuit), academy: null, provider: null, parent: null },
      ...{ startedMs: openMs, endedMs: null, detectedMs: openMs + 900, resolvedMs: null },
      ...{ flaps: 0, backupCarried: false, maintenance: false },
      ...over,
    });
    const epoch = await estate.watching.claim('test');
    const last = { seenMs: Date.now(), snapshot: new Uint8Array() };
    await estate.watching.commit(epoch, {
      positions: [],
      quality: [],
      states: [
        { circuit: idOf('oak-main'), state: 'up', cause: 'none', sinceMs: outageMs + 3 * hour, ...last },
        { circuit: idOf('ash-main'), state: 'down', cause: 'link', sinceMs: openMs, ...last },
      ],
      intervals: [
        {
          circuit: idOf('oak-main'),
          fromMs: monthStartMs - 24 * hour,
          intervals: [
            { fromMs: monthStartMs - 24 * hour, toMs: outageMs, ...up },
            {
              ...{ fromMs: outageMs, toMs: outageMs + 3 * hour, state: 'down', cause: 'link' },
              evidence: evidence(outageMs, 'linkDown of ge-0/0/2'),
            },
            { fromMs: outageMs + 3 * hour, toMs: null, ...up },
          ],
        },
        {
          circuit: idOf('ash-main'),
          fromMs: monthStartMs - 24 * hour,
          intervals: [
            { fromMs: monthStartMs - 24 * hour, toMs: openMs, ...up },
            {
              fromMs: openMs,
              toMs: null,
              state: 'down',
              cause: 'link',
              evidence: evidence(openMs, 'linkDown of wan1'),
            },
          ],
        },
      ],
      incidents: [
        watched('Oak main line', 'oak-main', {
          ...{ state: 'resolved', startedMs: outageMs, endedMs: outageMs + 3 * hour },
          ...{ detectedMs: outageMs + 900, resolvedMs: outageMs + 3 * hour },
        }),
        watched('Ash main line', 'ash-main', {}),
      ],
      entries: [
        {
          incident: 'Ash main line',
          key: 'opened',
          atMs: openMs,
          kind: 'opened',
          text: 'linkDown of wan1',
          detail: {},
        },
      ],
    });
    const made = await sql(url, 'SELECT id, key FROM incident');
    const number = (key: string): number => made.find((each) => each['key'] === key)!['id'] as number;
    incident.over = number('Oak main line');
    incident.open = number('Ash main line');
  }

  async function open(route: string, width = 1280, dark = false): Promise<Page> {
    const page = await context.newPage();
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(`${api.url}${route}`);
    return page;
  }
  const contractual = async (): Promise<number | null> => {
    const response = await fetch(`${api.url}/api/v1/sla/circuits/oak-main?month=${month}`);
    return ((await response.json()) as CircuitSla).figures.contractualPercent;
  };

  it('shows on the wall which academy is down, and nothing else when asked for trouble', async () => {
    const page = await open('/?sort=worst');
    const tile = page.locator('[data-academy="ash"]');
    await tile.getByText(/^Down/).waitFor();
    expect(await tile.getAttribute('aria-label')).toMatch(/^Ashgrove: down for 2 h/);
    expect(await page.locator('[data-academy]').first().getAttribute('data-academy')).toBe('ash');
    expect(await page.locator('[data-lines="down"] dd').textContent()).toBe('1');
    await page.getByLabel(/With trouble \(1\)/).check();
    await until('only it is shown', async () => (await page.locator('[data-academy]').count()) === 1);
    await page.close();
  });

  it('leads from the list to an incident by keyboard, which is acknowledged until a time', async () => {
    const page = await open('/incidents');
    await page.locator(`[data-incident="${incident.over}"] a`).waitFor();
    await page.locator(`[data-incident="${incident.open}"] a`).focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate('document.activeElement.textContent')).toContain('Oak main line');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/incidents/${incident.open}$`));
    await page.getByRole('button', { name: 'Acknowledge…' }).click();
    await page.getByLabel('Until (UK time)').fill('2020-01-01T00:00');
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await page.getByText('Until is in the past.').waitFor();
    await page.getByLabel('Until (UK time)').fill('');
    await page.getByLabel('Note').fill('Engineer called');
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await page.getByText('Acknowledge: done').first().waitFor();
    await page.locator('[data-entry="acknowledged"]').getByText('Engineer called').waitFor();
    expect(await page.getByRole('button', { name: 'Take back the acknowledgement' }).count()).toBe(1);
    await page.close();
  });

  it('shows what someone else changed meanwhile before it is sent again', async () => {
    const page = await open(`/incidents/${incident.open}`);
    await page.getByRole('button', { name: 'Assign…' }).click();
    await page.getByLabel('Person or team').fill('Night shift');
    const other = await fetch(`${api.url}/api/v1/incidents/${incident.open}/actions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ action: 'ticket', reference: 'HD-77' }),
    });
    expect(other.status).toBe(200);
    // The browser tells of every refusal on its console.
    const before = faults.length;
    await page.getByRole('button', { name: 'Assign', exact: true }).click();
    const panel = page.getByRole('alert').filter({ hasText: 'changed while you were writing' });
    await panel.waitFor();
    expect(await panel.textContent()).toMatch(/Ticket: .*none.*HD-77/s);
    faults.splice(before);
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByText('Assign: done').first().waitFor();
    await page.locator('dd').getByText('assigned to Night shift').waitFor();
    await page.close();
  });

  it('leaves an outage out of the figures, which change at once', async () => {
    expect(await contractual()).toBeLessThan(99.95);
    const page = await open(`/sla/academies/oak?month=${month}`);
    const card = page.locator('[data-circuit="oak-main"]');
    const figure = card.locator('[data-figure="By contract"]');
    const was = (await figure.textContent())?.trim();
    expect(was).toMatch(/^99\.\d{3}%$/);
    await card.getByText('missed').waitFor();
    await card.getByRole('link', { name: `Incident ${incident.over}` }).click();
    await page.getByRole('button', { name: 'Leave out of the figures…' }).click();
    await page.getByLabel('What the contract excuses').selectOption('site-power');
    await page.getByRole('button', { name: 'Leave out of the figures', exact: true }).click();
    await page.getByText('A reason is needed.').waitFor();
    await page.getByLabel('Why').fill('Power cut in the street');
    await page.getByRole('button', { name: 'Leave out of the figures', exact: true }).click();
    await page.locator('[data-exclusion="site-power"]').waitFor();
    await page.goBack();
    await until('the figure has changed', async () => (await figure.textContent())?.trim() === '100%');
    expect(await contractual()).toBe(100);
    await page.close();
  });

  it('opens a percentage of the matrix down to its evidence', async () => {
    const page = await open(`/sla`);
    const cell = page.locator(`[data-academy="oak"] [data-month="${month}"] a`);
    await cell.focus();
    expect(await cell.getAttribute('aria-label')).toMatch(
      /100% by contract of 99.95%, target met; 99\.\d{3}% as measured/,
    );
    await page.keyboard.press('ArrowUp');
    const focused = (name: string): Promise<unknown> =>
      until(`the keys move to ${name}`, () =>
        page.evaluate<boolean>(
          `document.activeElement.ariaLabel?.startsWith('${name}, ') && document.activeElement.closest('td').dataset.month === '${month}'`,
        ),
      );
    await focused('Ashgrove');
    await page.keyboard.press('ArrowDown');
    await focused('Oakfield');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /^As measured of Oak main line: 99\.\d{3}%/ }).click();
    await page.getByRole('heading', { name: /what its figures rest on/ }).waitFor();
    const row = page.locator('[data-interval="down"]');
    await row.waitFor();
    expect(await row.textContent()).toContain('3 h 00 min');
    await row.getByText('Evidence (1)').click();
    await row.getByText('linkDown of ge-0/0/2').waitFor();
    await page.getByText('Power cut in the street').waitFor();
    expect(await page.getByRole('img', { name: /Oak main line.*down 3 h 00 min/ }).count()).toBe(1);
    await page.close();
  });

  it('plans maintenance that recurs, shows it in the calendar, and cancels it', async () => {
    const page = await open('/maintenance');
    await page.getByText('None has been planned.').waitFor();
    await page.getByRole('button', { name: 'Plan maintenance' }).click();
    await page.getByLabel('What is done').fill('Core router upgrade');
    await page.getByLabel('For', { exact: true }).selectOption('provider');
    await page.getByRole('combobox', { name: 'Which' }).fill('acm');
    await page.getByRole('option', { name: 'Acme' }).click();
    const next = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 8));
    // The second Sunday of next month.
    next.setUTCDate(8 + ((7 - next.getUTCDay()) % 7));
    const day = next.toISOString().slice(0, 10);
    await page.getByLabel('Begins (UK time)').fill(`${day}T01:00`);
    await page.getByLabel('Ends (UK time)').fill(`${day}T05:00`);
    await page.getByLabel('Repeats').selectOption('monthly-weekday');
    await page.getByRole('button', { name: 'Plan it' }).click();
    await page.getByText('Core router upgrade is saved.').waitFor();
    const list = (await (await fetch(`${api.url}/api/v1/maintenance`)).json()) as MaintenanceList;
    expect(list.maintenances).toMatchObject([
      { title: 'Core router upgrade', scope: { kind: 'provider', id: 'acme' }, rrule: 'FREQ=MONTHLY;BYDAY=2SU' },
    ]);
    await page.getByText('every month on the second Sunday').waitFor();
    await page.getByRole('button', { name: 'Month after' }).click();
    await page.locator(`[data-day="${day}"]`).getByText('Core router upgrade').waitFor();
    await page.getByRole('button', { name: 'Cancel Core router upgrade' }).click();
    await page.getByRole('button', { name: 'Cancel the maintenance' }).click();
    await page.getByText('Core router upgrade is cancelled.').waitFor();
    await until(
      'it is no longer in the calendar',
      async () => (await page.locator(`[data-day="${day}"]`).getByText('Core router upgrade').count()) === 0,
    );
    await page.close();
  });

  it('issues the report of a month, and says when what is known now differs', async () => {
    const page = await open(`/reports?month=${month}`);
    await page.getByText('It has not been issued').waitFor();
    await page.getByRole('button', { name: 'Issue the report…' }).click();
    await page.getByRole('button', { name: 'Issue', exact: true }).click();
    await page.locator(`[data-issue="${month} 1"]`).waitFor();
    await page.goto(`${api.url}/incidents/${incident.over}`);
    await page.getByRole('button', { name: 'Count it again…' }).click();
    await page.getByLabel('Why').fill('The power was on');
    await page.getByRole('button', { name: 'Count it again', exact: true }).click();
    await page.locator('[data-exclusion=""]').waitFor();
    await page.goto(`${api.url}/reports?month=${month}`);
    await page.getByText('What is known now differs from what was issued.').waitFor();
    await page.getByRole('button', { name: 'Issue a corrected report…' }).click();
    await page.getByLabel('Why it is corrected').fill('The power was on');
    await page.getByRole('button', { name: 'Issue', exact: true }).click();
    await page.locator(`[data-issue="${month} 2"]`).getByText('The power was on').waitFor();
    const html = await page.request.get(`${api.url}/api/v1/reports/${month}/html?number=1`);
    expect([html.status(), html.headers()['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    await page.close();
  });

  it('fits a phone, in the dark too, with a name for every control', async () => {
    const routes = ['/', '/incidents', `/incidents/${incident.open}`, '/maintenance?new=yes', '/sla', '/reports'];
    for (const route of [...routes, `/sla/academies/oak?month=${month}`, `/sla/circuits/oak-main?month=${month}`]) {
      const page = await open(route, 360, true);
      await page.locator('h1').waitFor();
      await page.locator('main .panel:not(.ghost)').first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), route).toBe(true);
      const nameless = await page.evaluate<
        string[]
      >(`[...document.querySelectorAll('main :is(a, button, input, select, textarea)')]
        .filter((each) => !(each.getAttribute('aria-label') || each.textContent.trim() || each.labels?.length || each.title))
        .map((each) => each.outerHTML)`);
      expect(nameless, route).toEqual([]);
      expect(await page.locator('h1').count(), route).toBe(1);
      const twice = await page.evaluate<string[]>(`[...document.querySelectorAll('[id]')].map(({ id }) => id)
        .filter((id, i, all) => all.indexOf(id) !== i)`);
      expect(twice, route).toEqual([]);
      await page.close();
    }
  });

  it('logs no fault', () => {
    expect(faults).toEqual([]);
  });
});
