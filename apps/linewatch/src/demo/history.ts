/**
 * The demo's past, written through the queue as collectors write the present: interface sums by the minute for all of it,
 * and thinned flows (one each minute and direction, with all its octets) as far back as raw flows are kept.
 */
import { type Producer, QueueError } from '@linewatch/queue';
import { type BatchIdentity, type Sample, parseAddress, topics } from '@linewatch/record';
import { sleep } from '@linewatch/service';
import { demoAcademies, lan } from './academies.ts';
import { drawFlow, networkOf } from './flows.ts';
import { FlowWriter, type Place, SumWriter } from './history-rows.ts';
import { type MinuteRates, type Moment, createModel, minuteMs, momentAt, newRates } from './model.ts';
import { createRandom } from './random.ts';

export interface HistoryOptions {
  readonly producer: Producer;
  /** The demo's now, Unix ms: history ends here. */
  readonly nowMs: number;
  readonly days: number;
  readonly academies: number;
  /** Labels as the live collector's, so that the estate maps both. Default "main". */
  readonly trust?: string;
  readonly collector?: string;
  /** Partitions of the two topics. */
  readonly partitions: { readonly flows: number; readonly signals: number };
  /** How long raw flows are kept, days. Default 14. */
  readonly rawDays?: number;
  readonly onProgress?: (progress: HistoryProgress) => void;
  /** Stops between two days. */
  readonly signal?: AbortSignal;
}

export interface HistoryProgress {
  readonly day: number;
  readonly days: number;
  readonly sums: number;
  readonly flows: number;
  /** Times that the queue was full and was waited for. */
  readonly waits: number;
}

const minutesPerDay = 1440;
const fullWaitMs = 500;

const octetsOf = (bps: number, minutes: number): number => Math.round((bps * 60 * minutes) / 8);

/** Appends, waiting for as long as the queue is full. */
async function append(
  producer: Producer,
  topic: string,
  partition: number,
  messages: readonly { value: Uint8Array }[],
  waited: () => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  // A few at a time: an append is one transaction, and a full queue may have room for some.
  for (let at = 0; at < messages.length; at += 4) {
    for (;;) {
      try {
        await producer.append(topic, partition, messages.slice(at, at + 4));
        break;
      } catch (error) {
        if (!(error instanceof QueueError) || error.code !== 'queue_full' || signal?.aborted) throw error;
        waited();
        await sleep(fullWaitMs, signal);
      }
    }
  }
}

/** What the exporters of a partition are called; collectors say it again each hour from options data. */
const namesOf = (places: readonly Place[], timeMs: number): Sample[] =>
  places
    .filter(({ academy }) => academy.protocol !== 'v5')
    .flatMap(({ academy, address }) =>
      [lan, ...academy.circuits].map(({ ifIndex, ifName }) => ({
        timeMs,
        exporter: address,
        interface: ifIndex,
        metric: 'interface.name',
        value: 0,
        text: ifName,
      })),
    );

/**
 * Writes the history, oldest day first, each day's messages together: an insert that joins neighbours touches one or two
 * daily partitions.
 * @throws QueueError other than `queue_full`; RangeError for a number of academies or days that cannot be
 */
