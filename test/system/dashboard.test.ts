/** The dashboard in a real browser. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExporterList } from '@linewatch/contract';
import { type Browser, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestExporter } from '../support/exporter.ts';
import { System, until } from '../support/system.ts';
import { findTool } from '../support/tools.ts';

const executablePath = findTool('chromium');

const estate = (academies: number): string =>
  [
    'trust: { name: Test Trust }',
    'providers: [{ id: acme, name: Acme }]',
    'academies:',
    ...Array.from({ length: academies }, (_, i) => `  - { id: school-${i}, name: School Number ${i}, phase: Primary }`),
    'circuits:',
    ...Array.from(
      { length: academies },
      (_, i) =>
        `  - { id: line-${i}, academy: school-${i}, provider: acme, committed: { down: 100M, up: 100M }, exporter: 127.40.${i >> 8}.${i & 255 || 0}, interface: { index: 2 } }`,
    ),
  ].join('\n');

describe.skipIf(!executablePath)('the dashboard (chromium)', () => {
  let system: System;
  let browser: Browser;
  const faults: string[] = [];
  beforeAll(async () => {
    system = await System.start();
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    });
  });
  afterAll(async () => {
    await browser.close();
    await system.destroy();
  });

  async function open(route: string, options: { width?: number; dark?: boolean } = {}): Promise<Page> {
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1280, height: 800 },
      colorScheme: options.dark ? 'dark' : 'light',
    });
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(`${system.url}${route}`);
    return page;
  }

  it('tells an empty install where to send flows and how to import an estate', async () => {
    const page = await open('/');
    await page.getByText(String(system.ports.netflow)).first().waitFor();
    expect(await page.textContent('body')).toContain('linewatch import');
    await page.close();
  });

  it('shows a datagram as bandwidth of its academy within seconds, without a reload', async () => {
    const file = path.join(system.directory, 'estate.yaml');
    writeFileSync(file, estate(40));
    expect(await system.run('import', file)).toMatchObject({ code: 0 });
    const page = await open('/');
    const tile = page.locator('[data-academy="school-7"]');
    await tile.waitFor();
    expect(await tile.textContent()).toMatch(/awaiting/i);
    const exporter = await TestExporter.open('127.40.0.7', system.ports.netflow, 9);
    await exporter.template();
    await exporter.flows([{ octets: 75_000_000, inIf: 2, outIf: 1, agoMs: [2000, 0] }]);
    // 75 MB in the last minute: 10 Mbit/s.
    await until('the tile shows it', async () => /10(\.0)? Mbit\/s/.test((await tile.textContent()) ?? ''), 15_000);
    expect(await tile.textContent()).toMatch(/reporting/i);
    exporter.close();
    await page.close();
  });

  it('shows each of five academies that begin to send soon after the datagram', async () => {
    const page = await open('/');
    await page.locator('[data-academy="school-9"]').waitFor();
    // When each tile first said that its academy reports, by the page's clock, which is ours.
    await page.evaluate(`
      window.reportingSinceMs = {};
      new MutationObserver(() => {
        for (const tile of document.querySelectorAll('[data-academy]'))
          if (/reporting/i.test(tile.textContent)) window.reportingSinceMs[tile.dataset.academy] ??= Date.now();
      }).observe(document.body, { subtree: true, childList: true, characterData: true });`);
    for (const number of [9, 10, 11, 12, 13]) {
      const exporter = await TestExporter.open(`127.40.0.${number}`, system.ports.netflow, 9);
      await exporter.template();
      const sentMs = Date.now();
      await exporter.flows([{ octets: 750_000, inIf: 2, outIf: 1, agoMs: [1000, 0] }]);
      const shownMs = await until(
        `the tile of school-${number} shows it`,
        () => page.evaluate<number | undefined>(`window.reportingSinceMs['school-${number}']`),
        15_000,
      );
      exporter.close();
      // It is to take under 2 s; a busy machine gets more.
      expect(shownMs - sentMs).toBeGreaterThan(0);
      expect(shownMs - sentMs).toBeLessThan(5000);
    }
    await page.close();
  });

  it('opens an academy by keyboard, with its chart, figures and circuits', async () => {
    const page = await open('/', { dark: true });
    await page.locator('[data-academy="school-7"]').waitFor();
    await page.locator('[data-academy="school-7"] a, a[data-academy="school-7"]').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/academies\/school-7/);
    await page.getByRole('heading', { name: 'School Number 7' }).waitFor();
    await page.locator('canvas').first().waitFor();
    await page.getByRole('slider').waitFor();
    const text = (await page.textContent('main')) ?? '';
    expect(text).toContain('95th percentile');
    expect(text).toContain('100 Mbit/s');
    await page.locator('[data-circuit="line-7"]').waitFor();
    await page.close();
  });

  it('shows the exporters from the header, by keyboard, with what to do about one', async () => {
    const page = await open('/');
    await page.getByRole('link', { name: 'Exporters' }).click();
    await page.waitForURL(/\/exporters$/);
    const row = page.locator('[data-exporter="127.40.0.7"]');
    await row.waitFor({ timeout: 30_000 });
    expect(await row.textContent()).toMatch(/School Number 7.*Reporting.*NetFlow v9.*1 template/s);
    await row.getByRole('button').first().focus();
    await page.keyboard.press('Enter');
    await row.getByText('It does not say how it samples').waitFor();
    expect(await row.textContent()).toMatch(/= 2 decoded\s+\+ 0 held \+ 0 rejected/);
    await page.getByRole('button', { name: 'Exporter', exact: true }).click();
    expect(await page.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('ascending');
    await page.keyboard.press('/');
    await page.keyboard.type('40.0.12');
    await until('the search narrows the list', async () => (await page.locator('[data-exporter]').count()) === 1);
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await page.evaluate('document.documentElement.scrollWidth > window.innerWidth')).toBe(false);
    await page.close();
  });

  it('shows a long list of exporters a part at a time', async () => {
    const whole = await system.json<ExporterList>('/api/v1/exporters');
    const exporters = Array.from({ length: 600 }, (_, i) => ({
      ...whole.exporters[0]!,
      address: `127.41.${i >> 8}.${i & 255}`,
    }));
    const page = await open('/');
    await page.route('**/api/v1/exporters', (route) => route.fulfill({ json: { ...whole, exporters } }));
    await page.goto(`${system.url}/exporters`);
    const rows = page.locator('[data-exporter]');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(250);
    await page.getByText('The first 250 of 600').waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    expect(await rows.count()).toBe(500);
    await page.close();
  });

  it('fits a phone without sideways scrolling, and an unknown page says so', async () => {
    const page = await open('/', { width: 360 });
    await page.locator('[data-academy="school-7"]').waitFor();
    const wide = await page.evaluate('document.documentElement.scrollWidth > window.innerWidth');
    expect(wide).toBe(false);
    await page.goto(`${system.url}/nowhere`);
    await page
      .getByText(/not found|no such page/i)
      .first()
      .waitFor();
    await page.close();
  });

  it('said nothing on the console in all of this', () => {
    expect(faults).toEqual([]);
  });
});
