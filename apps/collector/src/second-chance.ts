/** What gives way in a full map: the first in line that was not used again since it was last looked at. */

export interface Used {
  /** Set by whoever uses it. */
  used: boolean;
}

/** Takes one out and returns it; undefined when there is none. */
export function giveWay<K, V extends Used>(map: Map<K, V>): V | undefined {
  for (const [key, value] of map) {
    map.delete(key);
    if (!value.used) return value;
    value.used = false;
    map.set(key, value);
  }
  return undefined;
}
