import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Running, type StartOptions, memoryEstate, startApi } from '../testing/api.ts';
import { academy, circuit, snapshot } from '../testing/estate.ts';
import { type StreamReader, openStream } from '../testing/sse.ts';
import { sumsMessage } from '../testing/sums.ts';
import { noLine } from '../watch/lines.ts';

let running: Running | undefined;
const readers: StreamReader[] = [];
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.close();
  await running?.stop();
  running = undefined;
});

async function start(options?: StartOptions): Promise<Running> {
  running = await startApi(options);
  return running;
}

async function open(lastEventId?: string): Promise<StreamReader> {
  const reader = await openStream(running!.url, lastEventId);
  readers.push(reader);
  return reader;
}

/** A stream that has begun. */
async function view(lastEventId?: string): Promise<StreamReader> {
  const reader = await open(lastEventId);
  await until(() => expect(reader.events.length).toBeGreaterThan(0));
  return reader;
}

const nowS = (): number => Math.floor(Date.now() / 1000);
const traffic = (octets = 7500): Uint8Array => sumsMessage([{ timeS: nowS() - 30, octets }]);
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 20 });
const last = ({ events }: StreamReader) => events.at(-1)!;

describe('the live stream', () => {
  test('begins with a snapshot and goes on with what changed', async () => {
    const estate = memoryEstate(snapshot([academy(1, 'ash'), academy(2, 'oak')], [circuit(1, 'ash-1')])).estate;
    const { publish } = await start({ estate });
    const reader = await view();
    expect(reader.retry).toBe('2000');
    expect(last(reader).event).toBe('snapshot');
    expect(last(reader).data.academies).toEqual([
      {
        id: 'ash',
        inBps: 0,
        outBps: 0,
        state: 'awaiting',
        lastSeenMs: null,
        line: { ...noLine, circuits: 1 },
        cells: [],
      },
      { id: 'oak', inBps: 0, outBps: 0, state: 'awaiting', lastSeenMs: null, line: noLine, cells: [] },
    ]);
    const timeS = nowS() - 30;
    await publish(sumsMessage([{ timeS, octets: 7500 }]));
    await until(() => expect(reader.events.length).toBeGreaterThan(1));
    const { event, data } = reader.events[1]!;
    expect(event).toBe('update');
    expect(data.academies).toMatchObject([{ id: 'ash', inBps: 1000, state: 'reporting' }]);
    // A cell may have begun meanwhile: nothing is in it.
    const cells = data.academies[0]!.cells.filter(([, inBps]) => inBps > 0);
    expect(cells).toEqual([[Math.floor(timeS / 10) * 10, 6000, 0]]);
  });

  test('writes the same octets to every viewer', async () => {
    const { publish } = await start();
    const all = await Promise.all(Array.from({ length: 5 }, () => view()));
    await publish(traffic());
    await until(() => all.forEach((reader) => expect(last(reader).event).toBe('update')));
    const [first] = all;
    for (const reader of all) {
      const id = reader.events[1]!.id;
      expect(reader.events[1]).toEqual(first!.events.find((each) => each.id === id));
    }
  });

  test('resumes where a viewer left off', async () => {
    const { publish } = await start();
    const before = await view();
    await publish(traffic());
    await until(() => expect(last(before).event).toBe('update'));
    before.close();
    const { id } = last(before);
    await publish(traffic(75_000));
    const watching = await view();
    await until(() => expect(last(watching).data.academies[0]!.inBps).toBe(11_000));
    const after = await view(id);
    expect(after.events[0]!.event).toBe('update');
    expect(last(after).data.academies[0]!.inBps).toBe(11_000);
  });

  test.each(['', 'x', '0-0', 'zz-3', 'lt3k0f2m-999999'])(
    'answers an id that it does not know with a snapshot: %j',
    async (id) => {
      await start();
      const reader = await view(id);
      await until(() => expect(last(reader).event).toBe('snapshot'));
    },
  );

  test('sends a snapshot to all when the estate changes', async () => {
    const { estate, put } = memoryEstate();
    await start({ estate });
    const reader = await view();
    put(snapshot([academy(2, 'oak')], [], 2));
    await until(() => expect(last(reader).data.academies.map(({ id }) => id)).toEqual(['oak']));
    expect(last(reader).event).toBe('snapshot');
  });

  test('says nothing before the estate could be read, and all of it then', async () => {
    const { estate, put } = memoryEstate(null);
    await start({ estate });
    const reader = await open();
    await until(() => expect(reader.retry).toBe('2000'));
    expect(reader.events).toEqual([]);
    put(snapshot());
    await until(() => expect(last(reader).data.academies).toHaveLength(1));
    expect(last(reader).event).toBe('snapshot');
  });

  test('ends cleanly when the API stops', async () => {
    const { api, metrics } = await start();
    const reader = await view();
    await api.stop();
    await until(() => expect(reader.ended).toBe(true));
    expect(await metrics.text()).toContain('stream_viewers_ended_total{reason="stopping"} 1');
    expect(await metrics.text()).toContain('stream_viewers 0');
  });

  test('frees the place of a viewer that leaves', async () => {
    const { metrics } = await start({ config: { limits: { viewers: 1 } } });
    const first = await view();
    expect((await open()).status).toBe(503);
    first.close();
    await until(() => expect(first.ended).toBe(true));
    await vi.waitFor(async () => expect(await metrics.text()).toContain('stream_viewers 0'));
    expect((await view()).status).toBe(200);
  });
});
