/** What was opened from the palette last, in this browser, by this account. */
import { remember, remembered } from '../state/theme.svelte.ts';
import type { Entry } from './entries.ts';

const key = 'linewatch.recent';
const most = 6;

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' &&
  value !== null &&
  (['href', 'title', 'detail'] as const).every(
    (name) => typeof (value as Record<string, unknown>)[name] === 'string',
  ) &&
  // What stands in the browser's storage may come from anywhere: it leads to pages here and nowhere else.
  /^\/(?!\/)/.test((value as Entry).href);

/** `whose`: what one account opened is not shown to the next. */
export function recentOf(whose: string): Entry[] {
  try {
    const kept: unknown = JSON.parse(remembered(key) ?? '');
    if (typeof kept !== 'object' || kept === null || !('whose' in kept) || !('entries' in kept)) return [];
    return kept.whose === whose && Array.isArray(kept.entries) ? kept.entries.filter(isEntry).slice(0, most) : [];
  } catch {
    return [];
  }
}

export function keepRecent(whose: string, { href, title, detail }: Entry): void {
  const entries = [{ href, title, detail }, ...recentOf(whose).filter((each) => each.href !== href)].slice(0, most);
  remember(key, JSON.stringify({ whose, entries }));
}

export const forgetRecent = (): void => remember(key, '');
