import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { checkValue, createLogger } from '@linewatch/service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type PrivacyConfig,
  PrivacyConfig as schema,
  openPrivacy,
  privacyProblems,
  pseudonymKeyFile,
} from './privacy.ts';
import { makePseudonymKey, readPseudonymKey } from './pseudonym-key.ts';

const logger = createLogger('test', 'silent');
const configOf = (config: Partial<PrivacyConfig> = {}): PrivacyConfig => {
  const checked = checkValue(config, schema);
  if (!('value' in checked)) throw new Error(JSON.stringify(checked.problems));
  return checked.value;
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-privacy-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the key of the pseudonyms', () => {
  it('is made once, for its owner only, and the same ever after', async () => {
    const file = path.join(directory, 'deep/main.pseudonym.key');
    const first = await makePseudonymKey(file);
    expect(first.made).toBe(true);
    expect(first.key).toHaveLength(32);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await makePseudonymKey(file)).toEqual({ key: first.key, made: false });
    expect(await readPseudonymKey(file)).toEqual(first.key);
    expect(readdirSync(path.dirname(file))).toEqual(['main.pseudonym.key']);
    const other = await makePseudonymKey(path.join(directory, 'other.key'));
    expect(other.key).not.toEqual(first.key);
  });

  it('is one, when several make it at once', async () => {
    const file = path.join(directory, 'a.key');
    const all = await Promise.all(Array.from({ length: 8 }, () => makePseudonymKey(file)));
    expect(new Set(all.map(({ key }) => Buffer.from(key).toString('hex'))).size).toBe(1);
    expect(all.filter(({ made }) => made)).toHaveLength(1);
    expect(readdirSync(directory)).toEqual(['a.key']);
  });

  it('is refused with its reason, and never replaced', async () => {
    const file = path.join(directory, 'a.key');
    await expect(readPseudonymKey(file)).rejects.toMatchObject({ code: 'key_missing' });
    for (const text of ['', 'secret', '0'.repeat(63), `${'0'.repeat(64)}0`, 'g'.repeat(64), '0'.repeat(2000)]) {
      writeFileSync(file, text, { mode: 0o600 });
      await expect(makePseudonymKey(file)).rejects.toMatchObject({ code: 'key_malformed' });
      expect(readFileSync(file, 'utf8')).toBe(text);
    }
    writeFileSync(file, '5A'.repeat(32));
    for (const mode of [0o640, 0o604, 0o620]) {
      chmodSync(file, mode);
      await expect(makePseudonymKey(file)).rejects.toMatchObject({
        code: 'key_exposed',
        message: expect.stringContaining('chmod 600') as string,
      });
    }
    chmodSync(file, 0o400);
    expect(await readPseudonymKey(file)).toEqual(Buffer.alloc(32, 0x5a));
  });
});

describe('the privacy of a collector', () => {
  it('is pseudonyms by default, of a key that outlives it', async () => {
    const first = await openPrivacy(configOf(), directory, 'main', logger);
    const again = await openPrivacy(configOf(), directory, 'main', logger);
    expect(first.mode).toBe('pseudonym');
    expect(first.text('10.1.2.3')).not.toBe('10.1.2.3');
    expect(again.text('10.1.2.3')).toBe(first.text('10.1.2.3'));
    const other = await openPrivacy(configOf(), directory, 'other', logger);
    expect([1, 2, 3, 4].map((host) => other.text(`10.1.2.${host}`))).not.toEqual(
      [1, 2, 3, 4].map((host) => first.text(`10.1.2.${host}`)),
    );
  });

  it('shares a key that the configuration names, and never makes one there', async () => {
    const keyFile = path.join(directory, 'shared.key');
    await expect(openPrivacy(configOf({ keyFile }), directory, 'a', logger)).rejects.toMatchObject({
      code: 'key_missing',
    });
    expect(existsSync(keyFile)).toBe(false);
    writeFileSync(keyFile, `${'a1'.repeat(32)}\n`, { mode: 0o600 });
    const [one, two] = await Promise.all(
      ['a', 'b'].map((l) => openPrivacy(configOf({ keyFile }), directory, l, logger)),
    );
    expect(one!.text('fd00::9')).toBe(two!.text('fd00::9'));
    expect(pseudonymKeyFile(configOf({ keyFile }), directory, 'a')).toBe(keyFile);
    expect(readdirSync(directory)).toEqual(['shared.key']);
  });

  it('needs no key where addresses are kept or truncated', async () => {
    const kept = await openPrivacy(configOf({ addresses: 'keep' }), directory, 'main', logger);
    const cut = configOf({ addresses: 'truncate', truncateTo: { ipv4: 16, ipv6: 48 }, inside: ['81.2.0.0/16'] });
    const truncated = await openPrivacy(cut, directory, 'main', logger);
    const texts = ['10.1.2.3', '81.2.3.4', 'fd00:1:2:3::4', '8.8.8.8'];
    expect(texts.map((text) => kept.text(text))).toEqual(texts);
    expect(texts.map((text) => truncated.text(text))).toEqual(['10.1.0.0', '81.2.0.0', 'fd00:1:2::', '8.8.8.8']);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('names each inside network that is none', () => {
    const problems = privacyProblems(configOf({ inside: ['81.2.0.0/16', '81.2.3.4/16', 'x'] }));
    expect(problems.map(({ path: at, message }) => `${at} ${message}`)).toEqual([
      'collector.privacy.inside.1 81.2.3.4/16 has bits set beyond its prefix; did you mean 81.2.0.0/16?',
      'collector.privacy.inside.2 x must be a network such as 10.20.0.0/16 or 2001:db8::/48',
    ]);
  });
});
