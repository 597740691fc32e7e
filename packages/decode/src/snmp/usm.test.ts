/** The user-based security model: RFC 3414, RFC 3826, RFC 7860. */
import { describe, expect, test } from 'vitest';
import { nowMs } from '../testing.ts';
import { tags } from './ber.ts';
import { element, encodeInteger, encodePdu, flags } from './encode.ts';
import { localizeKey, passwordToKey } from './keys.ts';
import { readMessage, readScoped } from './message.ts';
import type { AuthProtocol, PrivProtocol, TrapEngine, TrapUser } from './options.ts';
import { pduTags } from './pdu.ts';
import { link, notification, senderEngine, trapHarness, v3 } from './testing.ts';

const user = (auth?: AuthProtocol, priv?: PrivProtocol, name = 'noc'): TrapUser => ({
  name,
  auth: auth && { protocol: auth, password: 'authentication' },
  priv: priv && { protocol: priv, password: 'privacy-password' },
});
const strong = user('sha256', 'aes256');
const ours: TrapEngine = { id: Buffer.from('8000000005aabbccddeeff', 'hex'), boots: 4, startedMs: nowMs - 60_000 };
const trap = notification(link('linkDown', 3));
const inform = (requestId = 5): Buffer => notification({ ...link('linkDown', 3), inform: true, requestId });

/** What a Report or a Response says. */
function answer(reply: Uint8Array | undefined) {
  const message = readMessage(reply!);
  if (message.version !== 3) throw new Error('not a v3 message');
  const { pdu } = (message.flags & flags.priv) === 0 ? readScoped(message.data) : { pdu: undefined };
  const text = Buffer.from(message.data).toString('hex');
  return { message, tag: pdu?.tag, text };
}

describe('keys', () => {
  // RFC 3414 appendix A.3.
  const engine = Buffer.from('000000000000000000000002', 'hex');
  const password = Buffer.from('maplesyrup');
  test.each([
    ['md5', '9faf3283884e92834ebc9847d8edd963', '526f5eed9fcce26f8964c2930787d82b'],
    ['sha1', '9fb5cc0381497b3793528939ff788d5d79145211', '6695febc9288e36282235fc7151f128497b38f3f'],
  ])('of a password with %s are those of the standard', (hash, key, localized) => {
    const made = passwordToKey(hash, password);
    expect(made.toString('hex')).toBe(key);
    expect(localizeKey(hash, made, engine).toString('hex')).toBe(localized);
  });
});

