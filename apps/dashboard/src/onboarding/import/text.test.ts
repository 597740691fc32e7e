import { maxFileBytes } from '@linewatch/contract';
import { describe, expect, it } from 'vitest';
import { FileProblem, decodeText } from './text.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('a chosen file', () => {
  it('is read as UTF-8 where it is, without its mark', () => {
    const text = 'Name\nÉcole – “A”';
    expect(decodeText(new TextEncoder().encode(text))).toEqual({ text, encoding: 'UTF-8' });
    expect(decodeText(new TextEncoder().encode(`\ufeff${text}`)).text).toBe(text);
  });

  it('is read as ISO-8859-1 where it is not UTF-8', () => {
    // "Zoë" and a Windows dash.
    expect(decodeText(bytes(0x5a, 0x6f, 0xeb, 0x20, 0x96))).toEqual({ text: 'Zoë –', encoding: 'ISO-8859-1' });
  });

  it('is read as UTF-16 where its mark says so, either way round', () => {
    expect(decodeText(bytes(0xff, 0xfe, 0x41, 0, 0xeb, 0))).toEqual({ text: 'Aë', encoding: 'UTF-16' });
    expect(decodeText(bytes(0xfe, 0xff, 0, 0x41, 0, 0xeb)).text).toBe('Aë');
  });

  it.each([
    ['nothing', bytes(), /empty/],
    ['blanks', bytes(0x20, 0x0a), /blanks/],
    ['a workbook', bytes(0x50, 0x4b, 3, 4, 0), /CSV/],
    ['an old workbook', bytes(0xd0, 0xcf, 0x11, 0xe0), /CSV/],
    ['gzip', bytes(0x1f, 0x8b, 8), /Unpack/],
    ['PDF', bytes(0x25, 0x50, 0x44, 0x46), /PDF/],
    ['binary', bytes(0x41, 0, 0x42), /not a text file/],
    ['too much', new Uint8Array(maxFileBytes + 1).fill(0x41), /at most 20 MB/],
  ])('that is %s is refused with what to do', (_, content, message) => {
    expect(() => decodeText(content)).toThrow(FileProblem);
    expect(() => decodeText(content)).toThrow(message);
  });
});
