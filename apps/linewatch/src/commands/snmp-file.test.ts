import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSnmpFile } from './snmp-file.ts';

describe('a file of SNMP credentials', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'linewatch-snmp-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const file = (text: string): string => {
    const name = path.join(directory, 'snmp.yaml');
    writeFileSync(name, text);
    return name;
  };
  const user = '{ name: a, user: noc, auth: { protocol: sha256, password: authpass123 } }';

  it('names communities and users, as YAML', async () => {
    expect(await readSnmpFile(file(`- { name: lan, community: public }\n- ${user}\n`))).toEqual({
      communities: ['public'],
      users: [{ name: 'noc', auth: { protocol: 'sha256', password: 'authpass123' }, priv: undefined }],
    });
  });

  it('takes any community when it has users alone, as JSON', async () => {
    const read = await readSnmpFile(file('[{"name":"a","user":"noc"}]'));
    expect(read.communities).toBeUndefined();
    expect(read.users).toMatchObject([{ name: 'noc' }]);
  });

  it.each([
    ['a list of something else', '- { name: a, password: x }\n'],
    ['no list', 'name: a\n'],
    ['an unknown protocol', '- { name: a, user: u, auth: { protocol: sha3, password: longenough } }\n'],
    ['no YAML', '[{'],
  ])('that is %s is refused by name', async (_what, text) => {
    const name = file(text);
    await expect(readSnmpFile(name)).rejects.toMatchObject({
      code: 'snmp_file_invalid',
      message: expect.stringContaining(name) as string,
    });
  });

  it('that is not there is refused by name', async () => {
    const name = path.join(directory, 'none.yaml');
    await expect(readSnmpFile(name)).rejects.toMatchObject({ code: 'snmp_file_unreadable' });
  });
});