describe('a v3 trap', () => {
  const auths = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const;
  const privs = [undefined, 'des', 'aes128', 'aes192', 'aes256'] as const;
  test.each(auths.flatMap((auth) => privs.map((priv) => [auth, priv] as const)))(
    'with %s and %s is read',
    (auth, priv) => {
      const sender = user(auth, priv);
      const h = trapHarness({ users: [sender], engine: ours });
      expect(h.feed(v3(trap, { user: sender }))).toBeUndefined();
      expect(h.losses()).toEqual({});
      expect(h.events).toMatchObject([{ kind: 'link.down', interface: 3, detail: { version: 'v3', user: 'noc' } }]);
    },
  );

  test.each([
    ['sha1', 'aes192'],
    ['sha1', 'aes256'],
    ['md5', 'aes256'],
    ['sha224', 'aes256'],
  ] as const)('with %s and %s is read whichever way its key was made longer', (auth, priv) => {
    const sender = user(auth, priv);
    for (const extension of [0, 1] as const) {
      const h = trapHarness({ users: [sender], engine: ours });
      h.feed(v3(trap, { user: sender, extension }));
      h.feed(v3(trap, { user: sender, extension, time: 1001 }));
      expect(h.events).toHaveLength(2);
    }
  });

  test('of the sender’s own engine is read, whichever that is', () => {
    const h = trapHarness({ users: [strong], engine: ours });
    for (let i = 0; i < 20; i++)
      h.feed(v3(trap, { user: strong, engineId: Buffer.from(`80000000050000${(i + 16).toString(16)}`, 'hex') }));
    expect(h.events).toHaveLength(20);
  });

  test('of a user without protection is read when that is how it is configured', () => {
    const open = user();
    const h = trapHarness({ users: [open], engine: ours });
    h.feed(v3(trap, { user: open }));
    expect(h.events).toHaveLength(1);
  });

  test('of a user of two passwords is read with either', () => {
    const other: TrapUser = { name: 'noc', auth: { protocol: 'sha512', password: 'another password' } };
    const h = trapHarness({ users: [user('sha256'), other], engine: ours });
    h.feed(v3(trap, { user: user('sha256') }));
    h.feed(v3(trap, { user: other, time: 1001 }));
    expect(h.events).toHaveLength(2);
  });

  test.each([
    ['unknown', user('sha256', 'aes256', 'stranger'), {}, 'trap_user_unknown'],
    ['without privacy where there is to be some', user('sha256'), {}, 'trap_security_level'],
    ['without authentication where there is to be some', user(), {}, 'trap_security_level'],
    ['that claims less than the user has', strong, { level: flags.auth }, 'trap_security_level'],
    ['with privacy alone', strong, { level: flags.priv }, 'trap_malformed'],
    [
      'of another password',
      { ...strong, auth: { protocol: 'sha256', password: 'guessed' } },
      {},
      'trap_authentication_failed',
    ],
    ['of another hash', user('sha512', 'aes256'), {}, 'trap_authentication_failed'],
    [
      'of another privacy password',
      { ...strong, priv: { protocol: 'aes256', password: 'guess' } },
      {},
      'trap_decryption_failed',
    ],
  ] as const)('of a user %s is refused', (_what, sender, options, reason) => {
    const h = trapHarness({ users: [strong], engine: ours });
    h.feed(v3(trap, { user: sender, ...options }));
    expect(h.losses()).toEqual({ [reason]: 1 });
    expect(h.counters.rejected[reason]).toBe(1);
    expect(h.events).toEqual([]);
  });

  test('of a user with privacy but no authentication is never taken', () => {
    const odd: TrapUser = { name: 'noc', priv: { protocol: 'aes128', password: 'privacy-password' } };
    const h = trapHarness({ users: [odd], engine: ours });
    h.feed(v3(trap, { user: odd, level: 0 }));
    expect(h.losses()).toEqual({ trap_security_level: 1 });
  });

  test('with any octet changed is refused', () => {
    const h = trapHarness({ users: [strong], engine: ours });
    const good = v3(trap, { user: strong });
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad[at]! ^= 1;
      h.feed(bad);
    }
    expect(h.events).toEqual([]);
    expect(h.counters.losses.decoder_fault).toBe(0);
    h.feed(good);
    expect(h.events).toHaveLength(1);
  });

  test('of another security model is refused', () => {
    const message = v3(trap, { user: strong });
    const model = message.indexOf(Buffer.from('020103', 'hex'), 8);
    message[model + 2] = 4;
    const h = trapHarness({ users: [strong], engine: ours });
    h.feed(message);
    expect(h.losses()).toEqual({ trap_version_unknown: 1 });
  });
});

describe('the time window (RFC 3414 section 3.2)', () => {
  const send = (h: ReturnType<typeof trapHarness>, boots: number, time: number, at = nowMs): number => {
    const before = h.events.length;
    h.feed(v3(trap, { user: strong, boots, time }), { at });
    return h.events.length - before;
  };

  test('a trap that was taken is not taken again', () => {
    const h = trapHarness({ users: [strong] });
    const message = v3(trap, { user: strong });
    h.feed(message);
    h.feed(message, { from: '192.0.2.99' });
    h.feed(message, { at: nowMs + 100_000 });
    expect(h.events).toHaveLength(1);
    expect(h.losses()).toEqual({ trap_time_window: 2 });
  });

  test('a trap is 150 seconds late at most, by the sender’s clock as we know it', () => {
    const h = trapHarness({ users: [strong] });
    expect(send(h, 3, 10_000)).toBe(1);
    expect(send(h, 3, 9850)).toBe(1);
    expect(send(h, 3, 9849)).toBe(0);
    // Its clock goes on while nothing is heard.
    expect(send(h, 3, 10_001, nowMs + 140_000)).toBe(1);
    expect(send(h, 3, 10_050, nowMs + 400_000)).toBe(0);
    expect(h.losses()).toEqual({ trap_time_window: 2 });
  });

  test('a restart begins anew, and what is from before it is refused', () => {
    const h = trapHarness({ users: [strong] });
    expect(send(h, 3, 10_000)).toBe(1);
    expect(send(h, 4, 5)).toBe(1);
    expect(send(h, 3, 10_001)).toBe(0);
    expect(send(h, 2, 99_999)).toBe(0);
    expect(send(h, 0x7fffffff, 5)).toBe(0);
  });

  test('a message that is not authentic moves nobody’s clock', () => {
    const h = trapHarness({ users: [strong] });
    expect(send(h, 3, 1000)).toBe(1);
    h.feed(v3(trap, { user: { ...strong, auth: { protocol: 'sha256', password: 'guess' } }, boots: 9, time: 1 }));
    expect(send(h, 3, 1001)).toBe(1);
  });

  test('replays are refused in a flood too, when more came than is remembered one by one', () => {
    const h = trapHarness({ users: [strong] }, { trapBurst: Infinity });
    const first = v3(trap, { user: strong, time: 1000 });
    h.feed(first);
    for (let i = 0; i < 1200; i++) h.feed(v3(trap, { user: strong, time: 1001 + Math.floor(i / 20), msgId: i }));
    expect(h.events).toHaveLength(1201);
    h.feed(first);
    expect(h.losses()).toEqual({ trap_time_window: 1 });
  });
});

