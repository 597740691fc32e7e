import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

function tokensOf(selector: string): Map<string, string> {
  const from = css.indexOf(`${selector} {`);
  const block = css.slice(from, css.indexOf('\n}', from));
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name ?? '', value ?? '']),
  );
}

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

describe.each([':root', ":root[data-theme='dark']"])('%s', (selector) => {
  const tokens = tokensOf(selector);
  const of = (name: string): string => tokens.get(name) ?? '';

  it.each([
    'text',
    'text-soft',
    'text-faint',
    'accent',
    'in',
    'out',
    'reporting',
    'silent',
    'awaiting',
    'high',
    'full',
  ])('has --%s readable as text (4.5:1) wherever text stands', (name) => {
    for (const ground of ['page', 'surface', 'sunken']) expect(contrast(of(name), of(ground))).toBeGreaterThan(4.5);
  });

  it('has text readable on its tinted grounds', () => {
    expect(contrast(of('accent-ink'), of('accent'))).toBeGreaterThan(4.5);
    expect(contrast(of('text'), of('accent-soft'))).toBeGreaterThan(4.5);
    expect(contrast(of('accent'), of('accent-soft'))).toBeGreaterThan(4.5);
    expect(contrast(of('silent'), of('silent-soft'))).toBeGreaterThan(4.5);
    expect(contrast(of('text'), of('silent-soft'))).toBeGreaterThan(4.5);
    expect(contrast(of('text'), of('in-soft'))).toBeGreaterThan(4.5);
  });

  it('has controls and focus visible (3:1)', () => {
    for (const ground of ['page', 'surface', 'sunken']) {
      expect(contrast(of('control-line'), of(ground))).toBeGreaterThan(3);
      expect(contrast(of('focus'), of(ground))).toBeGreaterThan(3);
    }
  });
});
