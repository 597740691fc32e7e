import { createDecoder } from '@linewatch/decode';
import { createFlowColumns, parseAddress } from '@linewatch/record';
import { expect, test } from 'vitest';
import { type DemoAcademy, demoAcademies, lan } from './academies.ts';
import { Exporter } from './exporter.ts';
import { AcademyTraffic, type LiveFlow } from './live.ts';
import { createModel } from './model.ts';

const startedMs = Date.parse('2026-11-18T10:00:00Z');
const academies = demoAcademies(12);
const model = createModel(startedMs);

/** Plays two minutes of an academy through our own decoder. */
function decoded(academy: DemoAcademy) {
  const rows: { octets: number; rate: number; stated: number; inIf: number; outIf: number; direction: number; start: number; end: number; version: number }[] = []; // prettier-ignore
  const names = new Map<number, string>();
  const sink = {
    columns: createFlowColumns(4096),
    rows: 0,
    flush() {
      const { arrays } = sink.columns;
      const u64 = (array: Uint32Array, row: number): number => array[2 * row]! + array[2 * row + 1]! * 2 ** 32;
      for (let row = 0; row < sink.rows; row++)
        rows.push({
          octets: u64(arrays.octets, row),
          rate: arrays.sampling_rate[row]!,
          stated: arrays.sampling_stated[row]!,
          inIf: arrays.in_if[row]!,
          outIf: arrays.out_if[row]!,
          direction: arrays.direction[row]!,
          start: u64(arrays.start_ms, row),
          end: u64(arrays.end_ms, row),
          version: arrays.version[row]!,
        });
      sink.rows = 0;
    },
    decoded: () => undefined,
    sample: ({ interface: index, metric, text }: { interface: number; metric: string; text: string }) => {
      if (metric === 'interface.name') names.set(index, text);
    },
    event: () => undefined,
  };
  const decoder = createDecoder({ sink });
  const from = decoder.exporter(parseAddress(academy.exporter));
  const exporter = new Exporter(academy, startedMs);
  const traffic = new AcademyTraffic(academy, model, 40, startedMs);
  const sent: LiveFlow[] = [];
  const sizes: number[] = [];
  for (let now = startedMs + 1000; now <= startedMs + 120_000; now += 1000) {
    const flows = traffic.advance(now - 1000, now);
    sent.push(...flows);
    const announced = (now - startedMs) % 30_000 === 1000 ? exporter.announce(now) : [];
    for (const datagram of [...announced, ...exporter.encode(flows, now)]) {
      sizes.push(datagram.length);
      decoder.decode(from, datagram, now);
    }
  }
  sink.flush();
  return { rows, names, sent, counters: decoder.counters, sizes };
}

test.each(academies)('$name ($protocol) is read back as it was meant, with nothing lost', (academy) => {
  const { rows, names, sent, counters, sizes } = decoded(academy);
  expect(counters.datagrams).toMatchObject({ held: 0, rejected: 0 });
  expect(Object.values(counters.losses).every((count) => count === 0)).toBe(true);
  expect(counters.sequence).toMatchObject({ lostFlows: 0, lostDatagrams: 0, lostRecords: 0, duplicates: 0 });
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1452);
  expect(rows.map(({ octets, start, end }) => [octets, start, end])).toEqual(
    sent.map(({ octets, startMs, endMs }) => [octets, startMs, endMs]),
  );
  for (const [i, row] of rows.entries()) {
    const { download, wan } = sent[i]!;
    expect([row.inIf, row.outIf]).toEqual(download ? [wan, lan.ifIndex] : [lan.ifIndex, wan]);
    expect(row.direction).toBe(academy.protocol === 'v5' ? 0 : download ? 1 : 2);
    expect([row.rate, row.stated]).toEqual(academy.samplingRate > 1 ? [academy.samplingRate, 1] : [1, row.stated]);
  }
  if (academy.protocol === 'v5') expect(names.size).toBe(0);
  else for (const { ifIndex, ifName } of [lan, ...academy.circuits]) expect(names.get(ifIndex)).toBe(ifName);
});
