import { createSocket } from 'node:dgram';
import snmp from 'net-snmp';
import type { SnmpCredential } from '@linewatch/record';
import { createLogger } from '@linewatch/service';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Endpoint } from './endpoint.ts';
import { type KeyExtension, PollError, boundKeys, extensionsOf, openSession } from './session.ts';

const uptime = '1.3.6.1.2.1.1.3.0';
const logger = createLogger('test', 'silent');

/** What the types of net-snmp leave out. */
interface Agent {
  getAuthorizer(): { addCommunity(name: string): void; addUser(user: snmp.User): void };
  getMib(): { registerProvider(provider: object): void; setScalarValue(name: string, value: number): void };
  close(): void;
}
const createAgent = snmp.createAgent as unknown as (options: object, told: () => void) => Agent;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1', () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });

describe('a session with an agent', () => {
  let port: number;
  let agent: Agent;
  let endpoint: Endpoint;
  beforeEach(async () => {
    port = await freePort();
    endpoint = new Endpoint(logger);
    // What it refuses is told to it as an error.
    agent = createAgent({ port, address: '127.0.0.1' }, () => undefined);
    const authorizer = agent.getAuthorizer();
    authorizer.addCommunity('public');
    authorizer.addUser({
      name: 'watcher',
      level: snmp.SecurityLevel.authPriv,
      authProtocol: snmp.AuthProtocols.sha256,
      authKey: 'authsecret',
      privProtocol: snmp.PrivProtocols.aes,
      privKey: 'privsecret',
    });
    const scalar = {
      name: 'sysUpTime',
      type: snmp.MibProviderType.Scalar,
      oid: '1.3.6.1.2.1.1.3',
      scalarType: snmp.ObjectType.TimeTicks,
      maxAccess: snmp.MaxAccess['read-only'],
    };
    // A Cisco device's way to an AES-256 key of a SHA-1 password.
    authorizer.addUser({
      name: 'cisco',
      level: snmp.SecurityLevel.authPriv,
      authProtocol: snmp.AuthProtocols.sha,
      authKey: 'authsecret',
      privProtocol: snmp.PrivProtocols.aes256r,
      privKey: 'privsecret',
    });
    agent.getMib().registerProvider(scalar);
    agent.getMib().setScalarValue('sysUpTime', 4711);
  });
  afterEach(() => {
    endpoint.close();
    agent.close();
  });

  async function ask(credential: SnmpCredential, timeoutMs = 3000, extension?: KeyExtension): Promise<unknown> {
    const options = { endpoint, address: '127.0.0.1', port, credential, extension, timeoutMs, retries: 0 };
    try {
      const session = openSession(options);
      try {
        return (await session.get([uptime]))[0]!.value;
      } finally {
        session.close();
      }
    } catch (error) {
      return error instanceof PollError ? error.code : error;
    }
  }
  const user = (auth: string, priv: string, name = 'watcher'): SnmpCredential => ({
    name: 'v3',
    user: name,
    auth: { protocol: 'sha256', password: auth },
    priv: { protocol: 'aes128', password: priv },
  });

  it('asks with a community', async () => {
    expect(await ask({ name: 'v2', community: 'public' })).toBe(4711);
    expect(await ask({ name: 'v2', community: 'other' }, 300)).not.toBe(4711);
  });

  it('asks as a user, authenticated and encrypted', async () => {
    expect(await ask(user('authsecret', 'privsecret'))).toBe(4711);
  });

  it('makes AES-256 keys of short digests either way, and knows where there are two', async () => {
    const cisco: SnmpCredential = {
      name: 'v3',
      user: 'cisco',
      auth: { protocol: 'sha1', password: 'authsecret' },
      priv: { protocol: 'aes256', password: 'privsecret' },
    };
    expect(await ask(cisco, 300, 'blumenthal')).not.toBe(4711);
    expect(await ask(cisco, 3000, 'reeder')).toBe(4711);
    expect(extensionsOf(cisco)).toEqual(['blumenthal', 'reeder']);
    expect(extensionsOf({ ...cisco, auth: { protocol: 'sha256', password: 'authsecret' } })).toEqual(['blumenthal']);
    expect(extensionsOf(user('authsecret', 'privsecret'))).toEqual(['blumenthal']);
    expect(extensionsOf({ name: 'v2', community: 'public' })).toEqual(['blumenthal']);
  });

  it('gets nothing with a wrong password, user or protection', async () => {
    expect(await ask(user('not the one', 'privsecret'), 300)).not.toBe(4711);
    expect(await ask(user('authsecret', 'not the one'), 300)).not.toBe(4711);
    expect(await ask(user('authsecret', 'privsecret', 'nobody'), 300)).not.toBe(4711);
    const { priv, ...bare } = user('authsecret', 'privsecret') as Extract<SnmpCredential, { user: string }>;
    expect(priv).toBeDefined();
    expect(await ask(bare, 300)).not.toBe(4711);
    expect(await ask({ ...bare, priv: { protocol: 'aes192', password: 'privsecret' } })).toBe('authentication');
  });

  it('takes a clock below zero for what it is: an answer that cannot be used', async () => {
    // It reports with the question's own octets, but for the PDU's tag and the engine's boots.
    const liar = createSocket('udp4', (question, { port: to, address }) => {
      const text = question.toString('latin1');
      const clock = '\x04\x00\x02\x01\x00\x02\x01\x00';
      const answer = text.replace(clock, '\x04\x00\x02\x01\xff\x02\x01\x00').replace('\xa0', '\xa8');
      liar.send(Buffer.from(answer, 'latin1'), to, address);
    });
    port = await freePort();
    await new Promise<void>((resolve) => liar.bind(port, '127.0.0.1', resolve));
    expect(await ask(user('authsecret', 'privsecret'), 300)).toBe('malformed');
    liar.close();
  });

  it('keeps no more keys than it should, and makes them again', async () => {
    const cache = (): object =>
      (snmp as unknown as { Authentication: { authToKeyCache: object } }).Authentication.authToKeyCache;
    expect(await ask(user('authsecret', 'privsecret'))).toBe(4711);
    const made = Object.keys(cache()).length;
    expect(made).toBeGreaterThan(1);
    boundKeys(made);
    expect(Object.keys(cache())).toHaveLength(made);
    boundKeys(made - 1);
    expect(Object.keys(cache())).toHaveLength(0);
    expect(await ask(user('authsecret', 'privsecret'))).toBe(4711);
  });

  it('fails at once when polling has ended', async () => {
    endpoint.close();
    expect(await ask({ name: 'v2', community: 'public' }, 300)).not.toBe(4711);
  });
});
