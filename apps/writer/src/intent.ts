/** What the writer notes beside its offset: the range that it is about to insert, and where repeats may still come from. */
import { randomBytes } from 'node:crypto';
import type { BlockMark } from '@linewatch/store';

export interface Intent {
  readonly first: number;
  readonly last: number;
  /** Made once for the range; undefined in an intent of a version that derived it from the range. */
  readonly token?: string | undefined;
  /** Name of the log, where the queue tells: offsets of another one are other messages. */
  readonly log?: string | undefined;
  /** How far ClickHouse's blocks had been counted, at the intent or a little before. */
  readonly mark?: BlockMark | undefined;
}

export interface Notes {
  readonly intent?: Intent | undefined;
  /** The oldest message whose first copy may still come after it. */
  readonly uncertainFrom?: number | undefined;
}

/** Says of what it is, and never comes again: not even where a topic is made anew and its offsets begin again. */
export const newToken = (topic: string, partition: number, first: number, last: number): string =>
  `${topic}:${partition}:${first}-${last}:${randomBytes(9).toString('base64url')}`;

/** The token of an intent that has none of its own. */
export const derivedToken = (topic: string, log: string, partition: number, { first, last }: Intent): string =>
  `${topic}@${log}:${partition}:${first}-${last}`;

export function formatNotes({ intent, uncertainFrom }: Notes): string {
  return intent || uncertainFrom !== undefined ? JSON.stringify({ ...intent, uncertainFrom }) : '';
}

const isOffset = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function isMark(value: unknown): value is BlockMark {
  return typeof value === 'object' && value !== null && Object.values(value).every((each) => typeof each === 'number');
}

/** @throws Error for metadata that no version of the writer made. */
export function parseNotes(metadata: string): Notes {
  if (metadata === '') return {};
  const refuse = (): never => {
    throw new Error(`the offset's metadata is not the writer's: ${metadata.slice(0, 100)}`);
  };
  let value: Partial<Record<keyof Intent | keyof Notes, unknown>> | null;
  try {
    value = JSON.parse(metadata) as typeof value;
  } catch {
    return refuse();
  }
  if (typeof value !== 'object' || value === null) return refuse();
  const { first, last, token, log, mark, uncertainFrom } = value;
  const notes = isOffset(uncertainFrom) ? { uncertainFrom } : {};
  if (first === undefined && isOffset(uncertainFrom)) return notes;
  if (!isOffset(first) || !isOffset(last) || last < first) return refuse();
  return {
    ...notes,
    intent: {
      first,
      last,
      token: typeof token === 'string' && token !== '' ? token : undefined,
      log: typeof log === 'string' ? log : undefined,
      mark: isMark(mark) ? mark : undefined,
    },
  };
}
