import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cleanLine, cut, cutOctets, escapeHtml, linkOf } from './text.ts';

it('is cut at a word, and says so', () => {
  expect(cut('The line of Oak Academy is down', 20)).toBe('The line of Oak…');
  expect(cut('The line', 8)).toBe('The line');
  expect(cut('Thelineofoakacademyisdown', 10)).toBe('Thelineof…');
  expect(cutOctets('Tŷ Gwyn Tŷ', 9)).toBe('Tŷ…');
});

it('is never longer than it may, nor cut within a character', () => {
  const any = fc.string({ unit: fc.constantFrom('a', ' ', 'ŵ', '😀', '\n', '€') });
  fc.assert(
    fc.property(any, fc.nat({ max: 60 }), (text, most) => {
      const characters = cut(text, most);
      const octets = cutOctets(text, most);
      expect(characters.length).toBeLessThanOrEqual(most);
      expect(Buffer.byteLength(octets)).toBeLessThanOrEqual(most);
      for (const short of [characters, octets]) {
        expect(short.isWellFormed()).toBe(true);
        expect(text.startsWith(short.replace(/…$/, ''))).toBe(true);
      }
      if (text.length <= most) expect(characters).toBe(text);
    }),
  );
});

it('is one line without what cannot be seen', () => {
  expect(cleanLine(' a\r\nb\u0000c\u202ed\ud800 \t e ')).toBe('a b c d\ufffd e');
});

it('is text in HTML', () => {
  expect(escapeHtml(`<a href='x'>"&`)).toBe('&lt;a href=&#39;x&#39;&gt;&quot;&amp;');
});

it('links lead to http(s) only', () => {
  expect(linkOf('https://example.org/a b')).toBe('https://example.org/a%20b');
  for (const other of [
    'javascript:alert(1)',
    'data:text/html,x',
    '/incidents/1',
    '',
    null,
    `https://a.example/${'x'.repeat(2000)}`,
  ])
    expect(linkOf(other)).toBeNull();
});