describe('a v3 inform', () => {
  const options = { users: [strong], engine: ours };
  const ownTime = 60;

  test('begins with discovery: our engine id, boots and time are told', () => {
    const h = trapHarness(options);
    const request = v3(encodePdu(pduTags.get, 1, []), {
      user: user(undefined, undefined, ''),
      engineId: new Uint8Array(0),
      boots: 0,
      time: 0,
      reportable: true,
      msgId: 77,
    });
    const { message, tag, text } = answer(h.feed(request));
    expect(tag).toBe(pduTags.report);
    expect(message).toMatchObject({ msgId: 77, boots: 4, time: ownTime, flags: 0 });
    expect(Buffer.from(message.engineId)).toEqual(Buffer.from(ours.id));
    // usmStatsUnknownEngineIDs.0 = 1.
    expect(text).toContain('060a2b060106030f01010400410101');
    expect(h.counters.datagrams).toEqual({ decoded: 1, held: 0, rejected: 0 });
    expect(h.events).toEqual([]);
  });

  test('of our engine and time makes an event and is answered with the same protection', () => {
    const h = trapHarness(options);
    const reply = h.feed(v3(inform(), { user: strong, engineId: ours.id, boots: 4, time: ownTime, reportable: true }));
    const { message } = answer(reply);
    expect(message).toMatchObject({ msgId: 7, boots: 4, time: ownTime, flags: flags.auth | flags.priv });
    expect(h.events).toMatchObject([{ kind: 'link.down', interface: 3 }]);
    // The sender reads it with the same keys.
    const sender = trapHarness({ users: [strong] });
    sender.feed(reply!);
    expect(sender.losses()).toEqual({ trap_pdu_unexpected: 1 });
  });

  test.each([
    ['of an earlier start', 3, ownTime],
    ['of a clock that is behind', 4, -100],
    ['of a clock that is ahead', 4, ownTime + 151],
  ])('%s is refused, and our clock is told authentically', (_what, boots, time) => {
    const h = trapHarness({ users: [strong], engine: { ...ours, startedMs: nowMs - 1000 * (time < 0 ? 500 : 60) } });
    const sent = time < 0 ? 500 - 151 : time;
    const reply = h.feed(v3(inform(), { user: strong, engineId: ours.id, boots, time: sent, reportable: true }));
    const { message, tag, text } = answer(reply);
    expect(tag).toBe(pduTags.report);
    expect(message).toMatchObject({ boots: 4, flags: flags.auth });
    // usmStatsNotInTimeWindows.0
    expect(text).toContain('060a2b060106030f01010200');
    expect(h.losses()).toEqual({ trap_time_window: 1 });
    const receiver = trapHarness({ users: [user('sha256')] });
    receiver.feed(reply!);
    expect(receiver.losses()).toEqual({ trap_pdu_unexpected: 1 });
  });

  test('that asks for our clock with zeros is told it, and nothing was lost', () => {
    const h = trapHarness(options);
    const reply = h.feed(v3(inform(), { user: strong, engineId: ours.id, boots: 0, time: 0, reportable: true }));
    expect(answer(reply).tag).toBe(pduTags.report);
    expect(h.losses()).toEqual({});
    expect(h.events).toEqual([]);
  });

  test('to another engine is told of ours', () => {
    const h = trapHarness(options);
    const reply = h.feed(v3(inform(), { user: strong, engineId: senderEngine, reportable: true }));
    expect(answer(reply).text).toContain('060a2b060106030f01010400');
    expect(h.events).toEqual([]);
  });

  test.each([
    ['an unknown user', user('sha256', 'aes256', 'stranger'), '03', 'trap_user_unknown'],
    [
      'a wrong password',
      { ...strong, auth: { protocol: 'sha256', password: 'guess' } },
      '05',
      'trap_authentication_failed',
    ],
    ['too little protection', user('sha256'), '01', 'trap_security_level'],
    [
      'another privacy password',
      { ...strong, priv: { protocol: 'aes256', password: 'guess' } },
      '06',
      'trap_decryption_failed',
    ],
  ] as const)('of %s is refused with a report', (_what, sender, statistic, reason) => {
    const h = trapHarness(options);
    const reply = h.feed(v3(inform(), { user: sender, engineId: ours.id, boots: 4, time: ownTime, reportable: true }));
    expect(answer(reply)).toMatchObject({ tag: pduTags.report });
    expect(answer(reply).text).toContain(`060a2b060106030f0101${statistic}00`);
    expect(h.losses()).toEqual({ [reason]: 1 });
  });

  test('that comes again is answered again, and makes one event', () => {
    const h = trapHarness(options);
    const send = (msgId: number, at: number, requestId = 5) =>
      h.feed(
        v3(inform(requestId), { user: strong, engineId: ours.id, boots: 4, time: ownTime, msgId, reportable: true }),
        {
          at,
        },
      );
    expect(send(1, nowMs)).toBeDefined();
    expect(send(1, nowMs + 1000)).toBeDefined();
    expect(send(2, nowMs + 2000)).toBeDefined();
    expect(h.events).toHaveLength(1);
    expect(send(3, nowMs + 3000, 6)).toBeDefined();
    expect(h.events).toHaveLength(2);
  });

  test('makes one event however late in its time window it comes again', () => {
    const h = trapHarness(options);
    const ahead = { user: strong, engineId: ours.id, boots: 4, time: ownTime + 140, reportable: true };
    for (const at of [0, 130_000, 280_000]) h.feed(v3(inform(), ahead), { at: nowMs + at });
    expect(h.losses()).toEqual({});
    expect(h.events).toHaveLength(1);
  });

  test('is answered in DES as well, with a salt that is never the same', () => {
    const old = user('md5', 'des');
    const h = trapHarness({ users: [old], engine: ours });
    const salts = [1, 2, 3].map((requestId) => {
      const request = { user: old, engineId: ours.id, boots: 4, time: ownTime, reportable: true };
      const { message } = answer(h.feed(v3(inform(requestId), request)));
      return Buffer.from(message.salt).toString('hex');
    });
    expect(new Set(salts).size).toBe(3);
    for (const salt of salts) expect(salt).toMatch(/^00000004/);
  });

  test('is read in a capture whoever it is to, and never answered', () => {
    const h = trapHarness({ users: [strong] });
    expect(h.feed(v3(inform(), { user: strong, reportable: true }))).toBeUndefined();
    expect(h.events).toHaveLength(1);
  });
});

describe('configuration', () => {
  test('changes whose traps are taken, and keeps the engine', () => {
    const h = trapHarness({ users: [user('sha256')], engine: ours });
    h.decoder.setTraps({ users: [user('sha512')], communities: [] });
    h.feed(v3(trap, { user: user('sha256') }));
    h.feed(v3(trap, { user: user('sha512') }));
    expect(h.losses()).toEqual({ trap_authentication_failed: 1 });
    expect(h.events).toHaveLength(1);
    const request = v3(inform(), { user: user('sha512'), engineId: ours.id, boots: 4, time: 60, reportable: true });
    expect(h.feed(request)).toBeDefined();
  });

  test('with an empty password authenticates nobody else', () => {
    const empty: TrapUser = { name: 'noc', auth: { protocol: 'sha256', password: '' } };
    const h = trapHarness({ users: [empty] });
    h.feed(v3(trap, { user: user('sha256') }));
    expect(h.losses()).toEqual({ trap_authentication_failed: 1 });
  });
});

test('a message of a version that is not known is refused', () => {
  const h = trapHarness();
  h.feed(element(tags.sequence, encodeInteger(2), encodeInteger(1)));
  expect(h.losses()).toEqual({ trap_version_unknown: 1 });
});
