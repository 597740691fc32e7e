/** The collector: UDP sockets → decoder → queue. It opens no database. */
import { isIP } from 'node:net';
import { type Decoder, createDecoder, trapOptionsOf } from '@linewatch/decode';
import type { Producer, Queue } from '@linewatch/queue';
import { epochOf, epochWorkers, ownerOf, parseAddress, workerOf } from '@linewatch/record';
import { type App, type Health, type Logger, type Metrics, describe } from '@linewatch/service';
import { isTaken } from './admission.ts';
import type { CollectorConfig } from './config.ts';
import { CollectorControl, type ControlState } from './control.ts';
import { engineFileOf, startEngine } from './engine.ts';
import { ExporterTeller, readTold, statusPrefix, tellEveryMs } from './exporters.ts';
import { Heartbeat } from './heartbeat.ts';
import { Intake } from './intake.ts';
import { inodesOf, kernelDrops } from './kernel.ts';
import { controlFileOf } from './kept-control.ts';
import { keyFileOf, readKey } from './key.ts';
import { type Remembered, memoryFileOf, readMemory, writeMemory } from './memory.ts';
import { collectorMetrics } from './metrics.ts';
import { configuredTable } from './poll/paths/configured.ts';
import { pathTables } from './poll/paths/tables.ts';
import { Poller } from './poll/poller.ts';
import { createClock } from './probe/clock.ts';
import { Probes } from './probe/probes.ts';
import { type TimeSource, unknownTime } from './probe/stamp/reflector.ts';
import { openPrivacy } from './privacy.ts';
import { Publisher } from './publisher.ts';
import { recoverSums } from './recover.ts';
import { Recovery } from './recovery.ts';
import { type DatagramReader, type InheritedSocket, type Sockets, openSockets } from './sockets.ts';
import { type Place, onlyWorker } from './workers.ts';

