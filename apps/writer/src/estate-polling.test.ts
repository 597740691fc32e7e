import { createLogger } from '@linewatch/service';
import { describe, expect, it } from 'vitest';
import type { PlainControl } from './control.ts';
import { readPolling, withEstate } from './estate-polling.ts';

const logger = createLogger('test', 'silent');

const configured: PlainControl = {
  allow: [],
  admission: 'open',
  polling: {
    everyMs: 60_000,
    timeoutMs: 1000,
    retries: 1,
    targets: [{ address: '192.0.2.1', port: 161, credential: 'lan' }],
  },
  secrets: {
    traps: [{ name: 'public', community: 'public' }],
    polling: [{ name: 'lan', community: 'of the configuration' }],
  },
};
const wan = { name: 'wan', community: 'of the estate' };
const polled = (address: string, credential: { name: string; community: string } = wan, port = 161) => ({
  address,
  port,
  credential,
});

describe('what a collector is told', () => {
  it('is what the configuration says and the devices of the estate, each with its credential', () => {
    const { control, conflicts } = withEstate(configured, [polled('192.0.2.2'), polled('2001:db8::1', wan, 1161)]);
    expect(conflicts).toEqual([]);
    expect(control.polling.targets).toEqual([
      { address: '192.0.2.1', port: 161, credential: 'lan' },
      { address: '192.0.2.2', port: 161, credential: 'wan' },
      { address: '2001:db8::1', port: 1161, credential: 'wan' },
    ]);
    expect(control.secrets).toEqual({
      traps: [{ name: 'public', community: 'public' }, wan],
      polling: [{ name: 'lan', community: 'of the configuration' }, wan],
    });
    expect({ ...control, polling: 0, secrets: 0 }).toEqual({ ...configured, polling: 0, secrets: 0 });
  });

  it('is the configuration alone where it names the same device or credential, and that is said', () => {
    const same = { name: 'lan', community: 'of the estate' };
    const { control, conflicts } = withEstate(configured, [polled('192.0.2.1', same, 1161), polled('192.0.2.3', same)]);
    expect(conflicts).toEqual([
      '192.0.2.1 is polled as the configuration says',
      'the credential "lan" is the configuration\'s',
    ]);
    expect(control.polling.targets.map(({ address, credential }) => [address, credential])).toEqual([
      ['192.0.2.1', 'lan'],
      ['192.0.2.3', 'lan'],
    ]);
    expect(JSON.stringify(control)).not.toContain('of the estate');
  });

  it('is unchanged, to the letter, without devices of the estate', () => {
    expect(withEstate(configured, []).control).toBe(configured);
    expect(withEstate(configured).control).toBe(configured);
  });
});

describe('the devices of the estate', () => {
  const exporter = (values: Record<string, unknown>) => ({ kind: 'exporter', values });
  const secrets: Record<string, object> = {
    wan: { id: 'wan', community: 'a' },
    user: { id: 'user', user: 'watcher', auth: { protocol: 'sha256', password: 'long enough' } },
    odd: { id: 'odd', user: 'watcher', auth: { protocol: 'rot13', password: 'long enough' } },
  };
  const estateOf = (exporters: readonly object[]) =>
    ({
      records: {
        list: () => Promise.resolve(exporters),
        secret: (_trust: string, _kind: string, id: string) =>
          id === 'sealed' ? Promise.reject(new Error('no key')) : Promise.resolve(secrets[id]),
      },
    }) as unknown as Parameters<typeof readPolling>[0];

  it('go to the collector that they name, and to no other', async () => {
    const read = await readPolling(
      estateOf([
        exporter({ address: '192.0.2.1', collector: 'main', credential: 'wan' }),
        exporter({ address: '::ffff:192.0.2.2', collector: 'branch', credential: 'user', snmpPort: 1161 }),
        exporter({ address: '192.0.2.3', collector: 'main' }),
      ]),
      'north',
      logger,
    );
    expect(Object.fromEntries(read)).toEqual({
      main: [{ address: '192.0.2.1', port: 161, credential: { name: 'wan', community: 'a' } }],
      branch: [
        {
          address: '192.0.2.2',
          port: 1161,
          credential: { name: 'user', user: 'watcher', auth: { protocol: 'sha256', password: 'long enough' } },
        },
      ],
    });
  });

  it('whose credential cannot be opened or used are left out, and the others are not', async () => {
    const credentials = ['sealed', 'odd', 'gone', 'wan'];
    const read = await readPolling(
      estateOf(
        credentials.map((credential, i) => exporter({ address: `192.0.2.${i}`, collector: 'main', credential })),
      ),
      'north',
      logger,
    );
    expect(read.get('main')?.map(({ address }) => address)).toEqual(['192.0.2.3']);
  });
});
