import { zone } from '../../lib/time.ts';

const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });

/** `2026-09-01` */
export const todayInLondon = (ms: number): string => parts.format(ms);
