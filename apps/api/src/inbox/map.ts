/** Interfaces that are heard become circuits. */
import type { MapBody, MapItem, NewAcademy, NewCircuit } from '@linewatch/contract';
import { circuitNames } from './decide.ts';
import { Draft, type Heard, type Part, type Selector, whole } from './draft.ts';
import { type Known, canonical, exporterKey } from './known.ts';

/** Label of the collector of who has one. */
export const mainCollector = 'main';

/** What the asker may change. */
export interface May {
  /** Changes what belongs to this academy. */
  readonly academy: (id: string) => boolean;
  /** Adds academies and suppliers, and reaches every device. */
  readonly all: boolean;
  /** Whether a device is theirs to map. */
  readonly device: (collector: string, address: string) => boolean;
}

const outside = 'This is not within what you may change.';

/** Where a circuit goes: its exporter, and its interface there. */
export interface Place {
  readonly collector: string;
  readonly exporter: string;
  readonly selector: Selector;
}

/** Says what is wrong with putting a circuit there; each place is taken once in a draft. */
export function placeProblem(heard: Heard, { collector, exporter, selector }: Place, taken: Set<string>): string {
  const candidate = heard.at(collector, exporter, selector);
  const named = selector.index === undefined ? `"${selector.name ?? selector.alias}"` : `ifIndex ${selector.index}`;
  const at = `${exporterKey(collector, canonical(exporter))}/${candidate?.index ?? JSON.stringify(selector)}`;
  if (candidate?.circuit != null) return `The interface ${named} carries the circuit "${candidate.circuit}" already.`;
  if (taken.has(at)) return `The interface ${named} is named twice.`;
  taken.add(at);
  return '';
}

/** Adds a circuit of an academy; what it lacks is made from the academy's. @returns its id */
export function addCircuit(
  draft: Draft,
  part: Part,
  academy: { readonly id: string; readonly name: string },
  circuit: NewCircuit,
): string {
  const { role = 'primary', provider } = circuit;
  const names = circuitNames(academy, role, (each) => draft.isTaken('circuit', each));
  const id = circuit.id ?? names.id;
  if (provider === undefined) draft.wrong(part, 'circuit', id, 'invalid', 'provider', 'must name a supplier');
  const values = {
    ...circuit,
    id,
    name: circuit.name ?? names.name,
    academy: academy.id,
    role,
  };
  draft.add(part, { kind: 'circuit', id, op: 'create', values });
  return id;
}

export function draftMap(known: Known, heard: Heard, body: MapBody, may: May): Draft {
  const draft = new Draft(known);
  const taken = new Set<string>();
  const academies = new Map<string, { id: string; name: string }>();
  if (body.providers?.length && !may.all) draft.wrong(whole, 'provider', '', 'forbidden', '', outside);
  else draft.providers(body.providers);
  body.items.forEach((item, part) => mapOne(draft, heard, item, part, may, taken, academies));
  return draft;
}

function mapOne(
  draft: Draft,
  heard: Heard,
  item: MapItem,
  part: Part,
  may: May,
  taken: Set<string>,
  academies: Map<string, { id: string; name: string }>,
): void {
  const { known } = draft;
  const collector = item.collector ?? mainCollector;
  const exporter = canonical(item.exporter);
  const wrong = (code: 'invalid' | 'forbidden' | 'overlap' | 'missing', path: string, message: string): void =>
    draft.wrong(part, 'circuit', item.circuit ?? item.newCircuit?.id ?? '', code, path, message);
  if (!may.device(collector, exporter)) {
    wrong('forbidden', 'exporter', outside);
    return;
  }
  if ((item.circuit === undefined) === (item.newCircuit === undefined)) {
    wrong('invalid', 'circuit', 'must name either a circuit or a new one');
    return;
  }

  const candidate = heard.at(collector, exporter, { index: item.interface });
  const selector = candidate ? heard.selector(candidate, item.by) : { index: item.interface };
  const problem = placeProblem(heard, { collector, exporter, selector: { index: item.interface } }, taken);
  if (problem !== '') {
    wrong('overlap', 'interface', problem);
    return;
  }
  const place = { exporter, collector, interface: { ...selector } };
  const sysName = candidate?.sysName ?? heard.sysName(collector, exporter);

  if (item.circuit !== undefined) {
    const circuit = known.circuits.get(item.circuit);
    if (!circuit || !may.academy(circuit.values.academy)) {
      if (may.all) wrong('missing', 'circuit', `There is no circuit "${item.circuit}".`);
      else wrong('forbidden', 'circuit', outside);
      return;
    }
    const { academy } = circuit.values;
    if (!known.open.get(academy)?.includes(circuit)) {
      wrong('overlap', 'circuit', `The circuit "${circuit.id}" has an interface already.`);
      return;
    }
    draft.exporter(part, collector, exporter, sysName, academy);
    draft.add(part, { kind: 'circuit', id: circuit.id, op: 'update', revision: circuit.revision, values: place });
    return;
  }

  const academy = academyOf(item.academy ?? item.newCircuit!.academy, item.newAcademy);
  if (!academy) return;
  draft.exporter(part, collector, exporter, sysName, academy.id);
  addCircuit(draft, part, academy, { ...item.newCircuit!, ...place });

  function academyOf(id: string | undefined, made: NewAcademy | undefined): { id: string; name: string } | undefined {
    if ((id === undefined) === (made === undefined)) {
      wrong('invalid', 'academy', 'must name either an academy or a new one');
      return undefined;
    }
    if (made) {
      if (!may.all) {
        wrong('forbidden', 'newAcademy', outside);
        return undefined;
      }
      // Several lines of one new academy.
      const same = academies.get(made.id ?? made.name);
      if (same) return same;
      const own = { id: draft.academy(part, made), name: made.name };
      academies.set(made.id ?? made.name, own);
      return own;
    }
    const there = known.academies.get(id!);
    if (there && may.academy(there.id)) return there;
    if (may.all) wrong('missing', 'academy', `There is no academy "${id}".`);
    else wrong('forbidden', 'academy', outside);
    return undefined;
  }
}
