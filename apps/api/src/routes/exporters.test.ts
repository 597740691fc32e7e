import type { Exporter, ExporterList, Problem } from '@linewatch/contract';
import { Decision, decodeState, parseAddress, topics } from '@linewatch/record';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Running, memoryEstate, startApi } from '../testing/api.ts';
import { circuit, snapshot } from '../testing/estate.ts';
import { status } from '../testing/exporters.ts';
import { type Answer, ask } from '../testing/raw.ts';
import { sample, sumsMessage } from '../testing/sums.ts';

let running: Running;
beforeEach(async () => {
  const line = circuit(1, 'ash-1', { exporter: '192.0.2.9' });
  running = await startApi({ estate: memoryEstate(snapshot(undefined, [line])).estate });
});
afterEach(() => running.stop());

const list = async (): Promise<ExporterList> =>
  (await (await fetch(`${running.url}/api/v1/exporters`)).json()) as ExporterList;

/** The list once it is as expected. */
async function listed(check: (list: ExporterList) => void): Promise<ExporterList> {
  return vi.waitFor(
    async () => {
      const got = await list();
      check(got);
      return got;
    },
    { timeout: 5000 },
  );
}

const only = (got: ExporterList): Exporter => {
  expect(got.exporters).toHaveLength(1);
  return got.exporters[0]!;
};

const at = 'exporter/north/main/192.0.2.9';

describe('GET /api/v1/exporters', () => {
  test('shows what a collector told, with what the estate and the device call it', async () => {
    await running.tell(at, status({ lostHere: { set_overrun: 2 }, setsHeld: 1 }));
    const name = sample('device.name', 0, 'core-1', { exporter: parseAddress('192.0.2.9') });
    await running.publish(sumsMessage([], { samples: [name] }));
    const got = await listed((each) => expect(only(each).name).toBe('core-1'));
    expect(only(got)).toMatchObject({
      address: '192.0.2.9',
      collector: 'main',
      state: 'reporting',
      decision: null,
      circuits: [{ academy: 'ash', academyName: 'ash Academy', circuit: 'ash-1', name: 'ash-1 line' }],
      versions: [{ name: 'NetFlow v9' }],
      sampling: [{ rate: 100, stated: true }],
      lostHere: [{ reason: 'set_overrun', count: 2 }],
      datagrams: { received: 100, decoded: 100, held: 0, rejected: 0 },
    });
  });

  test('forgets one that is deleted, and leaves out those of another trust', async () => {
    await running.tell(at, status());
    await running.tell('exporter/south/main/192.0.2.8', status());
    await listed((each) => expect(only(each).address).toBe('192.0.2.9'));
    await running.tell(at, undefined);
    await listed(({ exporters }) => expect(exporters).toEqual([]));
  });

  test('leaves out what is not a status, counted', async () => {
    await running.tell(at, { lastMs: 'yesterday' });
    await running.tell('exporter/north/main/not-an-address', status());
    await running.tell('exporter/north/main/192.0.2.9/more', status());
    await vi.waitFor(async () =>
      expect(await running.metrics.text()).toContain('state_dropped_total{reason="invalid"} 3'),
    );
    expect((await list()).exporters).toEqual([]);
  });

  test('shows the collector, its sockets, and what it lost itself', async () => {
    const samples = [
      sample('collector.heartbeat', 7),
      sample('collector.datagrams.received', 10),
      sample('collector.datagrams.decoded', 7),
      sample('collector.datagrams.held', 1),
      sample('collector.datagrams.rejected', 2),
      sample('collector.flows.decoded', 70),
      sample('collector.socket.received', 10, 'netflow:2055'),
      sample('collector.socket.kernel_dropped', 3, 'netflow:2055'),
      sample('collector.socket.buffer_bytes', 4096, 'netflow:2055'),
      sample('collector.socket.received', 9, 'no port'),
      sample('collector.lost', 2, 'exporter_refused'),
      sample('collector.flows.unqueued', 5, 'queue_full'),
    ];
    await running.publish(sumsMessage([], { samples, epoch: 7 }));
    await running.publish(sumsMessage([], { samples, epoch: 7, trust: 'south' }));
    const { collectors } = await listed((each) => expect(each.collectors).toHaveLength(1));
    expect(collectors).toMatchObject([
      {
        collector: 'main',
        sinceMs: 7,
        datagrams: { received: 10, decoded: 7, held: 1, rejected: 2 },
        flows: 70,
        lostHere: [
          { reason: 'queue_full', count: 5 },
          { reason: 'exporter_refused', count: 2 },
        ],
        sockets: [{ protocol: 'netflow', port: 2055, received: 10, kernelDropped: 3, receiveBufferBytes: 4096 }],
      },
    ]);
  });

  test('adds the workers of a collector up, and takes none for the start of another', async () => {
    const told = (received: number, dropped: number, bufferBytes: number) => [
      sample('collector.datagrams.received', received),
      sample('collector.datagrams.decoded', received),
      sample('collector.flows.decoded', 10 * received),
      sample('collector.lost', dropped, 'exporter_refused'),
      sample('collector.socket.received', received, 'netflow:2055'),
      sample('collector.socket.kernel_dropped', dropped, 'netflow:2055'),
      sample('collector.socket.buffer_bytes', bufferBytes, 'netflow:2055'),
    ];
    await running.publish(sumsMessage([], { samples: told(100, 1, 4096), epoch: 6400 }));
    await running.publish(sumsMessage([], { samples: told(20, 2, 2048), epoch: 12_801 }));
    const shows = (received: number, lost: number, sinceMs: number) => (got: ExporterList) =>
      expect(got.collectors).toMatchObject([
        {
          sinceMs,
          datagrams: { received, decoded: received },
          flows: 10 * received,
          lostHere: [{ reason: 'exporter_refused', count: lost }],
          sockets: [{ received, kernelDropped: lost, receiveBufferBytes: 2048 }],
        },
      ]);
    await listed(shows(120, 3, 6400));
    // The first one starts again, and what it counted before is over.
    await running.publish(sumsMessage([], { samples: told(5, 1, 4096), epoch: 64_000 }));
    await listed(shows(25, 3, 12_801));
    // What its former self left on the topic late is of no matter.
    await running.publish(sumsMessage([], { samples: told(101, 1, 4096), epoch: 6400 }));
    await running.publish(sumsMessage([], { samples: told(21, 2, 2048), epoch: 12_801 }));
    await listed(shows(26, 3, 12_801));
  });

  test('shows what a collector received as of when it told of its sockets, so that the figures agree', async () => {
    const received = (count: number) => sample('collector.datagrams.received', count);
    const socket = (count: number) => sample('collector.socket.received', count, 'netflow:2055');
    const shows = (count: number) => (got: ExporterList) =>
      expect(got.collectors).toMatchObject([{ datagrams: { received: count }, sockets: [{ received: count }] }]);
    await running.publish(sumsMessage([], { samples: [received(10), socket(10)] }));
    const { nowMs } = await listed(shows(10));
    await running.publish(sumsMessage([], { samples: [received(11)] }));
    await running.publish(sumsMessage([], { samples: [sample('device.name', 0, 'last')] }));
    await vi.waitFor(async () => expect(await running.metrics.text()).toMatch(/live_messages_total(\{[^}]*\})? 3/));
    shows(10)(await listed((got) => expect(got.nowMs).toBeGreaterThan(nowMs)));
    await running.publish(sumsMessage([], { samples: [received(12), socket(12)] }));
    await listed(shows(12));
  });
});

