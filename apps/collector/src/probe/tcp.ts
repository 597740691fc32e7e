/** A connection that is opened and closed again. */
import { connect } from 'node:net';
import { type Outcome, codeOf, failureOf } from './outcome.ts';

/** A refusal is an answer: the host is reached, the service is not. */
export function probeTcp(address: string, port: number, timeoutMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const startMs = performance.now();
    const socket = connect({ host: address, port });
    const end = (outcome: Outcome): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const answered = (trouble: string): void => end({ is: 'answered', rttMs: performance.now() - startMs, trouble });
    const timer = setTimeout(() => end({ is: 'failed', reason: 'timeout' }), timeoutMs);
    socket.once('connect', () => answered(''));
    // It may have more to say after it was destroyed.
    socket.on('error', (error) => (codeOf(error) === 'ECONNREFUSED' ? answered('refused') : end(failureOf(error))));
  });
}
