/** Probes what control names: when each is due, by whatever method it takes, and what came of it as samples. */
import {
  Networks,
  type ProbeTarget,
  type Probing,
  ProbeTargetError,
  type Sample,
  fnv1a,
  parseAddress,
  parseProbe,
} from '@linewatch/record';
import { type Logger, type Metrics, describe, sleep } from '@linewatch/service';
import type { ControlFeed } from '../control.ts';
import { Schedule } from '../poll/schedule.ts';
import type { Clock } from './clock.ts';
import { probeDns } from './dns.ts';
import { runFping } from './fping.ts';
import { probeHttp } from './http.ts';
import { ProbeCounts } from './metrics.ts';
import { Names } from './names.ts';
import { type Outcome, type UntriedReason, untried } from './outcome.ts';
import { Stall } from './stall.ts';
import type { TimeSource } from './stamp/reflector.ts';
import { Sender } from './stamp/sender.ts';
import { probeTcp } from './tcp.ts';
import { Told } from './told.ts';

export interface ProberOptions {
  readonly control: ControlFeed;
  readonly sample: (sample: Sample) => void;
  /** Which of the collector's workers this is: a target is of one of them. */
  readonly place: { readonly worker: number; readonly workers: number };
  /** Unix ms. */
  readonly now: () => number;
  readonly clock: Clock;
  readonly time: TimeSource;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** The program; without it the one in the path. */
  readonly fping?: string | undefined;
}

/** Targets that take the same means: so many at once, looked at so often. */
const lanes = {
  // One process for all that are due: the longer it is waited for, the fewer there are.
  icmp: { tickMs: 2000, concurrency: 2048 },
  stamp: { tickMs: 250, concurrency: 512 },
  connect: { tickMs: 250, concurrency: 128 },
} as const;
type Lane = keyof typeof lanes;

const laneOf = ({ kind }: ProbeTarget): Lane => (kind === 'icmp' || kind === 'stamp' ? kind : 'connect');

/** Addresses of one process of fping. */
const batchAddresses = 256;
/** Each has a socket that stays open. */
const maxSenders = 1024;
/** A run is over well before the next, even where one that failed is tried again every 10 s. */
const longestRunMs = 8000;
const widestSpacingMs = 200;
const stopMs = 1000;
/** What could not be tried is told of once in this time. */
const sayAgainMs = 600_000;

/** No single host: unspecified, multicast, broadcast (RFC 1112, RFC 919, RFC 4291). */
const nobody = new Networks(['0.0.0.0/8', '224.0.0.0/4', '255.255.255.255', '::', 'ff00::/8']);

interface Probed {
  readonly target: ProbeTarget;
  readonly told: Told;
  sender?: { readonly address: string; readonly sender: Sender };
}

export class Prober {
  readonly #options: ProberOptions;
  readonly #counts: ProbeCounts;
  readonly #names: Names;
  readonly #stall: Stall;
  readonly #schedules: Readonly<Record<Lane, Schedule<Probed>>>;
  readonly #probed = new Map<string, Probed>();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #stopping = new AbortController();
  readonly #saidMs = new Map<UntriedReason, number>();
  #allow = new Networks([]);
  #deny = new Networks([]);
  #senders = 0;
  /** What is in force here. */
  #probing: Probing | undefined;
  #hasFping = true;

  constructor(options: ProberOptions) {
    const { now, control, metrics } = options;
    this.#options = options;
    this.#counts = new ProbeCounts(metrics, () => this.#probed.size);
    this.#names = new Names(now);
    this.#stall = new Stall(now);
    const { everyMs } = control.state.probing;
    const schedule = (lane: Lane): Schedule<Probed> => new Schedule({ everyMs, concurrency: lanes[lane].concurrency });
    this.#schedules = { icmp: schedule('icmp'), stamp: schedule('stamp'), connect: schedule('connect') };
  }

  /** What is to be put right here before all can be probed; empty = nothing. */
  get problem(): string {
    return this.#hasFping ? '' : 'ICMP probes need fping, which is not installed';
  }

  start(): void {
    this.#update();
    this.#options.control.onChange(() => this.#update());
    this.#stall.start();
    for (const lane of Object.keys(lanes) as Lane[])
      this.#timers.push(setInterval(() => this.#tick(lane), lanes[lane].tickMs));
  }

