/**
 * Sequence numbers of sFlow: datagrams of each agent and sub-agent, and samples of each of its sources. Behind one UDP
 * source there is one agent, or those that a relay speaks for.
 */
import type { Domain, Exporter } from '../exporter.ts';
import { countVerdict } from '../losses.ts';
import type { Memory } from '../memory.ts';
import type { Counters } from '../port.ts';
import { SequenceTracker } from '../sequence.ts';

const maxAgents = 64;
const maxSources = 4096;
const agentWeight = 8;
const sourceWeight = 8;

export class Agent {
  readonly sequence = new SequenceTracker('datagrams');
  /** Of samples, by source and kind of sample. */
  readonly sources = new Map<number, SequenceTracker>();
}

export class Agents {
  readonly #memory: Memory;
  readonly #counters: Counters;
  readonly #byDomain = new WeakMap<Domain, Map<number, Agent>>();

  constructor(memory: Memory, counters: Counters) {
    this.#memory = memory;
    this.#counters = counters;
  }

  /** The agent of this hash of its address. Undefined when its datagram came before: its samples are not to be counted. */
  datagram(exporter: Exporter, domain: Domain, hash: number, sequence: number): Agent | undefined {
    const agent = this.#agent(exporter, domain, hash);
    const verdict = agent.sequence.see(sequence, 1);
    countVerdict(this.#counters, exporter, 'datagrams', verdict);
    // The sources of an agent that starts again do so, too.
    if (verdict.restart) this.#forget(exporter, domain, agent);
    return verdict.duplicate ? undefined : agent;
  }

  /** `key`: the source's index + 2^32 × its class + 2^40 × the kind of sample. */
  sample(exporter: Exporter, domain: Domain, agent: Agent, key: number, sequence: number): void {
    const { sources } = agent;
    let tracker = sources.get(key);
    if (tracker === undefined) {
      if (sources.size >= maxSources) sources.delete(sources.keys().next().value ?? key);
      else this.#memory.weigh(exporter, domain, sourceWeight);
      sources.set(key, (tracker = new SequenceTracker('samples')));
    }
    const verdict = tracker.see(sequence, 1);
    if (verdict.lost + verdict.late > 0 || verdict.duplicate || verdict.restart)
      countVerdict(this.#counters, exporter, 'samples', verdict);
  }

  #agent(exporter: Exporter, domain: Domain, hash: number): Agent {
    let agents = this.#byDomain.get(domain);
    if (agents === undefined) this.#byDomain.set(domain, (agents = new Map<number, Agent>()));
    let agent = agents.get(hash);
    if (agent !== undefined) return agent;
    if (agents.size >= maxAgents)
      for (const [oldest, forgotten] of agents) {
        agents.delete(oldest);
        this.#forget(exporter, domain, forgotten);
        this.#memory.weigh(exporter, domain, -agentWeight);
        break;
      }
    agents.set(hash, (agent = new Agent()));
    this.#memory.weigh(exporter, domain, agentWeight);
    return agent;
  }

  #forget(exporter: Exporter, domain: Domain, agent: Agent): void {
    this.#memory.weigh(exporter, domain, -sourceWeight * agent.sources.size);
    agent.sources.clear();
  }
}
