/** Texts that devices and people chose, as ids and names of the estate. */

/** As the contract says of ids. */
const maxSlug = 64;
const maxName = 200;

/** `St Mary’s C of E Primary` becomes `st-marys-c-of-e-primary`; empty when there is nothing to make one of. */
export const slugOf = (text: string, most = maxSlug): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}|[’'`]/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, most + 1)
    .replace(/^-+/, '')
    .slice(0, most)
    .replace(/-+$/, '');

/** One that is not taken: a number goes behind it where it is. */
export function freeId(wanted: string, otherwise: string, isTaken: (id: string) => boolean): string {
  const base = slugOf(wanted) || otherwise;
  if (!isTaken(base)) return base;
  for (let i = 2; ; i++) {
    const end = `-${i}`;
    const id = `${base.slice(0, maxSlug - end.length).replace(/-+$/, '')}${end}`;
    if (!isTaken(id)) return id;
  }
}

/** One line as a name of the estate takes it; empty when nothing is left. */
export const nameOf = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, maxName)
    .trim();

/** What a device says, quoted in a sentence. */
export function quoted(text: string): string {
  const shown = nameOf(text);
  return `"${shown.length > 60 ? `${shown.slice(0, 59)}…` : shown}"`;
}
