import { describe, expect, test } from 'vitest';
import { type Value, encodeV5 } from './encode.ts';
import { harness, ip, message, nowMs, template } from './testing.ts';

const day = 86_400_000;
const ntpSeconds = (ms: number): number => Math.floor(ms / 1000) + 2_208_988_800;
const ntp = (ms: number): bigint =>
  (BigInt(ntpSeconds(ms)) << 32n) | (BigInt(Math.ceil((ms % 1000) * 4_294_967.296)) & 0xffffffffn);

describe('flow times', () => {
  const v5 = (uptime: number, first: number, last: number) => {
    const record = { srcAddr: ip('10.0.0.1'), dstAddr: ip('10.0.0.2'), packets: 1, octets: 40, first, last };
    return harness().feed(encodeV5({ uptimeMs: uptime, exportMs: nowMs + 250, sequence: 0 }, [record]))[0];
  };

  test('of v5 are uptimes', () => {
    expect(v5(100_000, 90_000, 95_000)).toMatchObject({
      startMs: nowMs - 9750,
      endMs: nowMs - 4750,
      exportedMs: nowMs + 250,
    });
  });

  test('come out right over the wrap of the uptime after 49.7 days', () => {
    expect(v5(2000, 2 ** 32 - 3000, 1000)).toMatchObject({ startMs: nowMs - 4750, endMs: nowMs - 750 });
  });

  test('come out right when a flow begins after the header was made', () => {
    expect(v5(1000, 1500, 1600)).toMatchObject({ startMs: nowMs + 750, endMs: nowMs + 850 });
  });

  test('of v9 are uptimes too', () => {
    const h = harness();
    const t = template(256, [
      [22, 4],
      [21, 4],
      [1, 4],
    ]);
    const flows = h.feed(
      message(9, [{ template: t }, { data: t, rows: [[2 ** 32 - 1000, 500, 1]] }], { uptimeMs: 1000 }),
    );
    expect(flows[0]).toMatchObject({ startMs: nowMs - 2000, endMs: nowMs - 500 });
  });

  const startMs = nowMs - 60_123;
  const endMs = nowMs - 1_456;
  test.each<[string, [number, number][], Value[], number, number]>([
    [
      '150, 151: seconds',
      [
        [150, 4],
        [151, 4],
      ],
      [Math.floor(startMs / 1000), Math.floor(endMs / 1000)],
      Math.floor(startMs / 1000) * 1000,
      Math.floor(endMs / 1000) * 1000,
    ],
    [
      '152, 153: milliseconds',
      [
        [152, 8],
        [153, 8],
      ],
      [startMs, endMs],
      startMs,
      endMs,
    ],
    [
      '154, 155: 64-bit NTP',
      [
        [154, 8],
        [155, 8],
      ],
      [ntp(startMs), ntp(endMs)],
      startMs,
      endMs,
    ],
    [
      '156, 157: 64-bit NTP',
      [
        [156, 8],
        [157, 8],
      ],
      [ntp(startMs), ntp(endMs)],
      startMs,
      endMs,
    ],
    [
      '158, 159: µs before the export',
      [
        [158, 4],
        [159, 4],
      ],
      [60_123_000, 1_456_000],
      startMs,
      endMs,
    ],
    [
      '22, 21 with 160 in the record',
      [
        [160, 8],
        [22, 4],
        [21, 4],
      ],
      [nowMs - 100_000, 39_877, 98_544],
      startMs,
      endMs,
    ],
    [
      '22, 21 with 160, after 60 days up',
      [
        [160, 8],
        [22, 4],
        [21, 4],
      ],
      [nowMs - 60 * day, (60 * day - 60_123) % 2 ** 32, (60 * day - 1456) % 2 ** 32],
      startMs,
      endMs,
    ],
    [
      '152 and a duration (161)',
      [
        [152, 8],
        [161, 4],
      ],
      [startMs, 58_667],
      startMs,
      endMs,
    ],
    [
      '153 and a duration in µs (162)',
      [
        [153, 8],
        [162, 4],
      ],
      [endMs, 58_667_000],
      startMs,
      endMs,
    ],
    [
      '152 and an event time (323, Cisco ASA)',
      [
        [152, 8],
        [323, 8],
      ],
      [startMs, endMs],
      startMs,
      endMs,
    ],
    ['only a start', [[152, 8]], [startMs], startMs, startMs],
    ['only an end', [[153, 8]], [endMs], endMs, endMs],
  ])('of IPFIX: %s', (_, fields, row, start, end) => {
    const h = harness();
    const t = template(256, [...fields, [1, 4]]);
    expect(h.feed(message(10, [{ template: t }, { data: t, rows: [[...row, 1]] }]))[0]).toMatchObject({
      startMs: start,
      endMs: end,
    });
    expect(h.counters).toMatchObject({ timesMissing: 0, timesAbsurd: 0 });
  });

  test('of IPFIX as uptimes follow the start of the exporter from options data', () => {
    const h = harness();
    const t = template(256, [
      [22, 4],
      [21, 4],
      [1, 4],
    ]);
    const options = template(
      300,
      [
        [149, 4],
        [160, 8],
      ],
      1,
    );
    const data = { data: t, rows: [[40_000, 90_000, 1]] };
    expect(h.feed(message(10, [{ template: t }, data]))[0]).toMatchObject({ startMs: nowMs, endMs: nowMs });
    expect(h.counters.timesAbsurd).toBe(1);
    h.feed(message(10, [{ template: options }, { data: options, rows: [[7, nowMs - 100_000]] }]));
    expect(h.feed(message(10, [data]))[0]).toMatchObject({ startMs: nowMs - 60_000, endMs: nowMs - 10_000 });
  });

  test('that are missing are the export time, and counted', () => {
    const h = harness();
    const t = template(256, [[1, 4]]);
    expect(h.feed(message(9, [{ template: t }, { data: t, rows: [[1], [2]] }]))[0]).toMatchObject({
      startMs: nowMs,
      endMs: nowMs,
    });
    expect(h.counters.timesMissing).toBe(2);
  });

  test.each([
    ['zero', 0, 0, nowMs, nowMs],
    ['a start over a day before the export', nowMs - day - 1, nowMs, nowMs, nowMs],
    ['a start a day before the export: kept', nowMs - day, nowMs, nowMs - day, nowMs],
    ['an end over a day after it', nowMs, nowMs + day + 1, nowMs, nowMs],
    ['a start after the end', nowMs - 1000, nowMs - 5000, nowMs - 5000, nowMs - 5000],
  ])('that are absurd give way to the export time, and are counted: %s', (name, start, end, expectStart, expectEnd) => {
    const h = harness();
    const t = template(256, [
      [152, 8],
      [153, 8],
      [1, 4],
    ]);
    expect(h.feed(message(10, [{ template: t }, { data: t, rows: [[start, end, 1]] }]))[0]).toMatchObject({
      startMs: expectStart,
      endMs: expectEnd,
    });
    expect(h.counters.timesAbsurd).toBe(name.endsWith('kept') ? 0 : 1);
  });

  test('are shifted to our clock when the exporter is over 2 s off, and the skew is kept', () => {
    const t = template(256, [
      [152, 8],
      [153, 8],
      [1, 4],
    ]);
    const sent = (skewMs: number, correctClock: boolean) => {
      const h = harness({ correctClock });
      const theirs = nowMs - skewMs;
      const flow = h.feed(
        message(10, [{ template: t }, { data: t, rows: [[theirs - 5000, theirs - 1000, 1]] }], { exportMs: theirs }),
      )[0];
      return { flow, skewMs: [...h.decoder.exporters][0]?.skewMs };
    };
    const late = sent(3_600_000, true);
    expect(late.flow).toMatchObject({
      startMs: nowMs - 5000,
      endMs: nowMs - 1000,
      exportedMs: nowMs - 3_600_000,
      receivedMs: nowMs,
    });
    expect(late.skewMs).toBe(3_600_000);
    expect(sent(-40 * day, true).flow).toMatchObject({ startMs: nowMs - 5000, endMs: nowMs - 1000 });
    expect(sent(1000, true).flow).toMatchObject({ startMs: nowMs - 6000, endMs: nowMs - 2000 });
    expect(sent(3_600_000, false).flow).toMatchObject({ startMs: nowMs - 3_605_000, endMs: nowMs - 3_601_000 });
  });

  test('of an exporter that believes in 1970 never go below zero', () => {
    const h = harness();
    const t = template(256, [
      [22, 4],
      [21, 4],
      [1, 4],
    ]);
    const flow = h.feed(
      message(9, [{ template: t }, { data: t, rows: [[1000, 2000, 1]] }], { exportMs: 0, uptimeMs: 60_000 }),
    )[0];
    expect(flow).toMatchObject({ startMs: 0, endMs: 0, exportedMs: 0 });
  });
});
