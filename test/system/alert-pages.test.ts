/** The pages of alerts in a real browser, with a real notifier: a receiver is set up, tried, told and silenced as a person does. */
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { AlertRuleList, Change, DeliveryList } from '@linewatch/contract';
import { type Estate, createEstate } from '@linewatch/estate';
import { NotifierConfig, createNotifier } from '../../apps/notifier/src/index.ts';
import { type App, Metrics, checkValue, createLogger } from '@linewatch/service';
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessOptions } from '../../apps/api/src/access/services.ts';
import { type Running, startApi } from '../../apps/api/src/testing/api.ts';
import { freePort } from '../../apps/linewatch/src/engines/engine.ts';
import { type Server, servers, sql } from '../support/postgres.ts';
import { Receiver } from '../support/receiver.ts';
import { temporaryDirectory, until } from '../support/system.ts';
import { findTool } from '../support/tools.ts';

const executablePath = findTool('chromium');
const dist = path.join(import.meta.dirname, '../../apps/dashboard/dist');
const trust = 'main';
const loopback = ['127.0.0.0/8'];

describe.skipIf(!executablePath || !existsSync(dist))('the pages of alerts (chromium)', () => {
  const logger = createLogger('alert-pages', 'silent');
  const key = randomBytes(32);
  const receiver = new Receiver();
  let directory: string;
  let server: Server;
  let estate: Estate;
  let api: Running;
  let notifier: App;
  let browser: Browser;
  let context: BrowserContext;
  let incident = 0;
  const faults: string[] = [];

  beforeAll(async () => {
    directory = temporaryDirectory('alert-pages');
    await receiver.start();
    server = await servers[0]!.start(directory, await freePort());
    await sql(server.url, 'CREATE DATABASE pages');
    const url = server.url.replace(/[^/]*$/, 'pages');
    estate = createEstate({ url, logger, secretKey: key });
    await estate.migrate();
    await sql(url, `INSERT INTO trust (slug, key, name) VALUES ($1, 1, 'Test Trust')`, [trust]);
    const changes: Change[] = [
      ['provider', 'acme', { name: 'Acme', faultLine: '0800 111111' }],
      ['academy', 'oak', { name: 'Oakfield', pupils: 210 }],
      ['circuit', 'oak-main', { name: 'Oak main line', academy: 'oak', provider: 'acme' }],
    ].map(([kind, id, values]) => ({ kind, id, op: 'create', values: { id, ...(values as object) } }) as Change);
    const actor = { account: null, name: 'Test', via: 'command', address: null } as const;
    expect((await estate.records.apply(actor, changes, { trust })).problems).toEqual([]);
    const checked = checkValue({ allowNetworks: loopback, retrySeconds: [0.2] }, NotifierConfig);
    if (!('value' in checked)) throw new Error(JSON.stringify(checked.problems));
    notifier = createNotifier({ config: checked.value, estate, metrics: new Metrics('notifier'), logger });
    await notifier.start();
    const note: AccessOptions['note'] = (who, event) => estate.records.note(who, event);
    api = await startApi({
      ...{ estate, trust, access: { people: estate.people, note, key } },
      outward: { allowNetworks: loopback, allowHttp: false },
      // What a rule would have done is tested where it is reckoned; here, that the page asks for the rule as it is written.
      previewRule: (_, rule, month) =>
        Promise.resolve({
          ...{ fromMs: 0, toMs: 1, fired: rule.settings['percent'] === 42 ? 3 : 0, alerts: [] },
          remarks: [`Of ${month ?? 'no month'}.`],
        }),
    });
    cpSync(dist, path.join(api.directory, 'dashboard'), { recursive: true });
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    });
    context = await browser.newContext({ locale: 'en-GB' });
    context.setDefaultTimeout(10_000);
  });
  afterAll(async () => {
    await browser.close();
    await api.stop();
    await notifier.stop();
    await estate.close();
    await server.stop();
    await receiver.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function open(route: string): Promise<Page> {
    const page = await context.newPage();
    await page.setViewportSize({ width: 1280, height: 900 });
    page.on('pageerror', (error) => faults.push(error.message));
    await page.goto(`${api.url}${route}`);
    return page;
  }
  const read = async <T>(route: string): Promise<T> => (await (await fetch(`${api.url}${route}`)).json()) as T;

  /** Oakfield's line goes down: the watcher's word. */
  async function breakLine(): Promise<void> {
    const [row] = await sql(server.url.replace(/[^/]*$/, 'pages'), 'SELECT id, trust_id AS trust FROM circuit');
    const epoch = await estate.watching.claim('test');
    const atMs = Date.now() - 60_000;
    await estate.watching.commit(epoch, {
      ...{ positions: [], states: [], intervals: [], entries: [], quality: [] },
      incidents: [
        {
          ...{ key: 'oak', trust: row!['trust'] as number, kind: 'outage', state: 'open', severity: 'critical' },
          ...{ cause: 'link', title: 'Oakfield: Oak main line is down', circuit: row!['id'] as number, academy: null },
          ...{ provider: null, parent: null, startedMs: atMs, endedMs: null, detectedMs: atMs, resolvedMs: null },
          ...{ flaps: 0, backupCarried: false, maintenance: false },
        },
      ],
    });
  }

  it('tries a receiver before it is saved, and shows request and answer', async () => {
    const page = await open('/subscriptions');
    await page.getByText('Nobody is told of anything yet.').waitFor();
    await page.getByRole('link', { name: 'Tell someone' }).click();
    await page.locator('[data-format="webhook"]').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('A name is needed.').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Trust helpdesk');
    await page.getByLabel('Address').fill(receiver.url);
    await page.getByLabel('Signing secret').fill(receiver.secret);
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.locator('[data-result="preview"]').getByText(`POST ${receiver.url}`).waitFor();
    expect(receiver.messages).toEqual([]);
    await page.getByRole('button', { name: 'Send test' }).click();
    const result = page.locator('[data-result="test"]');
    await result.locator('[data-exchange="0"]').waitFor();
    expect(await result.locator('[data-exchange="0"]').getAttribute('data-status')).toMatch(/^2\d\d$/);
    expect(await result.textContent()).not.toContain(receiver.secret);
    // The receiver has verified its signature.
    expect([receiver.messages.length, receiver.problems]).toEqual([1, []]);
    await page.getByRole('button', { name: 'Save' }).click();
    const once = page.getByRole('dialog', { name: 'The signing secret' });
    await once.getByText(receiver.secret).waitFor();
    await once.getByRole('button', { name: 'Done' }).click();
    await page.locator('[data-subscription="trust-helpdesk"]').waitFor();
    await page.close();
  });

  it('says who was told of what fires, and on the incident, with what went over the wire', async () => {
    await breakLine();
    await until('it is told', () => receiver.messages.length > 1);
    const { deliveries } = await until('the delivery is settled', async () => {
      const list = await read<DeliveryList>('/api/v1/alerts/deliveries');
      return list.deliveries[0]?.state === 'delivered' ? list : undefined;
    });
    incident = deliveries[0]!.incident!;
    const page = await open('/alerts');
    const alert = page.locator(`[data-alert$="/i${incident}"]`).first();
    await alert.getByRole('link', { name: 'Trust helpdesk' }).waitFor();
    await alert.getByRole('link', { name: /^Oakfield/ }).click();
    await page.locator('[data-told="trust-helpdesk"]').waitFor();
    await page.locator('[data-told="trust-helpdesk"]').getByRole('link', { name: 'Opened' }).click();
    await page.locator('[data-exchange="0"]').waitFor();
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByText('It is sent again.').waitFor();
    await page.goto(`${api.url}/deliveries?state=dead`);
    await page.getByText('Nothing in the log matches.').waitFor();
    await page.getByRole('button', { name: 'Show everything' }).click();
    await page.locator(`[data-delivery="${deliveries[0]!.id}"]`).waitFor();
    await page.close();
  });

  it('silences what fires, with a reason, and ends that', async () => {
    const page = await open('/alerts');
    await page
      .getByRole('link', { name: /^Silence Oakfield/ })
      .first()
      .click();
    await page.getByText('Covers 1 alert that fires now.').waitFor();
    await page.getByRole('button', { name: 'Silence', exact: true }).click();
    await page.getByText('Say why').waitFor();
    await page.getByLabel('Why').fill('Roof works');
    await page.getByRole('button', { name: 'Silence', exact: true }).click();
    const row = page.locator('[data-silence][data-state="active"]');
    await row.getByText('Roof works').waitFor();
    expect(await row.textContent()).toContain('Circuit is Oak main line');
    await page.getByRole('button', { name: 'End the silence Roof works now' }).click();
    await page.getByRole('button', { name: 'End it' }).click();
    await page.getByText('The silence is over.').waitFor();
    await page.close();
  });

  it('looks what a rule would have done before it is changed, and puts it back', async () => {
    const page = await open('/alert-rules');
    await page.locator('[data-rule="utilisation"] a').click();
    await page.getByLabel('Above (%)').fill('42');
    await page.getByRole('button', { name: 'Look' }).click();
    await page.locator('[data-preview="3"]').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Line is full is saved.').waitFor();
    const rule = async () =>
      (await read<AlertRuleList>('/api/v1/alerts/rules')).rules.find(({ id }) => id === 'utilisation');
    expect(await rule()).toMatchObject({ settings: { percent: 42 }, isDefault: false });
    await page.locator('[data-rule="utilisation"] a').click();
    await page.getByRole('button', { name: 'Back to how it came' }).click();
    await page.getByText('Line is full is what it was.').waitFor();
    expect(await rule()).toMatchObject({ settings: {}, isDefault: true });
    await page.close();
  });

  it('puts a status page on, whose address works for everyone', async () => {
    const page = await open('/status-pages');
    await page.getByRole('button', { name: 'Change Oakfield’s page' }).click();
    await page.getByLabel('Everyone who has the address sees it').check();
    await page.getByRole('button', { name: 'Save' }).click();
    const address = await page.locator('[data-academy="oak"] pre').textContent();
    const answer = await fetch(address!);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Oakfield')]);
    await page.close();
  });

  it('removes a subscription once it was asked, and no page had a fault', async () => {
    const page = await open('/subscriptions?subscription=trust-helpdesk');
    await page.getByRole('button', { name: 'Remove this subscription…' }).click();
    await page.getByRole('button', { name: 'Remove it' }).click();
    await page.getByText('Trust helpdesk is removed.').waitFor();
    expect(faults).toEqual([]);
    await page.close();
  });
});
