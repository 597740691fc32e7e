import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { createSigningSecret, signedHeaders, signingProblem, verifySigned } from './signing.ts';

const [now, before] = [createSigningSecret(), createSigningSecret()];
const body = '{"type":"incident.opened","words":"Dŵr 😀"}';
const nowMs = Date.now();

describe('a signature', () => {
  it('is taken by an independent verifier, with each secret that is live', () => {
    const headers = signedHeaders('msg_1', nowMs, body, [now, before]);
    for (const secret of [now, before]) expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(createSigningSecret()).verify(body, headers)).toThrow('No matching signature');
    expect(() => new Webhook(now).verify(`${body} `, headers)).toThrow('No matching signature');
  });

  it('of others is taken as they make it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array({ minLength: 24, maxLength: 64 }), (text, key) => {
        const secret = `whsec_${Buffer.from(key).toString('base64')}`;
        expect(signingProblem(secret)).toBeNull();
        const signature = new Webhook(secret).sign('msg_2', new Date(nowMs), text);
        const timestamp = String(Math.floor(nowMs / 1000));
        const message = { id: 'msg_2', timestamp, signature, body: text };
        expect(verifySigned(message, [before, secret], nowMs)).toBe('ok');
        expect(verifySigned({ ...message, body: `${text}.` }, [secret], nowMs)).toBe('signature');
      }),
    );
  });

  const message = () => {
    const headers = signedHeaders('msg_3', nowMs, body, [now]);
    return {
      id: 'msg_3',
      timestamp: headers['webhook-timestamp'],
      signature: headers['webhook-signature'],
      body,
    };
  };

  it('is found among others, and is not taken when anything is changed', () => {
    const good = message();
    expect(verifySigned({ ...good, signature: `v1,AAAA v1a,xx ${good.signature}` }, [now], nowMs)).toBe('ok');
    const zero = Buffer.alloc(32).toString('base64');
    for (const changed of [
      { id: 'msg_4' },
      { signature: 'v1,' },
      { signature: `v1,${zero}` },
      { signature: good.signature.slice(3) },
      { signature: good.signature.replace('v1,', 'v2,') },
      { signature: `${'v1,AAAA '.repeat(20)}${good.signature}` },
      { timestamp: String(Number(good.timestamp) - 1) },
    ])
      expect(verifySigned({ ...good, ...changed }, [now], nowMs)).toBe('signature');
    expect(verifySigned(good, [], nowMs)).toBe('signature');
    expect(verifySigned(good, ['whsec_', 'nonsense'], nowMs)).toBe('signature');
  });

  it('is of now, five minutes more or less', () => {
    for (const [off, verdict] of [
      [299_000, 'ok'],
      [-299_000, 'ok'],
      [302_000, 'stale'],
      [-302_000, 'stale'],
    ] as const)
      expect(verifySigned(message(), [now], nowMs + off)).toBe(verdict);
  });

  it('has all of its headers', () => {
    for (const missing of [
      { id: undefined },
      { timestamp: undefined },
      { signature: undefined },
      { id: 'a.b' },
      { timestamp: '1e9' },
    ])
      expect(verifySigned({ ...message(), ...missing }, [now], nowMs)).toBe('headers');
  });
});

describe('a secret', () => {
  it('has 24 to 64 octets behind whsec_', () => {
    const of = (octets: number) => `whsec_${Buffer.alloc(octets, 7).toString('base64')}`;
    for (const octets of [24, 32, 64]) expect(signingProblem(of(octets))).toBeNull();
    for (const bad of [of(23), of(65), of(32).slice(6), `${of(32)} `, of(32).replace('=', ''), 'whsec_####', ''])
      expect(signingProblem(bad)).toContain('whsec_');
    expect(signingProblem(createSigningSecret())).toBeNull();
    expect(createSigningSecret()).not.toBe(createSigningSecret());
  });
});
