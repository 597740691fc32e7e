import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exchangeOf } from './record.ts';
import { createRedactor, hidden } from './redact.ts';

const secret = 'p"ss w/rd & <ü>';
const redactor = createRedactor([secret, 'whsec_abcdefgh', 'abc']);

describe('what is kept of an exchange', () => {
  it('has no secret in any form in which it may stand', () => {
    for (const form of [
      secret,
      JSON.stringify(secret),
      encodeURIComponent(secret),
      new URLSearchParams({ key: secret }).toString().slice(4),
      Buffer.from(secret).toString('base64'),
      'p&quot;ss w/rd &amp; &lt;ü&gt;',
    ])
      expect(redactor.text(`before ${form} after`), form).toMatch(/^before "?•••"? after$/);
  });

  it('hides headers by their names, and leaves the way of signing in', () => {
    expect(
      redactor.headers({
        authorization: 'Bearer something',
        'x-api-key': 'something',
        cookie: 'a=b',
        'set-cookie': 'a=b',
        'x-auth-token': 'something',
        'x-plain': 'x whsec_abcdefgh',
        'webhook-signature': 'v1,abc',
        'content-type': 'application/json',
      }),
    ).toEqual({
      authorization: `Bearer ${hidden}`,
      'x-api-key': hidden,
      cookie: hidden,
      'set-cookie': hidden,
      'x-auth-token': hidden,
      'x-plain': `x ${hidden}`,
      'webhook-signature': 'v1,abc',
      'content-type': 'application/json',
    });
  });

  it('hides what bodies and addresses call a secret', () => {
    expect(redactor.body('{"access_token": "ey\\"x", "expires_in": 3600}')).toBe(
      `{"access_token": "${hidden}", "expires_in": 3600}`,
    );
    expect(redactor.body('grant_type=x&client_secret=one%20two&scope=all')).toBe(
      `grant_type=x&client_secret=${hidden}&scope=all`,
    );
    expect(redactor.url('https://user:word@example.org/a?sig=abc&x=1')).toBe(
      `https://${hidden}@example.org/a?sig=${hidden}&x=1`,
    );
  });

  it('hides an address that is a secret, whole and in parts', () => {
    const url = 'https://flow.example.org/workflows/0123456789abcdef0123/run?code=secretsignature';
    const of = createRedactor([url]);
    expect(of.text(`POST ${url}`)).toBe(`POST ${hidden}`);
    expect(of.text('{"flow":"0123456789abcdef0123","of":"secretsignature"}')).toBe(
      `{"flow":"${hidden}","of":"${hidden}"}`,
    );
  });

  it('leaves text alone where a secret is too short to be told from it', () => {
    expect(redactor.text('abc')).toBe('abc');
  });

  it('never holds a secret, whatever surrounds it, and is bounded, whatever came', () => {
    const value = fc
      .string({ minLength: 8, maxLength: 40, unit: 'grapheme' })
      .filter((text) => text.trim().length >= 8);
    fc.assert(
      fc.property(value, fc.string(), fc.string({ maxLength: 30_000 }), fc.boolean(), (found, before, after, whole) => {
        const of = createRedactor([found]);
        // A part of a secret ends a body that was cut.
        const answer = `${after}${found}${before}${whole ? found : found.slice(0, -1)}`;
        const exchange = exchangeOf(
          {
            atMs: 0,
            tookMs: 1,
            method: 'POST',
            url: `https://example.org/${encodeURIComponent(found)}`,
            headers: { 'x-some': found },
            body: JSON.stringify({ before, found, after }),
            answer: { status: 200, headers: {}, body: answer, whole },
            error: `${before}${found}`,
          },
          of,
        );
        const kept = JSON.stringify(exchange);
        expect(kept.includes(JSON.stringify(found).slice(1, -1)) && !hidden.includes(found)).toBe(false);
        expect(exchange.request.body.length).toBeLessThanOrEqual(16_384);
        expect(exchange.answer?.body.length).toBeLessThanOrEqual(16_384);
        if (!whole) expect(exchange.answer?.body.endsWith(found.slice(0, -1))).toBe(false);
        expect(kept.isWellFormed() && !kept.includes('\\u0000')).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
