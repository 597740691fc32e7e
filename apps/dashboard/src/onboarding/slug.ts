/** An id made of a name: `St Mary’s C of E Primary` becomes `st-marys-c-of-e-primary`. */
export function slugOf(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}|[’'`]/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replace(/^-+|-+$/g, '');
}

/** The same with a number after it where it is taken. */
export function freeSlug(name: string, taken: (id: string) => boolean, otherwise = 'new'): string {
  const slug = slugOf(name) || otherwise;
  if (!taken(slug)) return slug;
  for (let i = 2; ; i++) if (!taken(`${slug}-${i}`)) return `${slug}-${i}`;
}
