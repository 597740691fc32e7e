/**
 * What a collector was told last, kept on its own disk as it came (secrets sealed): a start while the queue cannot be read
 * goes on with that, and not with taking everyone. What the queue then says stands above it.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

const maxBytes = 64 * 1024 * 1024;
const maxMessages = 100_000;
const saveAfterMs = 1000;

export const controlFileOf = (directory: string, label: string): string =>
  path.join(directory, `${label}.control.json`);

export interface KeptMessage {
  readonly key: string;
  readonly value: Uint8Array;
}

/** Nothing when there is none, or it cannot be read. What is in it is checked like what comes. */
export async function readKept(file: string): Promise<KeptMessage[]> {
  try {
    const text = await readFile(file, 'utf8');
    const entries = text.length > maxBytes ? undefined : (JSON.parse(text) as unknown);
    if (!Array.isArray(entries)) return [];
    return entries.flatMap((entry: unknown) => {
      const [key, value] = Array.isArray(entry) ? (entry as unknown[]) : [];
      return typeof key === 'string' && typeof value === 'string' ? [{ key, value: Buffer.from(value, 'base64') }] : [];
    });
  } catch {
    return [];
  }
}

/** Writes what there is, a while after it changed. */
export class KeptControl {
  readonly #file: string;
  readonly #onError: (error: unknown) => void;
  readonly #values = new Map<string, Uint8Array>();
  #timer: NodeJS.Timeout | undefined;
  #saving = Promise.resolve();

  constructor(file: string, onError: (error: unknown) => void) {
    this.#file = file;
    this.#onError = onError;
  }

  /** An empty value is of no more use. */
  set({ key, value }: KeptMessage): void {
    if (value.length === 0) this.#values.delete(key);
    else if (this.#values.has(key) || this.#values.size < maxMessages) this.#values.set(key, value);
    this.#timer ??= setTimeout(() => this.#save(), saveAfterMs);
  }

  /** Resolves when what is to be written is. */
  async close(): Promise<void> {
    if (this.#timer) {
      clearTimeout(this.#timer);
      this.#save();
    }
    await this.#saving;
  }

  #save(): void {
    this.#timer = undefined;
    const text = JSON.stringify([...this.#values].map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
    this.#saving = this.#saving
      .then(async () => {
        await mkdir(path.dirname(this.#file), { recursive: true, mode: 0o700 });
        await writeFile(`${this.#file}.new`, text, { mode: 0o600 });
        await rename(`${this.#file}.new`, this.#file);
      })
      .catch(this.#onError);
  }
}
