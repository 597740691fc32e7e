/** What a circuit no longer has says nothing any more: a probe, a tunnel, an interface that it was moved away from. */
import type { Evidence } from '@linewatch/sla';
import type { LineMemory } from './memory.ts';
import { type Line, isTunnel } from './plan.ts';

export type Gone = Pick<Evidence, 'kind' | 'name' | 'collector'>;

interface Ways {
  readonly device: string;
  readonly interface: string;
  readonly tunnels: string;
  /** `url#collector`, by blanks. */
  readonly probes: string;
}

const waysOf = ({ circuit, tunnels, probes }: Line): Ways => ({
  device: circuit.exporter === null ? '' : `${circuit.collector}/${circuit.exporter}`,
  interface: JSON.stringify(circuit.interface),
  tunnels: tunnels.join(' '),
  probes: probes.map(({ url, collector }) => `${url}#${collector}`).join(' '),
});

/** What was known of a line's interface is of another one. */
export function forgetInterface(memory: LineMemory): void {
  delete memory.index;
  delete memory.name;
  delete memory.alias;
  delete memory.oper;
  delete memory.admin;
  delete memory.sinceMs;
}

/** What is over of a line, by what it was told of until now; from now on it is told of by what it has. */
export function goneOf(line: Line, memory: LineMemory): Gone[] {
  const before = memory.ways;
  const now = waysOf(line);
  memory.ways = now;
  if (!before) return [];
  const { collector } = line.circuit;
  const gone: Gone[] = [];
  const isMoved = before.device !== now.device;
  const isElsewhere = isMoved || before.interface !== now.interface;
  if (isElsewhere) {
    for (const kind of ['link', 'admin'] as const) gone.push({ kind, name: '', collector });
    forgetInterface(memory);
  }
  if (isMoved) gone.push({ kind: 'reach', name: '', collector });
  const probes = now.probes.split(' ');
  const probed = before.probes.split(' ').filter((probe) => probe !== '');
  for (const source of Object.keys(memory.sources)) {
    const probe = probed.find((each) => source === each || source.startsWith(`${each}/`));
    if (probe !== undefined) {
      if (probes.includes(probe)) continue;
      const at = probe.lastIndexOf('#');
      const [url, watcher] = [source.slice(0, at), source.slice(at + 1)];
      gone.push({ kind: 'probe', name: url, collector: watcher }, { kind: 'quality', name: url, collector: watcher });
    } else {
      // Those of its interface, or those that it names; a part of a named one has more behind its name.
      const isNamed = isTunnel(line, source) || isTunnel(line, source.split(' ')[0]!);
      const isOver = isMoved || (now.tunnels === '' ? isElsewhere : before.tunnels !== now.tunnels && !isNamed);
      if (!isOver) continue;
      gone.push({ kind: 'path', name: source, collector }, { kind: 'quality', name: source, collector });
    }
    Reflect.deleteProperty(memory.sources, source);
  }
  return gone;
}
