import { type ClientRequest, type IncomingMessage, get } from 'node:http';
import type { StreamEvent } from '@linewatch/contract';

export interface Received {
  readonly id: string;
  readonly event: string;
  readonly data: StreamEvent;
}

/** A reader of the live stream that can stop reading, as a slow one would. */
export class StreamReader {
  readonly events: Received[] = [];
  readonly comments: string[] = [];
  retry = '';
  ended = false;
  readonly #request: ClientRequest;
  readonly #response: IncomingMessage;
  #rest = '';

  constructor(request: ClientRequest, response: IncomingMessage) {
    this.#request = request;
    this.#response = response;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#take(text));
    response.on('close', () => (this.ended = true));
    response.on('error', () => (this.ended = true));
  }

  get status(): number {
    return this.#response.statusCode ?? 0;
  }

  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  close(): void {
    this.#request.destroy();
  }

  #take(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      if (fields.has('data'))
        this.events.push({
          id: fields.get('id')!,
          event: fields.get('event')!,
          data: JSON.parse(fields.get('data')!) as StreamEvent,
        });
      else if (fields.has('retry')) this.retry = fields.get('retry')!;
      else this.comments.push(block);
    }
  }
}

export function openStream(
  url: string,
  lastEventId?: string,
  more: Readonly<Record<string, string>> = {},
): Promise<StreamReader> {
  return new Promise((resolve, reject) => {
    const headers = { ...more, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) };
    const request = get(`${url}/api/v1/stream`, { headers, agent: false }, (response) =>
      resolve(new StreamReader(request, response)),
    );
    request.on('error', reject);
  });
}
