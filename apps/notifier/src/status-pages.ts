/** Public status pages as files, for a web server elsewhere: they are there when this machine, or its line, is not. */
import { lstat, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { type StatusSource, generator, readStatus, renderStatus } from '@linewatch/alerting';
import type { Alerting } from '@linewatch/estate';

/** What we look for in a file before it is removed, octets. */
const headBytes = 512;
const tokenForm = /^[a-z0-9]{26}$/;
const ours = /^[a-z0-9]{26}\.html$/;
/** Left by a process that was killed. */
const unfinished = /^\.[a-z0-9]{26}\.html\.new$/;

export interface StatusPagesOptions {
  /** It has to be there. */
  readonly directory: string;
  readonly alerting: Pick<Alerting, 'enabledStatusPages' | 'statusPage'>;
  /** Of a trust, by its label. */
  readonly source: (trust: string) => StatusSource;
  /** Unix ms. */
  readonly clock: () => number;
}

export interface Written {
  readonly written: number;
  readonly removed: number;
  /** Pages that could not be made or written: the file before stays. */
  readonly failures: readonly unknown[];
}

/** Writes pages whose text has changed, each by an atomic rename, and removes those that are on no more. Only files of ours. */
export async function writeStatusPages(options: StatusPagesOptions): Promise<Written> {
  const { directory, alerting } = options;
  const pages = await alerting.enabledStatusPages();
  const tokens = pages.map(({ token }) => token).filter((token) => tokenForm.test(token));
  const failures: unknown[] = [];
  const gone = new Set<string>();
  let written = 0;
  // One after the other: there is a minute for them, and the database is for others, too.
  for (const token of tokens)
    try {
      const html = await pageOf(options, token);
      if (html === undefined) gone.add(`${token}.html`);
      else if (await put(path.join(directory, `${token}.html`), html)) written++;
    } catch (error) {
      failures.push(error);
    }
  const kept = new Set(tokens.map((token) => `${token}.html`).filter((name) => !gone.has(name)));
  let removed = 0;
  for (const name of await readdir(directory)) {
    const file = path.join(directory, name);
    if (unfinished.test(name)) await rm(file, { force: true });
    else if (ours.test(name) && !kept.has(name) && (await isOurs(file))) {
      await rm(file, { force: true });
      removed++;
    }
  }
  return { written, removed, failures };
}

/** Undefined: it was switched off meanwhile, or its academy is there no more. */
async function pageOf({ alerting, source, clock }: StatusPagesOptions, token: string): Promise<string | undefined> {
  const page = await alerting.statusPage(token);
  const status = page && (await readStatus(source(page.trust), page, clock()));
  return status && renderStatus(status);
}

/** False: it is the same as before. */
async function put(file: string, html: string): Promise<boolean> {
  const before = await readFile(file, 'utf8').catch(() => undefined);
  if (before === html) return false;
  const { dir, base } = path.parse(file);
  const next = path.join(dir, `.${base}.new`);
  await rm(next, { force: true });
  const handle = await open(next, 'wx', 0o644);
  try {
    await handle.writeFile(html);
    // A reader finds the page before or all of this one, after a crash, too.
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(next, file);
  return true;
}

/** A file with such a name may be somebody else's. */
async function isOurs(file: string): Promise<boolean> {
  if (!(await lstat(file)).isFile()) return false;
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.toString('utf8', 0, bytesRead).includes(`content="${generator}"`);
  } finally {
    await handle.close();
  }
}
