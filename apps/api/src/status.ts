import { type IncomingMessage, request } from 'node:http';

/** Longest answer read from a component, octets. */
const maxAnswerBytes = 8 * 1024 * 1024;

export interface StatusAnswer {
  readonly status: number;
  readonly text: string;
}

/** GET over a component's status socket. Rejects when it does not answer in full within `timeoutMs`. */
export function askStatus(socketPath: string, path: string, timeoutMs: number): Promise<StatusAnswer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const asked = request({ socketPath, path, agent: false, signal }, (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response
        .on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxAnswerBytes) asked.destroy(new Error(`answer is over ${maxAnswerBytes} octets`));
          else chunks.push(chunk);
        })
        .on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
        .on('error', reject);
    });
    asked.on('error', reject).end();
  });
}
