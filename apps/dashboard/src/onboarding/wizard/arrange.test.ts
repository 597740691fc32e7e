import type { InboxInterface } from '@linewatch/contract';
import { expect, it } from 'vitest';
import { arrangeHeard } from './arrange.ts';

const heard = (index: number, more: Partial<InboxInterface> = {}): InboxInterface => ({
  collector: 'main',
  exporter: '192.0.2.1',
  sysName: '',
  awaiting: false,
  inBps: 0,
  outBps: 0,
  firstSeenMs: 0,
  lastSeenMs: 0,
  suggestions: [],
  index,
  name: '',
  alias: '',
  speedBps: null,
  exporterId: null,
  inside: false,
  ...more,
});

it('offers what just began first, then what names the academy, then what is new, then the busiest', () => {
  const all = [
    heard(1, { inBps: 5 }),
    heard(2, { outBps: 9 }),
    heard(3, { firstSeenMs: null }),
    heard(4, { alias: 'WAN Oakfield 2' }),
    heard(5),
    heard(6),
  ];
  const appeared = { 'main 192.0.2.1 5': 100, 'main 192.0.2.1 6': 200 };
  const order = arrangeHeard(all, 'Oakfield', appeared, 10_000_000).map(({ index }) => index);
  expect(order).toEqual([6, 5, 4, 3, 2, 1]);
});
