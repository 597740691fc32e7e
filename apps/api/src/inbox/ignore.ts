/** "Not ours": a rule for one device, or one of its interfaces, that hides it. Undone like any change. */
import type { Change, IgnoreBody } from '@linewatch/contract';
import type { Heard } from './draft.ts';
import { type Known, canonical, exporterKey } from './known.ts';
import { mainCollector } from './map.ts';
import { freeId, nameOf } from './text.ts';

/** Before all rules that people order. */
const position = 0;

export function ignoreChanges(known: Known, heard: Heard, body: IgnoreBody): Change[] {
  const there = new Set(
    known.rules.all
      .filter(({ values }) => values.ignore)
      .map(
        ({ values }) => `${exporterKey(values.collector ?? mainCollector, values.exporters ?? '')}/${values.ifIndex}`,
      ),
  );
  const taken = new Set<string>();
  const changes: Change[] = [];
  for (const { exporter, collector = mainCollector, interface: index } of body.items) {
    const address = canonical(exporter);
    const exporters = `${address}/${address.includes(':') ? 128 : 32}`;
    const key = `${exporterKey(collector, exporters)}/${index}`;
    if (there.has(key)) continue;
    there.add(key);
    const what = index === undefined ? undefined : heard.at(collector, address, { index });
    const device = heard.sysName(collector, address) || address;
    const name = nameOf(`Not ours: ${device}${index === undefined ? '' : ` ${what?.name || `ifIndex ${index}`}`}`);
    const id = freeId(
      `ignore-${address.replace(/[^0-9a-f]+/gi, '-')}${index === undefined ? '' : `-${index}`}`,
      'ignore',
      (each) => known.has('rule', each) || taken.has(each),
    );
    taken.add(id);
    const values = {
      id,
      name,
      position,
      collector,
      exporters,
      ...(index !== undefined && { ifIndex: index }),
      ignore: true,
    };
    changes.push({ kind: 'rule', id, op: 'create', values });
  }
  return changes;
}
