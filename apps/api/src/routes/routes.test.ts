import type { AcademyDetail, AcademyList, Traffic } from '@linewatch/contract';
import { labelKey, parseAddress } from '@linewatch/record';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Running, type StartOptions, memoryEstate, memoryTelemetry, startApi } from '../testing/api.ts';
import type { Telemetry } from '../ports.ts';
import { academy, circuit, snapshot } from '../testing/estate.ts';
import { exporter, sample, sumsMessage } from '../testing/sums.ts';

let running: Running | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

async function start(options?: StartOptions): Promise<Running> {
  running = await startApi(options);
  return running;
}

async function json<T>(path: string): Promise<T> {
  const response = await fetch(running!.url + path);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

const nowS = (): number => Math.floor(Date.now() / 1000);

describe('GET /api/v1/academies', () => {
  test('shows the rate of a batch that came through the queue', async () => {
    const { publish } = await start();
    await publish(
      sumsMessage([
        { timeS: nowS() - 30, widthS: 10, octets: 75_000 },
        { timeS: nowS() - 30, widthS: 10, octets: 7500, side: 1 },
      ]),
    );
    await vi.waitFor(
      async () => {
        const { academies, trust } = await json<AcademyList>('/api/v1/academies');
        expect(trust).toEqual({ id: 'north', name: 'North Trust' });
        expect(academies).toMatchObject([
          {
            id: 'ash',
            name: 'ash Academy',
            committedInBps: 100_000_000,
            inBps: 10_000,
            outBps: 1000,
            state: 'reporting',
          },
        ]);
      },
      { timeout: 5000 },
    );
  });

  test('lists interfaces that no circuit names, and where collectors listen, of its own trust only', async () => {
    const { publish } = await start();
    const at = { timeMs: Date.now(), exporter: parseAddress(exporter), interface: 9 };
    await publish(
      sumsMessage([{ timeS: nowS() - 30, octets: 9000, interface: 9 }], {
        trust: 'south',
        samples: [
          sample('interface.name', 0, "another trust's", at),
          sample('collector.listening', 2056, 'netflow'),
          sample('collector.datagrams.received', 1000),
        ],
      }),
      sumsMessage([{ timeS: nowS() - 30, octets: 7500, interface: 9 }], {
        samples: [
          sample('interface.name', 0, 'Gi0/9', at),
          sample('collector.heartbeat', 1),
          sample('collector.listening', 2055, 'netflow'),
          sample('collector.datagrams.received', 42),
        ],
      }),
    );
    await vi.waitFor(
      async () => {
        const { unmapped, collecting } = await json<AcademyList>('/api/v1/academies');
        expect(unmapped).toMatchObject([{ exporter, interface: 9, name: 'Gi0/9', inBps: 1000, outBps: 0 }]);
        expect(collecting).toEqual({ listening: [{ protocol: 'netflow', port: 2055 }], datagrams: 42 });
      },
      { timeout: 5000 },
    );
  });

  test('counts a batch once that a collector put on the queue twice', async () => {
    const { publish, metrics } = await start();
    const message = sumsMessage([{ timeS: nowS() - 30, octets: 7500 }]);
    await publish(message, message);
    await vi.waitFor(async () => expect(await metrics.text()).toContain('live_dropped_total{reason="repeated"} 1'));
    expect((await json<AcademyList>('/api/v1/academies')).academies[0]!.inBps).toBe(1000);
  });

  test('goes on when a message cannot be read', async () => {
    const { publish, metrics } = await start();
    await publish(Uint8Array.of(255, 255), sumsMessage([{ timeS: nowS() - 30, octets: 7500 }]));
    await vi.waitFor(async () => {
      expect(await metrics.text()).toContain('live_dropped_total{reason="invalid"} 1');
      expect((await json<AcademyList>('/api/v1/academies')).academies[0]!.inBps).toBe(1000);
    });
  });

  test('follows a change of the estate, back to data that came before it', async () => {
    const { estate, put } = memoryEstate(snapshot([], [], 1));
    const { publish } = await start({ estate });
    await publish(sumsMessage([{ timeS: nowS() - 30, octets: 7500 }]));
    await vi.waitFor(async () => expect((await json<AcademyList>('/api/v1/academies')).unmapped).toHaveLength(1));
    put(snapshot([academy(1, 'ash')], [circuit(1, 'ash-1')], 2));
    await vi.waitFor(async () => {
      const { academies, unmapped } = await json<AcademyList>('/api/v1/academies');
      expect(academies).toMatchObject([{ id: 'ash', inBps: 1000 }]);
      expect(unmapped).toEqual([]);
    });
  });

  test('has the last hour from stored telemetry, and knows from it who was heard before', async () => {
    const lastSeenMs = Date.now() - 3_600_000;
    const series = { startS: 60, stepS: 60, inBps: [1, null], outBps: [2, null] };
    await start({
      store: {
        sparklines: () => Promise.resolve(new Map([[1, series]])),
        lastSeen: () => Promise.resolve(new Map([[1, lastSeenMs]])),
      },
    });
    await vi.waitFor(async () => {
      const { academies } = await json<AcademyList>('/api/v1/academies');
      expect(academies).toMatchObject([{ sparkline: series, state: 'silent', lastSeenMs }]);
    });
  });

  test('answers with an empty sparkline while stored telemetry is away, and tries again', async () => {
    const sparklines = vi.fn(() => Promise.reject(new Error('down')));
    await start({ store: { sparklines } });
    const [ash] = (await json<AcademyList>('/api/v1/academies')).academies;
    expect(ash!.sparkline).toEqual({ startS: 0, stepS: 60, inBps: [], outBps: [] });
    await json('/api/v1/academies/ash');
    expect(sparklines).toHaveBeenCalledOnce();
  });
});

test('GET /api/v1/academies/:id has its circuits, found by the name that stored telemetry knows', async () => {
  const names = [
    {
      trust: labelKey('north'),
      collector: labelKey('main'),
      exporter,
      interface: 4,
      kind: 'name' as const,
      name: 'Gi0/4',
      sinceMs: 1,
    },
  ];
  const estate = memoryEstate(
    snapshot(undefined, [circuit(1, 'ash-1', { interface: { kind: 'name', value: 'Gi0/4' } })]),
  ).estate;
  const { publish } = await start({ estate, store: { names: () => Promise.resolve(names) } });
  await publish(sumsMessage([{ timeS: nowS() - 30, octets: 7500, interface: 4 }]));
  await vi.waitFor(async () => {
    const { circuits, academy: ash } = await json<AcademyDetail>('/api/v1/academies/ash');
    expect(ash.inBps).toBe(1000);
    expect(circuits).toMatchObject([
      { id: 'ash-1', interface: 'ifName Gi0/4', provider: 'Example Fibre', inBps: 1000, state: 'reporting' },
    ]);
  });
});

describe('traffic', () => {
  const hourMs = 3_600_000;
  let fromMs = 0;
  beforeEach(() => {
    fromMs = Math.floor(Date.now() / hourMs) * hourMs - 24 * hourMs;
  });

  test('gives a place to every step, with utilisation of the committed rate and the percentile', async () => {
    const series = vi.fn<Telemetry['series']>((_scope, { fromS, stepS }) =>
      Promise.resolve({ startS: fromS, stepS, inBps: [50_000_000, null], outBps: [5_000_000, 0] }),
    );
    const percentile95 = () => Promise.resolve({ inBps: 7, outBps: 8, samples: 12, counted: 11 });
    await start({ store: { series, percentile95 } });
    const traffic = await json<Traffic>(`/api/v1/academies/ash/traffic?from=${fromMs + 1}&to=${fromMs + hourMs}`);
    expect(traffic).toMatchObject({ fromMs, toMs: fromMs + hourMs, stepS: 60, committedInBps: 100_000_000 });
    expect(traffic.timesS).toEqual(Array.from({ length: 60 }, (_, i) => fromMs / 1000 + i * 60));
    expect(traffic.inUtilisation.slice(0, 3)).toEqual([0.5, null, null]);
    expect(traffic.outUtilisation.slice(0, 3)).toEqual([0.1, 0, null]);
    expect(traffic.percentile95).toEqual({ inBps: 7, outBps: 8, samples: 12, estimate: true });
    expect(series.mock.calls[0]![0]).toEqual({ academy: 1 });
  });

  test.each([
    [1, 60],
    [12, 60],
    [13, 300],
    [24 * 7, 900],
    [24 * 30, 3600],
    [24 * 180, 21_600],
    [24 * 365 * 2, 86_400],
  ])('over %i hours comes in steps of %i s', async (hours, stepS) => {
    await start();
    const { stepS: chosen, timesS } = await json<Traffic>(
      `/api/v1/circuits/ash-1/traffic?from=${fromMs - (hours - 24) * hourMs}&to=${fromMs + 24 * hourMs}`,
    );
    expect(chosen).toBe(stepS);
    expect(timesS.length).toBeLessThanOrEqual(751);
  });

  test('is asked for once by those who want the same at the same time', async () => {
    const series = vi.fn<Telemetry['series']>((...asked) => memoryTelemetry().series(...asked));
    await start({ store: { series } });
    const path = `/api/v1/circuits/ash-1/traffic?from=${fromMs}&to=${fromMs + hourMs}`;
    await Promise.all(Array.from({ length: 5 }, () => json(path)));
    expect(series).toHaveBeenCalledOnce();
    expect(series.mock.calls[0]![0]).toEqual({ circuit: 1 });
  });

  test('ahead of now is empty, and not asked for', async () => {
    const series = vi.fn<Telemetry['series']>((...asked) => memoryTelemetry().series(...asked));
    await start({ store: { series } });
    const path = `/api/v1/circuits/ash-1/traffic?from=${Date.now() + hourMs}&to=${Date.now() + 2 * hourMs}`;
    const { inBps } = await json<Traffic>(path);
    expect(inBps.every((rate) => rate === null)).toBe(true);
    expect(series).not.toHaveBeenCalled();
  });

  test('may still grow back to where its exporter was late', async () => {
    const { publish } = await start();
    const path = `/api/v1/circuits/ash-1/traffic?from=${fromMs}&to=${fromMs + hourMs}`;
    const backMs = async (): Promise<number> => Date.now() - (await json<Traffic>(path)).fillingFromMs;
    expect(await backMs()).toBeLessThan(120_000);
    await publish(sumsMessage([{ timeS: nowS() - 400, widthS: 60, octets: 1 }]));
    await vi.waitFor(async () => expect(await backMs()).toBeGreaterThan(330_000));
  });
});
