/** Many live streams held open from one process: how late each update arrives. */
import { Agent, type ClientRequest, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface StreamReport {
  readonly asked: number;
  /** Streams that had a first event. */
  readonly open: number;
  readonly events: number;
  readonly octets: number;
  /** From the server's clock in the event to its arrival, ms, a sample of all events. */
  readonly delaysMs: readonly number[];
  /** Streams that the server ended or refused. */
  readonly ended: number;
}

/** Complete events in a text, and what is left of it. Grammar: HTML Standard, section 9.2.5. */
export function splitEvents(text: string): { readonly events: string[]; readonly rest: string } {
  const events = text.split('\n\n');
  return { rest: events.pop()!, events };
}

/** The server's clock in an event, Unix ms; undefined for comments and heartbeats. */
export function clockOf(event: string): number | undefined {
  const found = /^data:.*?"nowMs":(\d+(?:\.\d+)?)/m.exec(event)?.[1];
  return found === undefined ? undefined : Number(found);
}

const maxSamples = 200_000;
/** Streams opened at once, so that the listen queue is not what is measured. */
const wave = 50;

export interface StreamOptions {
  readonly url: string;
  readonly count: number;
  readonly seconds: number;
  /** Called when all are open and the measurement begins. */
  readonly onOpen?: () => void;
}

export async function holdStreams({ url, count, seconds, onOpen }: StreamOptions): Promise<StreamReport> {
  const agent = new Agent({ keepAlive: false, maxSockets: Infinity });
  const requests: ClientRequest[] = [];
  const delaysMs: number[] = [];
  let measuring = false;
  let open = 0;
  let ended = 0;
  let events = 0;
  let octets = 0;
  let closing = false;

  function hold(): void {
    let first = true;
    let rest = '';
    const gone = (): void => {
      if (!closing) ended++;
    };
    const request = get(url, { agent, headers: { accept: 'text/event-stream' } }, (response) => {
      if (response.statusCode !== 200) {
        gone();
        response.resume();
        return;
      }
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        const now = Date.now();
        const split = splitEvents(rest + chunk);
        rest = split.rest;
        for (const event of split.events) {
          const clock = clockOf(event);
          if (clock === undefined) continue;
          if (first) {
            first = false;
            open++;
          } else if (measuring) {
            events++;
            if (delaysMs.length < maxSamples) delaysMs.push(now - clock);
          }
        }
        if (measuring) octets += chunk.length;
      });
      response.on('close', gone);
      response.on('error', () => undefined);
    });
    request.on('error', gone);
    requests.push(request);
  }

  try {
    for (let started = 0; started < count; started += wave) {
      for (let i = 0; i < Math.min(wave, count - started); i++) hold();
      await sleep(50);
    }
    for (let waited = 0; open + ended < count && waited < 15_000; waited += 100) await sleep(100);
    onOpen?.();
    measuring = true;
    await sleep(seconds * 1000);
    measuring = false;
    return { asked: count, open, events, octets, delaysMs, ended };
  } finally {
    closing = true;
    for (const request of requests) request.destroy();
    agent.destroy();
  }
}
