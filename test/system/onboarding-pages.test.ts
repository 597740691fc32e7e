/** From an empty install to graphs, by what a person does in a browser: the wizard, the import page and the inbox. */
import type { AcademyDetail, AcademyList, Traffic } from '@linewatch/contract';
import { type Browser, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestExporter } from '../support/exporter.ts';
import { startLoad } from '../support/load.ts';
import { System, until } from '../support/system.ts';
import { findTool } from '../support/tools.ts';

const executablePath = findTool('chromium');

describe.skipIf(!executablePath)('on-boarding in the dashboard (chromium)', () => {
  let system: System;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  const exporters: TestExporter[] = [];
  const loads: { stop: () => Promise<void> }[] = [];

  beforeAll(async () => {
    system = await System.start();
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(40_000);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
  });
  afterAll(async () => {
    await Promise.all(loads.map((load) => load.stop()));
    for (const exporter of exporters) exporter.close();
    await browser.close();
    await system.destroy();
  });

  /** A router that sends from now on; its interface 2 leads to the supplier. */
  async function router(address: string, ifName: string, ifAlias: string): Promise<TestExporter> {
    const exporter = await TestExporter.open(address, system.ports.ipfix, 10);
    exporters.push(exporter);
    await exporter.template();
    await exporter.name(2, ifName, ifAlias);
    loads.push(startLoad(exporter, 50));
    return exporter;
  }

  const recorded = async (academy: string, fromMs: number, toMs: number): Promise<number> => {
    const { inBps } = await system.json<Traffic>(
      `/api/v1/academies/${academy}/traffic?from=${fromMs}&to=${toMs}&step=60`,
    );
    return inBps.filter((bps) => bps !== null && bps > 0).length;
  };
  const button = (name: string | RegExp) => page.getByRole('button', { name });

  it('takes a new academy from its name to its graph, from an empty install', async () => {
    const beganMs = Math.floor(Date.now() / 60_000) * 60_000;
    const first = await router('127.42.0.1', 'ge-0/0/2', 'WAN oakfield');
    await first.flows([{ octets: 30_000_000, inIf: 2, outIf: 1, agoMs: [240_000, 200_000] }]);
    await page.goto(system.url);
    await page
      .getByRole('link', { name: /add (your first|an) academy/i })
      .first()
      .click();
    await page.waitForURL(/\/onboard$/);

    await page.getByLabel('Name of the academy').fill('Oakfield Primary');
    await page.getByLabel('Phase').selectOption('Primary');
    await page.getByLabel('Postcode').fill('nowhere');
    await page.keyboard.press('Enter');
    await page.getByText(/postcode such as/i).waitFor();
    await page.getByLabel('Postcode').fill('LS1 4AP');
    await button('Next').click();

    await page.getByRole('radio', { name: /^Primary school/ }).check();
    const suppliers = page.getByLabel('Supplier', { exact: true });
    await until('both lines are shown', async () => (await suppliers.count()) === 2);
    await suppliers.nth(0).fill('Northern Fibre');
    // A reload loses nothing of it.
    await page.reload();
    await until('both lines are there again', async () => (await suppliers.count()) === 2);
    expect(await suppliers.nth(0).inputValue()).toBe('Northern Fibre');
    await button('Back').click();
    expect(await page.getByLabel('Postcode').inputValue()).toBe('LS1 4AP');
    await button('Next').click();
    await suppliers.nth(1).fill('Hilltop Mobile');
    await button('Next').click();

    const heard = page.locator('[data-heard="127.42.0.1 2"]');
    await heard.waitFor();
    expect(await heard.textContent()).toMatch(/ge-0\/0\/2.*WAN oakfield.*heard \d+ s ago/s);
    await heard.getByRole('button', { name: /primary line/ }).click();
    // What is recorded before the mapping is shown as well.
    await until('flows are stored', async () => (await system.metric('linewatch_writer_rows_stored_total')) > 0);
    await button('Next').click();

    await page.locator('[data-made="academy"]').waitFor();
    expect(await page.locator('[data-made="circuit"]').count()).toBe(2);
    expect(await page.locator('[data-made="provider"]').count()).toBe(2);
    expect((await system.json<AcademyList>('/api/v1/academies')).academies).toEqual([]);
    await button('Make it').click();

    await page.getByRole('heading', { name: 'Oakfield Primary is on board' }).waitFor();
    await page.locator('main canvas').first().waitFor();
    await page.locator('main').getByText('Reporting').waitFor();
    const { circuits } = await system.json<AcademyDetail>('/api/v1/academies/oakfield-primary');
    expect(circuits.map(({ role, provider }) => ({ role, provider }))).toEqual([
      { role: 'primary', provider: 'Northern Fibre' },
      { role: 'backup', provider: 'Hilltop Mobile' },
    ]);
    await until(
      'what came before the mapping is its, too',
      async () => (await recorded('oakfield-primary', beganMs - 600_000, beganMs - 120_000)) > 0,
    );
    await page.getByRole('link', { name: 'Open Oakfield Primary' }).click();
    await page.getByRole('heading', { level: 1, name: 'Oakfield Primary' }).waitFor();
  });

  it('tells where a table is wrong, takes it mended, and takes it back', async () => {
    await page.goto(`${system.url}/import`);
    const rows = (postcode: string, phase: string): string =>
      [
        'Key,School name,Phase,Postcode,Colour',
        `hill-top,Hill Top,${phase},LS2 8AA,red`,
        `zoe,Zoë’s,Primary,${postcode},`,
      ].join('\r\n');
    const choose = (name: string, buffer: Buffer): Promise<void> =>
      page.locator('input[type=file]').first().setInputFiles({ name, mimeType: 'text/csv', buffer });

    // As Windows writes it.
    await choose('academies.csv', Buffer.from(rows('LS3', 'Tertiary').replace('’', '\x92'), 'latin1'));
    await page.getByText('read as ISO-8859-1').waitFor();
    await page.getByLabel('Column Key goes to').selectOption('id');
    await page.getByLabel('Column School name goes to').selectOption('name');
    const problem = (row: string, column: string) =>
      page.getByRole('row').filter({ hasText: row }).filter({ hasText: column });
    await problem('row 2', 'Phase').waitFor();
    await problem('row 3', 'Postcode').waitFor();
    expect(await page.getByText('not: Colour').count()).toBe(1);
    expect(await button(/^Import/).isDisabled()).toBe(true);
    const [download] = await Promise.all([page.waitForEvent('download'), button('Download as CSV').click()]);
    expect(download.suggestedFilename()).toMatch(/academies\.csv$/);

    await choose('academies.csv', Buffer.from(rows('LS3 1BB', 'Secondary')));
    await page.getByText('read as UTF-8').waitFor();
    await page.getByLabel('Column Key goes to').selectOption('id');
    await page.getByLabel('Column School name goes to').selectOption('name');
    await button('Import 2 academies').click();
    await page.getByRole('heading', { name: 'Imported' }).waitFor();
    const ids = async (): Promise<string[]> =>
      (await system.json<AcademyList>('/api/v1/academies')).academies.map(({ id }) => id).sort();
    await until('they are in the estate', async () => (await ids()).join() === 'hill-top,oakfield-primary,zoe');

    await button('Undo this import').click();
    await page.getByText(/^Undone: everything is as it was/).waitFor();
    await until('they are gone', async () => (await ids()).join() === 'oakfield-primary');
  });

  it('maps the next router by a rule that was made from an example', async () => {
    const response = await fetch(`${system.url}/api/v1/estate/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        changes: ['Elm Park', 'Birch Lane'].map((name) => {
          const id = name.toLowerCase().replace(' ', '-');
          return { kind: 'academy', id, op: 'create', values: { id, name } };
        }),
      }),
    });
    expect(await response.json()).toMatchObject({ applied: true });
    await router('127.42.0.2', 'ge-0/0/2', 'WAN elm-park');
    await page.goto(`${system.url}/inbox`);
    const example = page.locator('[data-interface="127.42.0.2 2"]');
    await example.waitFor();
    await example.getByRole('button', { name: /^Rule/ }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByLabel('Description (ifAlias) fits').inputValue()).toContain('(?P<academy>');
    await dialog.getByLabel('Supplier of a new circuit').selectOption({ label: 'Northern Fibre' });
    await dialog
      .getByText(/A new circuit|New circuit/)
      .first()
      .waitFor();
    await dialog.getByRole('checkbox', { name: /^Map at once/ }).check();
    await dialog.getByRole('button', { name: 'Save the rule' }).click();
    await dialog.waitFor({ state: 'detached' });
    await router('127.42.0.3', 'ge-0/0/2', 'WAN birch-lane');
    for (const id of ['elm-park', 'birch-lane'])
      await until(`${id} reports`, async () => {
        const { academy } = await system.json<AcademyDetail>(`/api/v1/academies/${id}`);
        return academy.state === 'reporting' && academy.inBps > 0;
      });
    await until('the inbox has them no more', async () => (await page.locator('[data-interface$=" 2"]').count()) === 0);
  });

  it('maps by hand, ignores and shows again', async () => {
    const other = await router('127.42.0.4', 'wan0', '');
    await other.name(2, 'wan0', 'Leased line');
    const row = page.locator('[data-interface="127.42.0.4 2"]');
    await row.waitFor();
    await row.getByRole('button', { name: /^Ignore/ }).click();
    await row.waitFor({ state: 'detached' });
    await button(/^Show again/).click();
    await row.waitFor();
    await row.getByRole('button', { name: /^Map…/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'A new academy' }).click();
    await dialog.getByLabel('Name of the new academy').fill('Willow Bank');
    await dialog.getByLabel('Supplier', { exact: true }).selectOption({ label: 'Northern Fibre' });
    await dialog.getByRole('button', { name: 'Map it' }).click();
    await dialog.waitFor({ state: 'detached' });
    await until('it reports', async () => {
      const { academy } = await system.json<AcademyDetail>('/api/v1/academies/willow-bank');
      return academy.state === 'reporting';
    });
  });

  it('fits a phone without sideways scrolling, and said nothing on the console', async () => {
    await page.setViewportSize({ width: 360, height: 800 });
    for (const path of ['/inbox', '/import', '/onboard']) {
      await page.goto(system.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth > window.innerWidth'), path).toBe(false);
    }
    expect(faults).toEqual([]);
  });
});
