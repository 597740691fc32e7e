import { type LineNow, WatchError } from '@linewatch/estate';
import type { EstateReader } from '../ports.ts';

const refused = (): Promise<never> => Promise.reject(new WatchError('missing', 'nothing is kept here'));

/** A watch in memory that nothing was told: what is kept is tested on a database. `lines` tell of now, and may change with `version`. */
export const memoryWatch = (
  watch: { readonly version: number; readonly lines: readonly LineNow[] } = { version: 1, lines: [] },
): Pick<EstateReader, 'incidents' | 'maintenance' | 'facts' | 'reports'> => ({
  incidents: {
    list: () => Promise.resolve({ incidents: [], next: null }),
    get: () => Promise.resolve(undefined),
    act: refused,
    now: () => Promise.resolve(watch.lines),
    version: () => Promise.resolve(watch.version),
  },
  maintenance: {
    list: () => Promise.resolve([]),
    stored: () => Promise.resolve([]),
    create: refused,
    update: refused,
    cancel: refused,
  },
  facts: {
    intervals: () => Promise.resolve([]),
    annotations: () => Promise.resolve([]),
    incidents: () => Promise.resolve([]),
  },
  reports: { list: () => Promise.resolve([]), get: () => Promise.resolve(undefined), issue: refused },
});
