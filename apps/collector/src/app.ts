/** The collector: UDP sockets → decoder → queue. It opens no database. */
import path from 'node:path';
import { type Decoder, createDecoder, trapOptionsOf } from '@linewatch/decode';
import type { Producer, Queue } from '@linewatch/queue';
import { type App, type Health, type Logger, type Metrics, describe } from '@linewatch/service';
import { isTaken } from './admission.ts';
import type { CollectorConfig } from './config.ts';
import { CollectorControl, type ControlState } from './control.ts';
import { engineFileOf, startEngine } from './engine.ts';
import { ExporterTeller, readTold, statusPrefix, tellEveryMs } from './exporters.ts';
import { Heartbeat } from './heartbeat.ts';
import { Intake } from './intake.ts';
import { kernelDrops } from './kernel.ts';
import { readKey } from './key.ts';
import { readMemory, writeMemory } from './memory.ts';
import { collectorMetrics } from './metrics.ts';
import { Poller } from './poll/poller.ts';
import { openPrivacy } from './privacy.ts';
import { Publisher } from './publisher.ts';
import { recoverSums } from './recover.ts';
import { type InheritedSocket, type Sockets, openSockets } from './sockets.ts';

export interface CollectorOptions {
  readonly config: CollectorConfig;
  /** Label of the trust whose exporters these are. */
  readonly trust: string;
  readonly queue: Queue;
  readonly partitions: { readonly flows: number; readonly signals: number };
  /** Sockets that are open and bound already; without them it opens its own. */
  readonly inherited?: readonly InheritedSocket[] | undefined;
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

export function createCollector(options: CollectorOptions): App {
  const { config, trust, queue, partitions, metrics, logger } = options;
  const memoryFile = path.join(options.directory, `${config.label}.json`);
  const epoch = Date.now();
  let producer: Producer | undefined;
  let publisher: Publisher | undefined;
  let decoder: Decoder | undefined;
  let sockets: Sockets | undefined;
  let control: CollectorControl | undefined;
  let poller: Poller | undefined;
  const timers: NodeJS.Timeout[] = [];
  let teller: ExporterTeller | undefined;
  let ports: ReadonlySet<number> = new Set();
  let remembering = Promise.resolve();

  const remember = (): void => {
    remembering = remembering
      .then(() => writeMemory(memoryFile, { coveredMs: publisher!.acceptedMs, templates: decoder!.templates() }))
      .catch((error: unknown) =>
        logger.warn({ file: memoryFile, reason: describe(error) }, 'templates were not saved'),
      );
  };

  const start = async (): Promise<void> => {
    producer = await queue.producer();
    const memory = await readMemory(memoryFile);
    const labels = { trust, collector: config.label };
    if (memory) {
      const sinceMs = memory.coveredMs - recoverSlackMs;
      const recovered = await recoverSums({ queue, producer, ...labels, sinceMs });
      if (recovered > 0) logger.info({ batches: recovered }, 'summed flows that a crash had left');
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
      privateKey: await readKey(path.join(options.directory, `${config.label}.key.pem`), logger),
      onInvalid: () => invalid.inc(),
      logger,
    });
    const told = control;
    await told.start();
    const engine = await startEngine(engineFileOf(options.directory, config.label), epoch);
    decoder = createDecoder({
      sink,
      correctClock: true,
      keepElements: config.keepElements,
      traps: { ...trapOptionsOf(told.state.secrets.traps), engine },
    });
    const decode = decoder;
    const counted = collectorMetrics(metrics, {
      counters: decode.counters,
      kernelDrops: () => kernelDrops(ports),
      inFlightBytes: () => sink.inFlightBytes,
      sumsOverLimit: () => sink.sumsOverLimit,
      totalsSkipped: () => sink.totalsSkipped,
      privacy,
    });
    sink.use(counted);
    if (memory?.templates) decode.restore(memory.templates);
    // Before any flow: from here on this epoch can be recovered.
    await sink.publishSignals();
    await writeMemory(memoryFile, { coveredMs: sink.acceptedMs, templates: decode.templates() });

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
      now: Date.now,
      metrics,
      logger,
    });
    const polling = poller;
    sink.onEvent = (event) => polling.onEvent(event);
    const telling = new ExporterTeller({
      decoder: decode,
      intake: taking,
      producer,
      ...labels,
      epoch,
      told: await readTold(queue, statusPrefix(trust, config.label)),
      sample: (sample) => sink.sample(sample),
      now: Date.now,
      logger,
    });
    teller = telling;
    sockets = await openSockets({
      config,
      inherited: options.inherited,
      onDatagram: (protocol, datagram, address) => {
        counted.received(protocol);
        return taking.take(datagram, address, Date.now());
      },
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
      unqueued: counted.flowsUnqueued,
      sample: (sample) => sink.sample(sample),
      now: Date.now,
    });
    heartbeat.beat();
    polling.start();
    timers.push(
      setInterval(() => sink.flush(), config.batchMs),
      setInterval(signals, signalsEveryMs),
      setInterval(() => heartbeat.beat(), heartbeatEveryMs),
      setInterval(() => void telling.tell(), tellEveryMs),
      setInterval(remember, rememberEveryMs),
      setInterval(() => decode.expire(Date.now()), expireEveryMs),
      setInterval(() => sink.forget(), 60_000),
    );
  };

  const stop = async (): Promise<void> => {
    await sockets?.close();
    await poller?.stop();
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
    return { ready: true, detail: `listening on UDP ${where}; ${received} datagrams` };
  };

  return { start, stop, health };
}