export interface CollectorOptions {
  readonly config: CollectorConfig;
  /** Label of the trust whose exporters these are. */
  readonly trust: string;
  readonly queue: Queue;
  readonly partitions: { readonly flows: number; readonly signals: number };
  /** Sockets that are open and bound already; without them it opens its own. */
  readonly inherited?: readonly InheritedSocket[] | undefined;
  /** Which of the collector's workers this is; without it, the only one. */
  readonly place?: Place | undefined;
  /** Whether all that the queue has accepted can be read from it; without it, always. */
  readonly isSettled?: (() => Promise<boolean>) | undefined;
  /** Of inherited sockets; without it their datagrams are read one by one. */
  readonly reader?: DatagramReader | undefined;
  /** What is known of the time of day here; without it nothing is. */
  readonly time?: TimeSource | undefined;
  /** Directory for what it remembers over restarts. */
  readonly directory: string;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

const signalsEveryMs = 500;
const heartbeatEveryMs = 1000;
const expireEveryMs = 1000;
/** Storms of traps are over when nothing more comes. */
const stormMs = 60_000;
const rememberEveryMs = 5000;
/** Looked at before the time up to which all was covered, so that a message that says so is among what is read. */
const recoverSlackMs = 60_000;

/** Clocks that were set back by more are believed. */
const clockBackMs = 60_000;

/** An epoch that is not the one before, which a restart at once or a clock set back a little would give again. */
function epochAfter(before: number | undefined, worker: number): number {
  const nowMs = Date.now();
  const next = epochOf((before ?? 0) + epochWorkers, worker);
  return next - nowMs < clockBackMs ? Math.max(epochOf(nowMs, worker), next) : epochOf(nowMs, worker);
}

export function createCollector(options: CollectorOptions): App {
  const { config, trust, queue, partitions, metrics, logger } = options;
  const { worker, workers } = options.place ?? onlyWorker;
  const memoryFile = memoryFileOf(options.directory, config.label, worker);
  const owns = (address: Uint8Array): boolean => ownerOf(address, workers) === worker;
  // A key on the topic that is no address is tidied up by the first.
  const ownsText = (text: string): boolean => (isIP(text) === 0 ? worker === 0 : owns(parseAddress(text)));
  // What workers that are no more have left is the first one's. What this start accepts is summed as it comes.
  const isOurs = (each: number): boolean =>
    each !== epoch && (workerOf(each) === worker || (worker === 0 && workerOf(each) >= workers));
  let epoch = 0;
  let producer: Producer | undefined;
  let publisher: Publisher | undefined;
  let decoder: Decoder | undefined;
  let sockets: Sockets | undefined;
  let control: CollectorControl | undefined;
  let poller: Poller | undefined;
  let probes: Probes | undefined;
  const timers: NodeJS.Timeout[] = [];
  let teller: ExporterTeller | undefined;
  let ports: ReadonlySet<number> = new Set();
  let remembering = Promise.resolve();
  let recovery: Recovery | undefined;
  let recoverFromMs = Infinity;
  const stopping = new AbortController();

  const memoryNow = (): Remembered => ({
    coveredMs: recovery?.isDone === false ? Math.min(recoverFromMs, publisher!.acceptedMs) : publisher!.acceptedMs,
    templates: decoder!.templates(),
    epoch,
  });

  const remember = (): void => {
    remembering = remembering
      .then(() => writeMemory(memoryFile, memoryNow()))
      .catch((error: unknown) =>
        logger.warn({ file: memoryFile, reason: describe(error) }, 'templates were not saved'),
      );
  };

  const start = async (): Promise<void> => {
    producer = await queue.producer();
    const memory = await readMemory(memoryFile);
    epoch = epochAfter(memory?.epoch, worker);
    const labels = { trust, collector: config.label };
    if (memory) {
      recoverFromMs = memory.coveredMs;
      const what = { queue, producer, ...labels, isOurs, sinceMs: recoverFromMs - recoverSlackMs };
      recovery = new Recovery({
        recover: (signal) => recoverSums({ ...what, signal }),
        isSettled: options.isSettled ?? (() => Promise.resolve(true)),
        logger,
      });
    }
    const privacy = await openPrivacy(config.privacy, options.directory, config.label, logger);
    publisher = new Publisher({
      producer,
      ...labels,
      epoch,
      flowPartitions: partitions.flows,
      signalPartitions: partitions.signals,
      inFlightBytes: config.inFlightBytes,
      privacy,
      now: Date.now,
      logger,
    });
    const sink = publisher;
    const invalid = metrics.counter(
      'control_invalid_total',
      'Control that could not be used; what was in force stayed.',
    );
    control = new CollectorControl({
      queue,
      producer,
      ...labels,
      privateKey: await readKey(keyFileOf(options.directory, config.label), logger),
      onInvalid: () => invalid.inc(),
      file: controlFileOf(options.directory, config.label),
      keeps: worker === 0,
      logger,
    });
    const told = control;
    await told.start();
    const engine = await startEngine(engineFileOf(options.directory, config.label, worker), Date.now());
    decoder = createDecoder({
      sink,
      correctClock: true,
      keepElements: config.keepElements,
      traps: { ...trapOptionsOf(told.state.secrets.traps), engine },
    });
    const decode = decoder;
    const inodes = inodesOf(options.inherited);
    const drops = (): ReadonlyMap<number, number> => kernelDrops(ports, inodes);
    const counted = collectorMetrics(metrics, {
      counters: decode.counters,
      received: () => sockets?.listening ?? [],
      kernelDrops: drops,
      inFlightBytes: () => sink.inFlightBytes,
      sumsOverLimit: () => sink.sumsOverLimit,
      totalsSkipped: () => sink.totalsSkipped,
      privacy,
    });
    sink.use(counted);
    if (memory?.templates) decode.restore(memory.templates);
    // Before any flow: from here on this epoch can be recovered.
    await sink.publishSignals();
    await writeMemory(memoryFile, memoryNow());

    const taking = new Intake({
      decoder: decode,
      rules: told.state,
      onHeard: ({ address }) =>
        sink.event({ timeMs: Date.now(), exporter: address, interface: 0, kind: 'exporter.heard', detail: '{}' }),
    });
    const obey = (state: ControlState): void => {
      taking.use(state);
      decode.setTraps({ ...trapOptionsOf(state.secrets.traps), engine });
    };
    told.onChange(obey);
    // It may have changed since the start.
    obey(told.state);
    poller = new Poller({
      control: told,
      heard: function* () {
        for (const exporter of decode.exporters)
          if (exporter.outcomes.decoded > 0 && isTaken(taking.admissionOf(exporter))) yield exporter.address;
      },
      sink: {
        sample: (sample) => sink.polled(sample),
        passed: (address, passed) => sink.passed(address, passed),
      },
      owns,
      tables: [...pathTables, ...config.paths.map(configuredTable)],
      now: Date.now,
      metrics,
      logger,
    });
    const polling = poller;
    sink.onEvent = (event) => polling.onEvent(event);
    probes = new Probes({
      control: told,
      reflector: { address: config.address, ...config.reflector },
      sample: (sample) => sink.polled(sample),
      place: { worker, workers },
      now: Date.now,
      clock: createClock(),
      time: options.time ?? unknownTime,
      metrics,
      logger,
    });
    const telling = new ExporterTeller({
      decoder: decode,
      intake: taking,
      producer,
      ...labels,
      epoch,
      sample: (sample) => sink.sample(sample),
      now: Date.now,
      logger,
    });
    teller = telling;
    readTold(queue, statusPrefix(trust, config.label), ownsText, stopping.signal).then(
      (told) => telling.learn(told),
      (error: unknown) => logger.warn({ reason: describe(error) }, 'what was told of exporters could not be read'),
    );
    sockets = await openSockets({
      config,
      inherited: options.inherited,
      reader: options.reader,
      onDatagram: (datagram, address) => taking.take(datagram, address, Date.now()),
      logger,
    });
    ports = new Set(sockets.listening.map(({ port }) => port));
    logger.info({ listening: sockets.listening }, 'listening');
    const signals = (): void => {
      sink
        .publishSignals()
        .catch((error: unknown) => logger.error({ reason: describe(error) }, 'signals were not published'));
    };
    const heartbeat = new Heartbeat({
      epoch,
      decoder: decode,
      sockets: sockets.listening,
      kernelDrops: drops,
      unqueued: counted.flowsUnqueued,
      sample: (sample) => sink.sample(sample),
      now: Date.now,
    });
    heartbeat.beat();
    polling.start();
    await probes.start();
    timers.push(
      setInterval(() => sink.release(), config.batchMs),
      setInterval(signals, signalsEveryMs),
      setInterval(() => heartbeat.beat(), heartbeatEveryMs),
      setInterval(() => void telling.tell(), tellEveryMs),
      setInterval(remember, rememberEveryMs),
      setInterval(() => decode.expire(Date.now()), expireEveryMs),
      setInterval(() => sink.forget(), 60_000),
    );
  };

  const stop = async (): Promise<void> => {
    stopping.abort();
    await sockets?.close();
    await recovery?.stop();
    await poller?.stop();
    await probes?.stop();
    await control?.stop();
    for (const timer of timers) clearInterval(timer);
    await teller?.tell();
    decoder?.expire(Date.now() + stormMs);
    await publisher?.drain();
    if (decoder) remember();
    await remembering;
    await producer?.close();
  };

  const health = (): Health => {
    if (!sockets) return { ready: false, detail: 'starting' };
    if (publisher?.problem) return { ready: false, detail: `the queue does not accept: ${publisher.problem}` };
    const received = sockets.listening.reduce((sum, each) => sum + each.received, 0);
    const where = sockets.listening.map(({ protocol, port }) => `${protocol} ${port}`).join(', ');
    const wrong = probes?.problem ?? '';
    return {
      ready: true,
      detail: `listening on UDP ${where}; ${received} datagrams${wrong === '' ? '' : `; ${wrong}`}`,
    };
  };

  return { start, stop, health };
}
