import { afterEach, expect, it, vi } from 'vitest';
import { forgetRecent, keepRecent, recentOf } from './recent.ts';

const stored = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (name: string) => stored.get(name) ?? null,
  setItem: (name: string, value: string) => stored.set(name, value),
});
afterEach(() => stored.clear());

const entry = (href: string): { href: string; title: string; detail: string } => ({ href, title: href, detail: '' });
const opened = (whose: string): string[] => recentOf(whose).map(({ href }) => href);

it('keeps what was opened last first, once each, and only so many', () => {
  for (const href of ['/a', '/b', '/c', '/a', '/d', '/e', '/f', '/g']) keepRecent('one', entry(href));
  expect(opened('one')).toEqual(['/g', '/f', '/e', '/d', '/a', '/c']);
});

it('shows the next account nothing of it', () => {
  keepRecent('one', entry('/a'));
  expect(opened('two')).toEqual([]);
  keepRecent('two', entry('/b'));
  expect([opened('one'), opened('two')]).toEqual([[], ['/b']]);
});

it('is empty after it was forgotten, and whatever else stands in the storage', () => {
  keepRecent('one', entry('/a'));
  forgetRecent();
  expect(opened('one')).toEqual([]);
  const bad = ['no JSON', 'null', '[]', '{"whose":"one"}', '{"whose":"one","entries":[1,null,{"href":"/a"}]}'];
  for (const text of bad) {
    stored.set('linewatch.recent', text);
    expect(opened('one')).toEqual([]);
  }
});

it('leads to pages here and nowhere else', () => {
  const entries = ['javascript:alert(1)', '//elsewhere.example', 'https://elsewhere.example', '/here'].map(entry);
  stored.set('linewatch.recent', JSON.stringify({ whose: 'one', entries }));
  expect(opened('one')).toEqual(['/here']);
});
