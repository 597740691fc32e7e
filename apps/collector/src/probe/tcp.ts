/** A connection that is opened and closed again. */
import { connect } from 'node:net';
import { type Outcome, failureOf } from './outcome.ts';

/** A refusal is no answer: any box on the way may have sent it, and some do so for hosts that are not there. */
export function probeTcp(address: string, port: number, timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const startMs = performance.now();
    const socket = connect({ host: address, port });
    const end = (outcome: Outcome): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => end({ is: 'failed', reason: 'timeout' }), timeoutMs);
    socket.once('connect', () => end({ is: 'answered', rttMs: performance.now() - startMs, trouble: '' }));
    // It may have more to say after it was destroyed.
    socket.on('error', (error) => end(failureOf(error)));
  });
}
