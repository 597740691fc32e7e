/** Drains a spill, to be killed while it does: `node drain.child.ts OPTIONS`, Kafka's options as JSON. */
import { createLogger } from '@linewatch/service';
import type { KafkaQueueOptions } from '@linewatch/queue';
import { createKafkaOutlet } from '../../../packages/queue/src/kafka/producer.ts';

const options = {
  ...(JSON.parse(process.argv[2]!) as KafkaQueueOptions),
  logger: createLogger('drain', 'error'),
};
process.on('disconnect', () => process.exit(1));
const outlet = createKafkaOutlet({
  options,
  partitionsOf: (name) => options.topics.find((topic) => topic.name === name)?.partitions,
});
for (;;) {
  const { spilledMessages, counts } = await outlet.health();
  process.send?.({ spilledMessages, counts });
  await new Promise((resolve) => setTimeout(resolve, 5));
}
