import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nowMs } from '../testing.ts';
import type { TrapOptions, TrapUser } from './options.ts';
import { interfaceVarbinds, link, notification, oids, string, trapHarness, v1, v2c, v3 } from './testing.ts';

const weak: TrapUser = { name: 'weak' };
const strong: TrapUser = {
  name: 'strong',
  auth: { protocol: 'sha256', password: 'authentication' },
  priv: { protocol: 'aes256', password: 'privacy-password' },
};
const options: TrapOptions = {
  communities: ['public'],
  users: [weak, strong],
  engine: { id: Buffer.from('800000000501020304', 'hex'), boots: 1, startedMs: nowMs },
};
const varbinds = [...interfaceVarbinds(3, 1, 2), ['1.3.6.1.4.1.9.9.1', string('text')] as const];
const pdu = notification({ oid: oids.linkDown, varbinds });
const messages = [
  v1({ enterprise: '1.3.6.1.4.1.9', generic: 6, specific: 4, agent: '192.0.2.4', varbinds }),
  v2c({ oid: oids.linkDown, varbinds }),
  v2c({ oid: oids.linkDown, varbinds, inform: true }),
  v3(pdu, { user: weak }),
  v3(pdu, { user: strong }),
  v3(pdu, { user: weak, reportable: true, engineId: new Uint8Array(0) }),
];

/** Feeds a datagram and checks that it had one outcome and met no defect of ours. */
function feedOnce(h: ReturnType<typeof trapHarness>, datagram: Uint8Array): void {
  const { datagrams } = h.counters;
  const before = datagrams.decoded + datagrams.held + datagrams.rejected;
  h.feed(datagram);
  expect(datagrams.decoded + datagrams.held + datagrams.rejected).toBe(before + 1);
  expect(h.counters.losses.decoder_fault).toBe(0);
}

describe('hostile SNMP', () => {
  test('every truncation of a message has one outcome', () => {
    const h = trapHarness(options);
    for (const message of messages)
      for (let length = 0; length < message.length; length++) feedOnce(h, message.subarray(0, length));
    expect(h.events).toEqual([]);
  });

  test('every octet of a message may be any other', () => {
    const h = trapHarness(options, { trapBurst: Infinity });
    for (const message of messages)
      for (let at = 0; at < message.length; at++)
        for (const octet of [0x00, 0x01, 0x02, 0x30, 0x7f, 0x80, 0x84, 0x88, 0xff]) {
          const changed = Buffer.from(message);
          changed[at] = octet;
          feedOnce(h, changed);
        }
    for (const { detail } of h.raw) expect(Buffer.byteLength(detail)).toBeLessThanOrEqual(16 * 1024);
  });

  test('several octets may change, go or come', () => {
    const change = fc.record({
      at: fc.nat(400),
      remove: fc.nat(4),
      add: fc.uint8Array({ maxLength: 4 }),
    });
    const h = trapHarness(options, { trapBurst: Infinity });
    fc.assert(
      fc.property(
        fc.constantFrom(...messages),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        (message, changes) => {
          const octets = [...message];
          for (const { at, remove, add } of changes) octets.splice(at % octets.length, remove, ...add);
          feedOnce(h, Uint8Array.from(octets));
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('trees of any elements have one outcome', () => {
    const h = trapHarness(options, { trapBurst: Infinity });
    const { tree } = fc.letrec<{ tree: Buffer; leaf: Buffer }>((tie) => ({
      leaf: fc
        .tuple(fc.constantFrom(0x02, 0x04, 0x05, 0x06, 0x40, 0x43, 0x44, 0x46, 0x80), fc.uint8Array({ maxLength: 12 }))
        .map(([tag, content]) => Buffer.from([tag, content.length, ...content])),
      tree: fc.oneof(
        { depthSize: 'small' },
        tie('leaf'),
        fc
          .tuple(fc.constantFrom(0x30, 0xa4, 0xa6, 0xa7, 0x04), fc.array(tie('tree'), { maxLength: 6 }))
          .map(([tag, parts]) => {
            const content = Buffer.concat(parts);
            return Buffer.concat([Buffer.from([tag, 0x82, content.length >> 8, content.length]), content]);
          }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 8 }), (parts) => {
        const content = Buffer.concat([Buffer.from('020101', 'hex'), Buffer.from('04067075626c6963', 'hex'), ...parts]);
        feedOnce(h, Buffer.concat([Buffer.from([0x30, 0x82, content.length >> 8, content.length]), content]));
      }),
      { numRuns: 2000 },
    );
  });

  test('engine ids that anyone can make up are not remembered', () => {
    const h = trapHarness(options);
    const genuine = v3(pdu, { user: strong });
    const forged = Buffer.from(genuine);
    // Its engine id is the first that begins so.
    const at = forged.indexOf(Buffer.from('8000000903', 'hex'));
    for (let i = 0; i < 5000; i++) {
      forged.writeUInt32BE(i, at + 5);
      feedOnce(h, forged);
    }
    expect(h.losses()).toEqual({ trap_authentication_failed: 5000 });
    feedOnce(h, genuine);
    expect(h.events).toHaveLength(1);
  });

  test('a datagram full of the smallest varbinds is read within bounds', () => {
    const h = trapHarness(options);
    const many = Array.from({ length: 6000 }, () => ['0.0', Buffer.from([5, 0])] as const);
    feedOnce(h, v2c({ ...link('linkDown', 9, many) }));
    expect(h.events).toMatchObject([{ kind: 'link.down', interface: 9, detail: { truncated: true } }]);
  });
});