describe('POST /api/v1/exporters/:collector/:address/decision', () => {
  const path = '/api/v1/exporters/main/192.0.2.9/decision';
  const post = (body: string, headers: Record<string, string> = {}, to = path): Promise<Answer> =>
    ask(running.url, to, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  const approve = '{"decision":"approved"}';

  beforeEach(async () => {
    await running.tell(at, status({ admission: 'awaiting' }));
    await listed((each) => expect(only(each).state).toBe('awaiting'));
  });

  /** What the topic holds of the exporter's decision. */
  async function decisions(): Promise<Decision[]> {
    const found: Decision[] = [];
    const caughtUp = Promise.withResolvers<undefined>();
    const tail = await running.queue.tail({
      topic: topics.state,
      from: 'oldest',
      onMessages: (_partition, messages) => {
        for (const { key, value } of messages)
          if (key === 'decision/north/main/192.0.2.9') found.push(decodeState(Decision, value));
      },
      onError: caughtUp.reject,
      onCaughtUp: () => caughtUp.resolve(undefined),
    });
    await caughtUp.promise;
    await tail.close();
    return found;
  }

  test('puts the decision on the topic for the collector, and answers with what holds now', async () => {
    const answer = await post(approve, { 'sec-fetch-site': 'same-origin', origin: running.url });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ address: '192.0.2.9', state: 'reporting', decision: 'approved' });
    expect(await decisions()).toMatchObject([{ decision: 'approved' }]);
    await listed((each) => expect(only(each).decision).toBe('approved'));
    expect((await post('{"decision":"refused"}')).status).toBe(200);
    expect(await decisions()).toMatchObject([{ decision: 'refused' }]);
  });

  test('knows an address however it is written', async () => {
    const answer = await post(approve, {}, '/api/v1/exporters/main/::ffff:192.0.2.9/decision');
    expect(answer.status).toBe(200);
    expect(await decisions()).toHaveLength(1);
  });

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another port of this host', { 'sec-fetch-site': 'same-site' }],
    ['an address that someone typed in', { 'sec-fetch-site': 'none' }],
    ['another origin, from an older browser', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
  ])('is refused to %s', async (_who, headers) => {
    const answer = await post(approve, headers);
    expect(answer.status).toBe(403);
    expect((JSON.parse(answer.text) as Problem).code).toBe('origin_refused');
    expect(await decisions()).toEqual([]);
  });

  test.each([
    ['text/plain', approve, 415],
    ['application/x-www-form-urlencoded', 'decision=approved', 415],
    ['application/json', '{"decision":"perhaps"}', 400],
    ['application/json', '{"decision":"approved","until":1}', 400],
    ['application/json', '"approved"', 400],
    ['application/json', 'null', 400],
    ['application/json', '[]', 400],
    ['application/json', '{', 400],
    ['application/json', '', 400],
  ])('takes no %s body %s', async (type, body, expected) => {
    const answer = await post(body, { 'content-type': type });
    expect(answer.status).toBe(expected);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(await decisions()).toEqual([]);
  });

  test('says of a body that is no JSON that it is none', async () => {
    const problem = JSON.parse((await post('{')).text) as Problem;
    expect(problem).toMatchObject({ code: 'request_malformed', detail: expect.stringContaining('not JSON') as string });
  });

  test('takes no more than people make', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => post(approve)));
    const refused = answers.filter((each) => each.status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]!.headers['retry-after']).toBe('1');
  });

  test('knows no exporter that no collector told of, and no path that is no address', async () => {
    expect((await post(approve, {}, '/api/v1/exporters/main/192.0.2.10/decision')).status).toBe(404);
    expect((await post(approve, {}, '/api/v1/exporters/other/192.0.2.9/decision')).status).toBe(404);
    expect((await post(approve, {}, '/api/v1/exporters/main/nonsense/decision')).status).toBe(400);
  });
});
