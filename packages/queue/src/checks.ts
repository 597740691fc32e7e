/** What every adapter refuses before it tries: one append's messages against their limits. */
import { QueueError } from './errors.ts';
import { maxAppendBytes, maxAppendMessages, maxKeyBytes } from './limits.ts';
import type { NewMessage } from './port.ts';

export interface AppendLimits {
  readonly topic: string;
  readonly compacted: boolean;
  readonly maxMessageBytes: number;
}

/** @returns octets of all values. @throws QueueError `message_too_large`, `invalid_argument`. */
export function checkAppend(
  { topic, compacted, maxMessageBytes }: AppendLimits,
  messages: readonly NewMessage[],
): number {
  const tooLarge = (what: string): never => {
    throw new QueueError('message_too_large', `${topic}: ${what}`);
  };
  if (messages.length > maxAppendMessages)
    tooLarge(`${messages.length} messages in one append, at most ${maxAppendMessages} are taken`);
  let total = 0;
  for (const { key = '', value } of messages) {
    if (value.length > maxMessageBytes)
      tooLarge(`a message has ${value.length} octets, at most ${maxMessageBytes} are taken`);
    if (key.length > maxKeyBytes || Buffer.byteLength(key) > maxKeyBytes)
      tooLarge(`a key is over ${maxKeyBytes} octets`);
    if (compacted && key === '')
      throw new QueueError('invalid_argument', `${topic}: a message of a compacted topic needs a key`);
    total += value.length;
    if (total > maxAppendBytes) tooLarge(`an append is over ${maxAppendBytes} octets`);
  }
  return total;
}