  /** Nothing is told after it was called. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#stall.stop();
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.race([Promise.all(this.#inFlight), sleep(stopMs)]);
    for (const each of this.#probed.values()) this.#close(each);
  }

  #update(): void {
    if (this.#stopping.signal.aborted) return;
    const { control, place, now, logger } = this.#options;
    const { probing } = control.state;
    if (probing === this.#probing) return;
    this.#probing = probing;
    const wanted = new Map<string, ProbeTarget>();
    for (const text of probing.targets) {
      try {
        const target = parseProbe(text);
        if (fnv1a(Buffer.from(target.url)) % place.workers === place.worker) wanted.set(target.url, target);
      } catch (error) {
        if (!(error instanceof ProbeTargetError)) throw error;
        logger.warn({ reason: error.message }, 'a probe target was not taken');
      }
    }
    for (const [url, each] of this.#probed)
      if (!wanted.has(url)) {
        this.#probed.delete(url);
        this.#close(each);
      }
    for (const [url, target] of wanted)
      if (!this.#probed.has(url)) this.#probed.set(url, { target, told: new Told(url) });
    this.#allow = new Networks(probing.allow);
    this.#deny = new Networks(probing.deny);
    this.#names.keep(new Set([...wanted.values()].map(({ host }) => host)));
    for (const lane of Object.keys(lanes) as Lane[]) {
      const own = new Map([...this.#probed].filter(([, { target }]) => laneOf(target) === lane));
      this.#schedules[lane].set(own, { everyMs: probing.everyMs, concurrency: lanes[lane].concurrency }, now());
    }
  }

  #close(probed: Probed): void {
    if (!probed.sender) return;
    probed.sender.sender.close();
    delete probed.sender;
    this.#senders--;
  }

  #tick(lane: Lane): void {
    const due = this.#schedules[lane].next(this.#options.now()).map(([, probed]) => probed);
    if (lane === 'icmp')
      for (let i = 0; i < due.length; i += batchAddresses) this.#follow(this.#echo(due.slice(i, i + batchAddresses)));
    else for (const probed of due) this.#follow(this.#single(lane, probed));
  }

  #follow(work: Promise<void>): void {
    const run = work
      .catch((error: unknown) => this.#options.logger.error({ reason: describe(error) }, 'a probe failed in itself'))
      .finally(() => this.#inFlight.delete(run));
    this.#inFlight.add(run);
  }

  async #single(lane: Lane, probed: Probed): Promise<void> {
    const stalls = this.#stall.stalls;
    const startMs = this.#options.now();
    const place = await this.#addressOf(probed.target);
    const outcome = 'is' in place ? place : await this.#by(probed, place.address);
    this.#end(lane, probed, outcome, { stalls, startMs });
  }

  async #echo(batch: readonly Probed[]): Promise<void> {
    const stalls = this.#stall.stalls;
    const startMs = this.#options.now();
    const places = await Promise.all(batch.map(({ target }) => this.#addressOf(target)));
    const addresses = new Set(places.flatMap((place) => ('is' in place ? [] : [place.address])));
    const { fping } = this.#options;
    const outcomes =
      addresses.size === 0
        ? new Map<string, Outcome>()
        : await runFping([...addresses], { ...this.#packets(), ...(fping === undefined ? {} : { command: fping }) });
    batch.forEach((probed, i) => {
      const place = places[i]!;
      const outcome = 'is' in place ? place : outcomes.get(place.address)!;
      this.#end('icmp', probed, outcome, { stalls, startMs });
    });
    if (addresses.size > 0)
      this.#hasFping = ![...outcomes.values()].some((each) => each.is === 'untried' && each.reason === 'no_fping');
  }

  #packets() {
    const { packets, timeoutMs } = this.#options.control.state.probing;
    const spacingMs = Math.max(10, Math.min(widestSpacingMs, Math.floor((longestRunMs - timeoutMs) / packets)));
    return { packets, timeoutMs, spacingMs, signal: this.#stopping.signal };
  }

  async #addressOf({ host }: ProbeTarget): Promise<{ readonly address: string } | Outcome> {
    const address = await this.#names.addressOf(host);
    if (address === undefined) return untried('unresolved', host);
    const bytes = parseAddress(address);
    const isAllowed = this.#allow.size === 0 || this.#allow.has(bytes);
    return nobody.has(bytes) || this.#deny.has(bytes) || !isAllowed
      ? untried('denied', `${host} ${address}`)
      : { address };
  }

  #by(probed: Probed, address: string): Promise<Outcome> {
    const { target } = probed;
    const { timeoutMs } = this.#options.control.state.probing;
    switch (target.kind) {
      case 'tcp':
        return probeTcp(address, target.port, timeoutMs);
      case 'http':
      case 'https':
        return probeHttp(target, { address, timeoutMs });
      case 'dns':
        return probeDns(target, address, timeoutMs);
      case 'stamp': {
        const sender = this.#senderOf(probed, address, target.port);
        return sender ? sender.run(this.#packets()) : Promise.resolve(untried('local', `over ${maxSenders} sessions`));
      }
      case 'icmp':
        throw new RangeError('echo requests go out together');
    }
  }

  #senderOf(probed: Probed, address: string, port: number): Sender | undefined {
    if (probed.sender && probed.sender.address !== address) this.#close(probed);
    if (!probed.sender) {
      if (this.#senders >= maxSenders) return undefined;
      const { clock, time } = this.#options;
      const sender = new Sender({ address, port, clock, time, onHeard: (heard) => this.#counts.stamp(heard) });
      probed.sender = { address, sender };
      this.#senders++;
    }
    return probed.sender.sender;
  }

  #end(
    lane: Lane,
    { target, told }: Probed,
    found: Outcome,
    since: { readonly stalls: number; readonly startMs: number },
  ): void {
    const { now, sample, logger } = this.#options;
    const { url, kind } = target;
    const nowMs = now();
    // Told to stop, or to leave this target, meanwhile.
    if (this.#stopping.signal.aborted) return;
    const stalled = this.#stall.stalls !== since.stalls;
    const outcome = stalled ? untried('stalled', 'this process did not run for a while') : found;
    this.#counts.ended(kind, outcome);
    // What could not be asked is no failure of its own: at its next place it is tried again.
    this.#schedules[lane].done(url, outcome.is !== 'failed', nowMs);
    if (this.#probed.get(url)?.told !== told) return;
    if (outcome.is === 'untried') {
      this.#say(outcome.reason, url, outcome.detail, nowMs);
      return;
    }
    for (const each of told.samples(outcome, since.startMs)) sample(each);
    if (outcome.is === 'failed') logger.debug({ target: url, reason: outcome.reason }, 'a probe was not answered');
  }

  #say(reason: UntriedReason, target: string, detail: string, nowMs: number): void {
    if (nowMs - (this.#saidMs.get(reason) ?? -Infinity) < sayAgainMs) return;
    this.#saidMs.set(reason, nowMs);
    this.#options.logger.warn({ reason, target, detail }, 'a probe could not be made: nothing is said of its target');
  }
}
