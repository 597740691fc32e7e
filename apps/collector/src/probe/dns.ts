/** One question to a name server. */
import { Resolver } from 'node:dns/promises';
import { performance } from 'node:perf_hooks';
import type { DnsTarget } from '@linewatch/record';
import { type Outcome, codeOf, untried } from './outcome.ts';

/** The server has answered, and that is what counts: there is no such name, or nothing of that type. */
const answers: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);
/** It has answered that it will not. */
const refusals: Readonly<Record<string, string>> = {
  EREFUSED: 'dns refused',
  ENOTIMP: 'dns not implemented',
  EFORMERR: 'dns format error',
};
const failures: Readonly<Record<string, string>> = {
  ESERVFAIL: 'dns servfail',
  ETIMEOUT: 'timeout',
  ECONNREFUSED: 'refused',
  EBADRESP: 'dns answer malformed',
};

export async function probeDns(target: DnsTarget, address: string, timeoutMs: number): Promise<Outcome> {
  const { port, name, type } = target;
  // A resolver for each question: none remembers an answer.
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  const timer = setTimeout(() => resolver.cancel(), timeoutMs);
  const startMs = performance.now();
  const answered = (trouble: string): Outcome => ({ is: 'answered', rttMs: performance.now() - startMs, trouble });
  try {
    resolver.setServers([address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`]);
    await resolver.resolve(name, type);
    return answered('');
  } catch (error) {
    const code = codeOf(error);
    if (answers.has(code)) return answered('');
    const refusal = refusals[code];
    if (refusal !== undefined) return answered(refusal);
    if (code === 'ECANCELLED') return { is: 'failed', reason: 'timeout' };
    const reason = failures[code];
    return reason === undefined ? untried('local', code) : { is: 'failed', reason };
  } finally {
    clearTimeout(timer);
  }
}
