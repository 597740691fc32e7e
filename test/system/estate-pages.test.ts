/** The pages of the estate's records in a real browser, on the whole system. */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ChangeResult, EstateRecord, Kind } from '@linewatch/contract';
import { type Browser, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { System, temporaryDirectory, until } from '../support/system.ts';
import { findTool } from '../support/tools.ts';

const executablePath = findTool('chromium');

/** In London's calendar, so many months from now, as the estate writes it. */
function dayIn(months: number): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 28)).toISOString().slice(0, 10);
}

describe.skipIf(!executablePath)('the pages of the estate (chromium)', () => {
  let system: System;
  let browser: Browser;
  let directory: string;
  const faults: string[] = [];

  beforeAll(async () => {
    directory = temporaryDirectory('estate-pages');
    const file = path.join(directory, 'estate.yaml');
    writeFileSync(
      file,
      'trust: { id: main, name: Test Trust }\nproviders: [{ id: filed, name: Filed, faultLine: 0113 496 0001 }]\n',
    );
    system = await System.start({ config: { estate: { sync: true, file } } });
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    });
    const academies = Array.from({ length: 6 }, (_, i) => ({
      kind: 'academy' as const,
      id: `school-${i}`,
      op: 'create',
      values: { id: `school-${i}`, name: `School ${i}`, phase: 'Primary', latitude: 53.8 + i / 10, longitude: -1.5 },
    }));
    await change([
      { kind: 'provider', id: 'acme', op: 'create', values: { id: 'acme', name: 'Acme', faultLine: '0113 496 0000' } },
      ...academies,
    ]);
  });
  afterAll(async () => {
    await browser.close();
    await system.destroy();
    rmSync(directory, { recursive: true, force: true });
  });

  async function change(changes: readonly { kind: Kind; id: string; op: string; values: unknown }[]): Promise<void> {
    const response = await fetch(`${system.url}/api/v1/estate/changes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ changes }),
    });
    const result = (await response.json()) as ChangeResult;
    expect(result).toMatchObject({ applied: true, problems: [] });
  }

  async function stored(kind: Kind, id: string): Promise<EstateRecord & { values: Record<string, unknown> }> {
    const response = await fetch(`${system.url}/api/v1/estate/records/${kind}/${id}`);
    expect(response.status).toBe(200);
    return (await response.json()) as EstateRecord & { values: Record<string, unknown> };
  }

  async function open(route: string, width = 1280): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
    await page.goto(`${system.url}${route}`);
    return page;
  }

  const cell = (page: Page, record: string, column: string) =>
    page.locator(`tr[data-record="${record}"] td[data-column="${column}"]`);

  it('adds a contract by its form, and tells what is missing at the field', async () => {
    const page = await open('/contracts');
    await page.getByRole('button', { name: 'New contract' }).click();
    await page.getByLabel('Name', { exact: false }).first().fill('Lines of the north');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const supplier = page.locator('[data-field="provider"]');
    await supplier.getByText('This is needed.').waitFor();
    await supplier.getByRole('combobox').fill('acm');
    await page.getByRole('option', { name: 'Acme' }).click();
    await page.locator('[data-field="end"] input').fill(dayIn(8));
    await page.locator('[data-field="noticeMonths"] input').fill('3');
    await page.getByRole('button', { name: 'Add to Prices' }).click();
    await page.locator('[data-field="prices.0.from"] input').fill('2025-01-01');
    await page.locator('[data-field="prices.0.monthly"] input').fill('1234.567');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.locator('[data-field="prices.0.monthly"]').getByText('an amount in pounds').waitFor();
    await page.locator('[data-field="prices.0.monthly"] input').fill('1000');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Lines of the north is saved.').waitFor();
    expect((await stored('contract', 'lines-of-the-north')).values).toMatchObject({
      provider: 'acme',
      noticeMonths: 3,
      prices: [{ from: '2025-01-01', monthly: expect.stringMatching(/^1000(\.00)?$/) as string }],
    });
    await until('the year’s cost is in the list', async () =>
      ((await cell(page, 'lines-of-the-north', 'yearly').textContent()) ?? '').includes('£12,000'),
    );
    await page.close();
  });

  it('the plan shows the day to give notice, and leads to the contract', async () => {
    const page = await open('/plan?months=12');
    const notice = page.locator('[data-plan="contract/lines-of-the-north/notice"]');
    await notice.waitFor();
    expect(await notice.textContent()).toContain('£12,000 a year');
    await notice.getByRole('link', { name: 'Lines of the north' }).click();
    await page.getByRole('heading', { name: 'What is next' }).waitFor();
    await page.close();
  });

  it('changes a cell in place by keyboard: Enter saves, Escape does not', async () => {
    const page = await open('/academies');
    const pupils = cell(page, 'school-1', 'pupils');
    await pupils.click();
    await page.keyboard.press('Enter');
    await pupils.locator('input').fill('many');
    await page.keyboard.press('Enter');
    await pupils.getByText('a whole number from 0 to 100,000').waitFor();
    await pupils.locator('input').fill('321');
    await page.keyboard.press('Enter');
    await page.getByText('Pupils of School 1 is saved.').waitFor();
    expect((await stored('academy', 'school-1')).values['pupils']).toBe(321);

    const phase = cell(page, 'school-1', 'phase');
    await phase.dblclick();
    await phase.locator('select').selectOption('Secondary');
    await page.keyboard.press('Escape');
    await until('the cell is as it was', async () => (await phase.textContent())?.trim() === 'Primary');
    expect((await stored('academy', 'school-1')).values['phase']).toBe('Primary');
    await page.close();
  });

  it('two people change one record: what both changed is chosen, the rest of both stands', async () => {
    const ann = await open('/academies/school-2/estate?edit=yes');
    const ben = await open('/academies/school-2/estate?edit=yes');
    for (const page of [ann, ben]) await page.locator('[data-field="name"] input').waitFor();
    await ann.locator('[data-field="name"] input').fill('By Ann');
    await ann.locator('[data-field="town"] input').fill('Leeds');
    await ben.locator('[data-field="name"] input').fill('By Ben');
    await ben.locator('[data-field="street"] input').fill('1 School Lane');
    await ann.getByRole('button', { name: 'Save', exact: true }).click();
    await ann.getByText('By Ann is saved.').waitFor();

    await ben.getByRole('button', { name: 'Save', exact: true }).click();
    const panel = ben.getByRole('alert').filter({ hasText: 'while you were writing' });
    await panel.waitFor();
    const text = (await panel.textContent()) ?? '';
    for (const said of ['School 2', 'By Ann', 'By Ben', 'Leeds']) expect(text).toContain(said);
    await panel.getByRole('radio', { name: 'Theirs for Name' }).check();
    await panel.getByRole('button', { name: 'Save with what is chosen' }).click();
    await ben.getByText('By Ann is saved.').waitFor();
    expect((await stored('academy', 'school-2')).values).toMatchObject({
      name: 'By Ann',
      town: 'Leeds',
      street: '1 School Lane',
    });
    await ann.close();
    await ben.close();
  });

  it('asks before what is not saved is left', async () => {
    const page = await open('/academies/school-3/estate?edit=yes');
    await page.locator('[data-field="town"] input').fill('York');
    const asked: string[] = [];
    page.once('dialog', (dialog) => {
      asked.push(dialog.message());
      void dialog.dismiss();
    });
    await page.getByRole('link', { name: 'Suppliers' }).click();
    await until('it has asked', () => asked.length === 1);
    expect(asked[0]).toContain('not saved');
    expect(await page.locator('[data-field="town"] input').inputValue()).toBe('York');
    page.once('dialog', (dialog) => void dialog.accept());
    await page.getByRole('link', { name: 'Suppliers' }).click();
    await page.getByRole('heading', { name: 'Suppliers' }).waitFor();
    expect((await stored('academy', 'school-3')).values['town']).toBeUndefined();
    await page.close();
  });

  it('changes many at once after a trial, and undoes it', async () => {
    const page = await open('/academies');
    await page.getByLabel('Choose School 0', { exact: true }).check();
    await page.getByLabel('Choose School 4', { exact: true }).click({ modifiers: ['Shift'] });
    await page.getByText(/^\d+ chosen$/).waitFor();
    const count = Number(((await page.getByText(/^\d+ chosen$/).textContent()) ?? '').split(' ')[0]);
    expect(count).toBeGreaterThanOrEqual(4);
    await page.getByRole('button', { name: 'Change one field of all' }).click();
    await page.getByLabel('Set', { exact: true }).selectOption('phase');
    await page.getByLabel('New value of Phase').selectOption('All-through');
    await page.getByRole('button', { name: 'Show what would change' }).click();
    await page.getByRole('button', { name: `Change ${count} academies` }).waitFor();
    // The trial changes nothing.
    expect((await stored('academy', 'school-4')).values['phase']).toBe('Primary');
    await page.getByRole('button', { name: `Change ${count} academies` }).click();
    await page.getByText(`Phase of ${count} academies is changed.`).waitFor();
    expect((await stored('academy', 'school-4')).values['phase']).toBe('All-through');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Undone: everything is as it was before.').waitFor();
    expect((await stored('academy', 'school-4')).values['phase']).toBe('Primary');
    expect((await cell(page, 'school-4', 'phase').textContent())?.trim()).toBe('Primary');
    await page.close();
  });

  it('tells of each record why many cannot be changed at once, and changes none', async () => {
    await change([
      { kind: 'academy', id: 'urn-holder', op: 'create', values: { id: 'urn-holder', name: 'Urn', urn: 123_456 } },
    ]);
    const page = await open('/academies');
    await page.getByLabel('Choose School 0', { exact: true }).check();
    await page.getByLabel('Choose School 4', { exact: true }).check();
    await page.getByRole('button', { name: 'Change one field of all' }).click();
    await page.getByLabel('Set', { exact: true }).selectOption('urn');
    await page.getByLabel('New value of URN').fill('123456');
    await page.getByRole('button', { name: 'Show what would change' }).click();
    await page.getByText(/Not possible for \d academ/).waitFor();
    expect(await page.getByRole('button', { name: /^Change \d/ }).count()).toBe(0);
    expect((await stored('academy', 'school-0')).values['urn']).toBeUndefined();
    await page.close();
  });

  it('ends a record, finds it among what ended, and takes it up again', async () => {
    const page = await open('/academies/school-5/estate?edit=yes');
    await page.getByRole('button', { name: 'End…' }).click();
    await page.getByRole('button', { name: 'End', exact: true }).click();
    await page.getByText('School 5 has ended.').waitFor();
    await page.getByRole('link', { name: 'All academies' }).click();
    await page.locator('tr[data-record="school-4"]').waitFor();
    expect(await page.locator('tr[data-record="school-5"]').count()).toBe(0);
    await page.getByLabel(/Show what ended/).check();
    await page.locator('tr[data-record="school-5"]').getByRole('link').click();
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByRole('button', { name: 'Take up again…' }).click();
    await page.getByRole('button', { name: 'Take up again', exact: true }).click();
    await page.getByText('School 5 goes on.').waitFor();
    expect((await stored('academy', 'school-5')).ended).toBeNull();
    await page.close();
  });

  it('shows academies on the map: by keyboard to one of them', async () => {
    const page = await open('/academies?view=map');
    const map = page.getByRole('region', { name: /^Map of \d+ academies/ });
    await map.focus();
    for (const key of ['+', '+', 'ArrowUp', '-', '0']) await page.keyboard.press(key);
    const mark = page.getByRole('button', { name: /^School \d: awaiting data$/ }).first();
    await mark.waitFor();
    await mark.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/academies\/school-\d\/estate/);
    await page.close();
  });

  it('is cards without a sideways scroll on a phone', async () => {
    for (const route of ['/academies', '/contracts', '/plan', '/academies/school-1/estate', '/circuits?new=yes']) {
      const page = await open(route, 390);
      await page.locator('h1').waitFor();
      await page.locator('tr[data-record], [data-plan], [data-related], form[novalidate]').first().waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), route).toBe(true);
      await page.close();
    }
  });

  it('shows what comes from the estate file, says so, and does not change it', async () => {
    const page = await open('/suppliers');
    const name = cell(page, 'filed', 'name');
    await name.getByText('from the file').waitFor();
    const faultEmail = cell(page, 'filed', 'faultEmail');
    await faultEmail.dblclick();
    expect(await faultEmail.locator('input').count()).toBe(0);
    await name.getByRole('link').click();
    await page.getByText('comes from the estate file').waitFor();
    expect(await page.locator('[data-field="name"] input').isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Save', exact: true }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'End…' }).count()).toBe(0);
    await page.close();
  });

  it('logs no fault', () => {
    expect(faults).toEqual([]);
  });
});
