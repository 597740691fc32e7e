import { createLogger } from '@linewatch/service';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Reachability } from './reachability.ts';

describe('whether the brokers answer', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }));
  afterEach(() => void vi.useRealTimers());

  const create = (): Reachability => new Reachability(createLogger('test', 'silent'));

  it('is a matter of seconds: one failure is no outage, and an answer ends it', () => {
    const reachability = create();
    reachability.failed('a', new Error('refused'));
    expect(reachability.away()).toBeUndefined();
    vi.advanceTimersByTime(2500);
    reachability.failed('a', new Error('still refused'));
    expect(reachability.away()).toEqual({ sinceMs: 1_700_000_000_000, reason: 'still refused', how: 'is away' });
    reachability.answered('a');
    expect(reachability.away()).toBeUndefined();
  });

  it('is told by who has waited longest, until that one is gone', () => {
    const reachability = create();
    reachability.failed('a', new Error('first'));
    vi.advanceTimersByTime(3000);
    reachability.failed('b', Object.assign(new Error('second'), { type: 'TOPIC_AUTHORIZATION_FAILED' }));
    vi.advanceTimersByTime(3000);
    expect(reachability.away()?.reason).toBe('first');
    reachability.forget('a');
    expect(reachability.away()).toMatchObject({ reason: 'second', how: 'refuses' });
  });
});