export async function writeHistory(options: HistoryOptions): Promise<HistoryProgress> {
  const { producer, nowMs, days, trust = 'main', collector = 'main', partitions, rawDays = 14, signal } = options;
  if (!Number.isFinite(days) || days < 0 || days > 2600) throw new RangeError(`history is 0 to 2600 days, not ${days}`);
  const model = createModel(nowMs);
  const places: Place[] = demoAcademies(options.academies).map((academy) => ({
    academy,
    address: parseAddress(academy.exporter),
    network: networkOf(academy),
    random: createRandom(academy.seed + 99),
  }));
  // Many academies share the same number of rows: one flow stands for more minutes.
  const flowMinutes = options.academies > 60 ? 5 : 1;
  const epoch = Date.now();
  let sequence = 0;
  const identity = (): BatchIdentity => ({ trust, collector, epoch, sequence: sequence++ });
  const sums = new SumWriter(identity);
  const flows = new FlowWriter(identity);
  let waits = 0;
  let flowTurn = 0;
  const waited = (): void => {
    waits++;
  };

  const end = nowMs / minuteMs;
  const first = Math.floor(end) - Math.round(days * minutesPerDay);
  const rawFrom = end - Math.min(days, rawDays) * minutesPerDay;
  const firstDay = Math.floor(first / minutesPerDay);
  const dayCount = days === 0 ? 0 : Math.ceil(end / minutesPerDay) - firstDay;
  const rates: MinuteRates = newRates();
  const progress = (day: number): HistoryProgress => ({
    day,
    days: dayCount,
    sums: sums.total,
    flows: flows.total,
    waits,
  });

  for (let day = 0; day < dayCount && !signal?.aborted; day++) {
    const from = Math.max(first, (firstDay + day) * minutesPerDay);
    const to = Math.min(end, (firstDay + day + 1) * minutesPerDay);
    const moments: Moment[] = [];
    for (let minute = from; minute < to; minute++) moments.push(momentAt(minute));
    for (let partition = 0; partition < partitions.signals; partition++) {
      const here = places.filter(({ academy }) => academy.index % partitions.signals === partition);
      for (const place of here) {
        let downOwed = 0;
        let upOwed = 0;
        let idleDown = 0;
        let idleUp = 0;
        for (const moment of moments) {
          const part = Math.min(1, end - moment.minute);
          model.rates(place.academy, moment, rates);
          const timeS = moment.minute * 60;
          const [primary, backup] = place.academy.circuits;
          const down = octetsOf(rates.primaryIn, part);
          const up = octetsOf(rates.primaryOut, part);
          const backupDown = octetsOf(rates.backupIn, part);
          const backupUp = octetsOf(rates.backupOut, part);
          sums.add(place, timeS, primary.ifIndex, 0, down);
          sums.add(place, timeS, primary.ifIndex, 1, up);
          if (backup) {
            // Beyond raw flows an idle line's keepalives are a cell every five minutes: half of all rows would be theirs.
            idleDown += backupDown;
            idleUp += backupUp;
            const idle = down > 0 && moment.minute < rawFrom;
            if (!idle || moment.minute % 5 === 4 || moment === moments.at(-1)) {
              sums.add(place, timeS, backup.ifIndex, 0, idleDown);
              sums.add(place, timeS, backup.ifIndex, 1, idleUp);
              idleDown = idleUp = 0;
            }
          }
          if (moment.minute < rawFrom) continue;
          const onBackup = backup !== undefined && down === 0 && backupDown > 0;
          downOwed += onBackup ? backupDown : down;
          upOwed += onBackup ? backupUp : up;
          if (moment.minute % flowMinutes !== flowMinutes - 1 && moment !== moments.at(-1)) continue;
          if (downOwed + upOwed === 0) continue;
          const wan = onBackup ? backup.ifIndex : primary.ifIndex;
          const endMs = Math.floor((moment.minute + part) * minuteMs) - 1000;
          const startMs = Math.floor(moment.minute * minuteMs);
          for (const download of [true, false]) {
            const octets = Math.round((download ? downOwed : upOwed) / place.academy.samplingRate);
            if (octets === 0) continue;
            const flow = drawFlow(place.network, download, octets, rates.backupShare, place.random);
            flows.add(place, flow, wan, Math.min(startMs, endMs), endMs);
          }
          downOwed = upOwed = 0;
        }
      }
      sums.finish(day === 0 ? namesOf(here, from * minuteMs) : []);
      flows.finish();
      await append(producer, topics.signals, partition, sums.messages.splice(0), waited, signal);
      for (const message of flows.messages.splice(0))
        await append(producer, topics.flows, flowTurn++ % partitions.flows, [message], waited, signal);
    }
    options.onProgress?.(progress(day + 1));
  }
  return progress(dayCount);
}
