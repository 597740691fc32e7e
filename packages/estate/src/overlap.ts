/** Something at a place for a time: half-open, null = without end on that side. */
export interface Stay {
  readonly where: string;
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** Each stay that begins while another at the same place goes on, with the one of those that lasts longest. */
export function overlapping<T extends Stay>(stays: readonly T[]): { earlier: T; later: T }[] {
  const places = new Map<string, T[]>();
  for (const stay of stays) {
    const there = places.get(stay.where);
    if (there) there.push(stay);
    else places.set(stay.where, [stay]);
  }
  const start = (stay: T): number => stay.fromMs ?? -Infinity;
  const end = (stay: T): number => stay.toMs ?? Infinity;
  const found: { earlier: T; later: T }[] = [];
  for (const there of places.values()) {
    // Stable: of two that begin together, the first of the file is the earlier.
    there.sort((a, b) => (start(a) < start(b) ? -1 : start(a) > start(b) ? 1 : 0));
    let last: T | undefined;
    for (const stay of there) {
      if (last && start(stay) < end(last)) found.push({ earlier: last, later: stay });
      if (!last || end(stay) > end(last)) last = stay;
    }
  }
  return found;
}
