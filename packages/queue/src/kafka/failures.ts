/** What kafkajs's errors say, whatever it wrapped them in. */
import { QueueError } from '../errors.ts';

interface Thrown {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly topic?: unknown;
  readonly partition?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
}

/** Errors deeper than this in a chain of causes are not looked at. */
const maxDepth = 8;

function chain(error: unknown): readonly Thrown[] {
  const all: Thrown[] = [];
  let at = error;
  while (all.length < maxDepth && typeof at === 'object' && at !== null) {
    const thrown: Thrown = at;
    all.push(thrown);
    // Of several at once the first stands for all.
    at = thrown.cause ?? (Array.isArray(thrown.errors) ? (thrown.errors as unknown[])[0] : undefined);
  }
  return all;
}

/** The protocol's name for the error that a broker answered with; undefined when it was none of a broker's. */
export function protocolError(error: unknown): string | undefined {
  for (const { type } of chain(error)) if (typeof type === 'string') return type;
  return undefined;
}

/** Whether a broker answered, though not as was hoped: it is there. */
export const isAnswer = (error: unknown): boolean =>
  protocolError(error) !== undefined || chain(error).some(({ name }) => name === 'KafkaJSSASLAuthenticationError');

/** Whether an answer came that cannot be read: asking again brings the same. */
export const isUnreadable = (error: unknown): boolean =>
  chain(error).some((thrown) => thrown instanceof QueueError && thrown.code === 'queue_corrupt');

/** The partition whose offset a broker no longer has, or does not have yet. */
export function outOfRange(error: unknown): { readonly topic: string; readonly partition: number } | undefined {
  for (const { name, topic, partition } of chain(error))
    if (name === 'KafkaJSOffsetOutOfRange' && typeof topic === 'string' && typeof partition === 'number')
      return { topic, partition };
  return undefined;
}

/** Answers after which a member is no longer who it was: what it does under its name counts for nothing. */
const fencing: readonly (string | undefined)[] = [
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'FENCED_INSTANCE_ID',
  'REBALANCE_IN_PROGRESS',
];
export const isFenced = (error: unknown): boolean => fencing.includes(protocolError(error));
