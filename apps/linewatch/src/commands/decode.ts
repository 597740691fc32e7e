import { readFile } from 'node:fs/promises';
import { decodeCapture } from '@linewatch/decode';
import { LinewatchError } from '@linewatch/service';
import { readSnmpFile } from './snmp-file.ts';

export class CaptureError extends LinewatchError<'capture_unreadable' | 'capture_too_large'> {}

const maxBytes = 2 ** 31;

/** @throws CaptureError that names the file. */
export async function readCaptureFile(file: string): Promise<Uint8Array> {
  try {
    if (file === '-') {
      const chunks: Buffer[] = [];
      let length = 0;
      for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
        chunks.push(chunk);
        if ((length += chunk.length) > maxBytes)
          throw new CaptureError('capture_too_large', 'standard input is over 2 GiB');
      }
      return Buffer.concat(chunks);
    }
    return await readFile(file);
  } catch (cause) {
    if (cause instanceof CaptureError) throw cause;
    const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it cannot be read';
    throw new CaptureError('capture_unreadable', `${file}: ${why}`);
  }
}

export interface DecodeCommandOptions {
  /** Print the elements of each flow that have no column. */
  readonly elements?: boolean | undefined;
  /** File of the communities and users whose traps are read. */
  readonly snmp?: string | undefined;
}

/** Prints one JSON object a record, and the summary on standard error. */
export async function decode(file: string, { elements, snmp }: DecodeCommandOptions = {}): Promise<void> {
  const traps = snmp === undefined ? undefined : await readSnmpFile(snmp);
  const bytes = await readCaptureFile(file);
  let lines: string[] = [];
  const write = async (): Promise<void> => {
    const text = lines.join('');
    lines = [];
    if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  };
  const decoded = decodeCapture(bytes, { elements, traps });
  for (;;) {
    const { value, done } = decoded.next();
    if (done) {
      await write();
      process.stderr.write(`${JSON.stringify(value)}\n`);
      return;
    }
    lines.push(`${JSON.stringify(value)}\n`);
    if (lines.length >= 1000) await write();
  }
}
