import { expect, test } from 'vitest';
import { Metrics } from '@linewatch/service';
import { mergeExpositions } from './exposition.ts';

/** Every line is as the text format wants it, and a family's lines stand together under one HELP and one TYPE. */
function check(text: string): Map<string, string[]> {
  const families = new Map<string, string[]>();
  let current = '';
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const head = /^# (HELP|TYPE) (\S+) .+$/.exec(line);
    if (head) {
      if (head[1] === 'HELP') {
        current = head[2]!;
        expect(families.has(current), current).toBe(false);
        families.set(current, []);
      } else expect(head[2]).toBe(current);
      continue;
    }
    expect(line).toMatch(/^[a-zA-Z_:][\w:]*\{([a-z_]+="([^"\\]|\\.)*"(,|(?=\})))+\} \S+$/);
    expect(line.startsWith(current)).toBe(true);
    families.get(current)!.push(line);
  }
  return families;
}

test('families that several components have are joined, each sample with its component', async () => {
  const parts = await Promise.all(
    ['collector', 'collector-2'].map(async (component, i) => {
      const metrics = new Metrics('collector');
      metrics.counter('datagrams_received_total', 'Datagrams.', ['protocol']).inc({ protocol: 'a{b="c"} 1' }, i + 1);
      metrics.histogram('batch_seconds', 'Batches.', [1, 2]).observe(1.5);
      metrics.gauge('queue_bytes', 'Plain.').set(5);
      return { component, text: await metrics.text() };
    }),
  );
  const families = check(mergeExpositions(parts));
  expect(families.get('linewatch_collector_datagrams_received_total')).toEqual([
    'linewatch_collector_datagrams_received_total{component="collector",protocol="a{b=\\"c\\"} 1"} 1',
    'linewatch_collector_datagrams_received_total{component="collector-2",protocol="a{b=\\"c\\"} 1"} 2',
  ]);
  expect(families.get('linewatch_collector_queue_bytes')).toHaveLength(2);
  expect(families.get('linewatch_collector_batch_seconds')).toHaveLength(10);
});

test('what is not a sample is left out', () => {
  const text = ['# HELP a A.', '# TYPE a gauge', 'a 1', '<html>', '# nothing', 'a{x="1"} 2', '', '# EOF'].join('\n');
  expect(mergeExpositions([{ component: 'c', text }])).toBe(
    ['# HELP a A.', '# TYPE a gauge', 'a{component="c"} 1', 'a{component="c",x="1"} 2', ''].join('\n'),
  );
});
