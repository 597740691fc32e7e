/** Signing in, people and the audit log in a real browser, from an install without anyone to a reader of one academy. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { System, until } from '../support/system.ts';
import { findTool } from '../support/tools.ts';
import { totpCode } from '../support/totp.ts';

const executablePath = findTool('chromium');

const estate = `
trust: { name: Test Trust }
providers: [{ id: acme, name: Acme }]
academies:
  - { id: north, name: Northfield Primary }
  - { id: south, name: Southgate Academy }
circuits:
  - { id: north-line, academy: north, provider: acme, exporter: 192.0.2.1, interface: { index: 2 } }
  - { id: south-line, academy: south, provider: acme, exporter: 192.0.2.2, interface: { index: 2 } }
`;
const admin = { name: 'Ada Admin', email: 'ada@trust.example', password: 'four words that nobody joins' };
const reader = { name: 'Ravi Reader', email: 'ravi@north.example', password: 'another four unlikely words' };

describe.skipIf(!executablePath)('the pages of people and access (chromium)', () => {
  let system: System;
  let browser: Browser;
  let admins: BrowserContext;
  let readers: BrowserContext;
  let asAdmin: Page;
  let asReader: Page;
  /** Where the reader sets a password. */
  let invitation = '';
  const faults: string[] = [];

  async function someone(): Promise<[BrowserContext, Page]> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      // A refused request is a line of the browser's own.
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) faults.push(message.text());
    });
    return [context, page];
  }

  async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  async function signOut(page: Page): Promise<void> {
    await page.getByRole('navigation').getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  }

  beforeAll(async () => {
    system = await System.start();
    const file = path.join(system.directory, 'estate.yaml');
    writeFileSync(file, estate);
    expect(await system.run('import', file)).toMatchObject({ code: 0 });
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    });
    [admins, asAdmin] = await someone();
    [readers, asReader] = await someone();
  });
  afterAll(async () => {
    await admins.close();
    await readers.close();
    await browser.close();
    await system.destroy();
  });

  it('says that anyone may do everything until the first administrator is there, and makes one by the link', async () => {
    await asAdmin.goto(`${system.url}/`);
    await asAdmin.getByText('No administrator yet.').waitFor();
    const link = await until('the set-up link is told', () => /\/setup#token=[\w-]+/.exec(system.output)?.[0]);
    // The same page but for what is after "#" would not be loaded anew.
    await asAdmin.goto('about:blank');
    await asAdmin.goto(`${system.url}${link}`);
    await asAdmin.getByLabel('Your name').fill(admin.name);
    await asAdmin.getByLabel('E-mail address').fill(admin.email);
    await asAdmin.getByLabel('Password', { exact: true }).fill(admin.password);
    await asAdmin.getByLabel('Password again').fill(admin.password);
    await asAdmin.getByRole('button', { name: 'Create the account' }).click();
    await asAdmin.locator('[data-academy="south"]').waitFor();
    expect(await asAdmin.getByText('No administrator yet.').count()).toBe(0);
    expect(await asAdmin.getByRole('navigation').textContent()).toMatch(/Ada Admin/);
  });

  it('adds a reader of one academy and shows the link for the password once', async () => {
    await asAdmin.getByRole('link', { name: 'People' }).click();
    await asAdmin.getByRole('button', { name: 'Add an account' }).click();
    const dialog = asAdmin.getByRole('dialog', { name: 'Add an account' });
    await dialog.getByLabel('Name', { exact: true }).fill(reader.name);
    await dialog.getByLabel('E-mail address').fill(reader.email);
    expect(await dialog.getByRole('button', { name: 'Add the account' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Northfield Primary').check();
    await dialog.getByRole('button', { name: 'Add the account' }).click();
    const once = asAdmin.getByRole('dialog', { name: `A link for ${reader.name}` });
    invitation = (await once.locator('pre').textContent()) ?? '';
    expect(invitation).toContain(`${system.url}/password#token=`);
    await once.getByRole('button', { name: 'Done' }).click();
    const row = asAdmin.locator(`[data-account="${reader.email}"]`);
    expect(await row.textContent()).toMatch(/Invited.*Academy reader: Northfield Primary.*Never signed in/s);
  });

  it('lets the reader set a password and see that academy and no other', async () => {
    await asReader.goto(invitation);
    await asReader.getByRole('heading', { name: `Welcome, ${reader.name}` }).waitFor();
    await asReader.getByLabel('Password', { exact: true }).fill(reader.password);
    await asReader.getByLabel('Password again').fill(reader.password);
    await asReader.getByRole('button', { name: 'Set the password' }).click();
    await asReader.locator('[data-academy="north"]').waitFor();
    expect(await asReader.locator('[data-academy]').count()).toBe(1);
    const pages = (await asReader.getByRole('navigation').textContent()) ?? '';
    expect(pages).not.toMatch(/People|Audit|Import|Exporters/);
    await asReader.goto(`${system.url}/people`);
    await asReader.getByRole('heading', { name: 'This page is not open to you' }).waitFor();
    expect((await readers.request.get(`${system.url}/api/v1/academies/south`)).status()).toBeGreaterThanOrEqual(403);
    expect((await readers.request.get(`${system.url}/api/v1/people/accounts`)).status()).toBe(403);
  });

  it('asks for a sign-in in place of the page, says when it is refused, and shows the page then', async () => {
    await signOut(asReader);
    await asReader.goto(`${system.url}/academies/north`);
    await signIn(asReader, { ...reader, password: 'not the right password' });
    await asReader.getByRole('alert').waitFor();
    await signIn(asReader, reader);
    await asReader.getByRole('heading', { name: 'Northfield Primary' }).waitFor();
    expect(new URL(asReader.url()).pathname).toBe('/academies/north');
  });

  it('tells in the audit log who added the reader, and in the review what the reader sees', async () => {
    await asAdmin.getByRole('link', { name: 'Audit log' }).click();
    await asAdmin.getByLabel('What').selectOption('account');
    const entry = asAdmin.locator('[data-entry]', { hasText: reader.email }).filter({ hasText: 'added' });
    await entry.waitFor();
    expect(await entry.textContent()).toMatch(/by Ada Admin/);
    await asAdmin.getByRole('link', { name: 'Who can see what' }).click();
    await asAdmin.locator(`[data-account="${reader.email}"]`).waitFor();
    expect(await asAdmin.locator(`[data-account="${reader.email}"]`).textContent()).toMatch(/For Northfield Primary/);
    await asAdmin.getByText('By academy').click();
    expect(await asAdmin.locator('[data-academy="south"] summary').textContent()).toMatch(/1 person/);
    expect(await asAdmin.locator('[data-academy="north"] summary').textContent()).toMatch(/2 people/);
  });

  it('goes to an academy by Ctrl-K, with the keyboard alone', async () => {
    await asAdmin.keyboard.press('Control+k');
    const field = asAdmin.getByRole('combobox', { name: 'Search everything' });
    await field.waitFor();
    await asAdmin.keyboard.type('southg');
    await asAdmin.getByRole('option', { name: /Southgate Academy/ }).waitFor();
    const chosen = await field.getAttribute('aria-activedescendant');
    expect(await asAdmin.locator(`#${chosen}`).getAttribute('aria-selected')).toBe('true');
    await asAdmin.keyboard.press('Enter');
    await asAdmin.waitForURL(/\/academies\/south$/);
  });

  it('turns on a second factor, and then takes a recovery code in place of one', async () => {
    await asAdmin.getByRole('link', { name: /Your account/ }).click();
    await asAdmin.getByRole('button', { name: 'Turn on' }).click();
    await asAdmin.getByLabel('Your password').fill(admin.password);
    await asAdmin.getByRole('button', { name: 'Go on' }).click();
    await asAdmin.getByRole('img', { name: /QR code/ }).waitFor();
    await asAdmin.getByText('Type the key in instead').click();
    const key = (await asAdmin.locator('details pre').textContent()) ?? '';
    await asAdmin.getByLabel('Code', { exact: true }).fill(totpCode(key));
    await asAdmin.getByRole('button', { name: 'Turn on' }).click();
    await asAdmin.getByText('Shown only now.').waitFor();
    const [recovery] = ((await asAdmin.locator('section pre').textContent()) ?? '').split('\n');
    await asAdmin.getByRole('button', { name: 'Done' }).click();
    await asAdmin.getByText('signing in takes a code').waitFor();
    await signOut(asAdmin);
    await signIn(asAdmin, admin);
    await asAdmin.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
    await asAdmin.getByRole('button', { name: 'Use a recovery code' }).click();
    await asAdmin.getByLabel('Recovery code').fill(recovery!);
    await asAdmin.getByRole('button', { name: 'Sign in', exact: true }).click();
    await asAdmin.locator('[data-academy="south"]').waitFor();
  });

  it('ends what a disabled account has open', async () => {
    await asReader.goto(`${system.url}/`);
    await asReader.locator('[data-academy="north"]').waitFor();
    await asAdmin.goto(`${system.url}/people`);
    await asAdmin.getByRole('button', { name: `Change ${reader.name}` }).click();
    await asAdmin.getByRole('button', { name: 'Disable the account' }).click();
    await asAdmin.locator(`[data-account="${reader.email}"]`, { hasText: 'Disabled' }).waitFor();
    await asReader.goto(`${system.url}/`);
    await asReader.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn(asReader, reader);
    await asReader.getByRole('alert').waitFor();
  });

  it('fits a phone without sideways scrolling, with the pages behind one button', async () => {
    await asAdmin.setViewportSize({ width: 360, height: 740 });
    for (const route of ['/people', '/review', '/audit', '/account']) {
      await asAdmin.goto(system.url + route);
      await asAdmin.getByRole('heading', { level: 1 }).waitFor();
      await asAdmin.getByText('Loading…').waitFor({ state: 'detached' });
      expect([route, await asAdmin.evaluate('document.documentElement.scrollWidth > window.innerWidth')]).toEqual([
        route,
        false,
      ]);
    }
    await asAdmin.getByRole('button', { name: 'Pages' }).click();
    await asAdmin.getByRole('dialog', { name: 'Pages' }).getByRole('link', { name: 'Audit log' }).click();
    await asAdmin.getByRole('heading', { name: 'Audit log' }).waitFor();
    expect(await asAdmin.getByRole('dialog', { name: 'Pages' }).isVisible()).toBe(false);
  });

  it('said nothing on the console but what was refused', () => {
    expect(faults).toEqual([]);
  });
});
