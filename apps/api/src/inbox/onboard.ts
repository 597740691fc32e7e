/** A new academy with its lines, all at once: by a template, or as they are given. */
import type { NewCircuit, OnboardBody, OnboardCircuit, Values } from '@linewatch/contract';
import { Draft, type Heard } from './draft.ts';
import type { Known } from './known.ts';
import { addCircuit, mainCollector, placeProblem } from './map.ts';

const given = (values: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** Whoever asks may change all of the estate. */
export function draftOnboard(known: Known, heard: Heard, body: OnboardBody): Draft {
  const draft = new Draft(known);
  const record = body.template === undefined ? undefined : known.record('template', body.template);
  if (body.template !== undefined && record?.ended !== null)
    draft.wrong(-1, 'template', body.template, 'missing', 'template', `There is no template "${body.template}".`);
  const template = record?.values as Values<'template'> | undefined;
  draft.providers(body.providers);
  const { phase, profile, calendar } = template ?? {};
  const defaults = given({ phase, profile, calendar });
  const academy = body.existing
    ? existing(draft, body.academy.id ?? '', defaults)
    : { id: draft.academy(-1, body.academy, defaults), name: body.academy.name };
  if (!academy) return draft;
  const circuits: readonly OnboardCircuit[] = body.circuits ?? template?.circuits ?? [];
  const taken = new Set<string>();
  circuits.forEach((each, part) => {
    const circuit: NewCircuit = { ...each };
    delete (circuit as OnboardCircuit).approve;
    const { exporter, interface: selector, collector = mainCollector } = circuit;
    if (selector && exporter === undefined)
      draft.wrong(part, 'circuit', circuit.id ?? '', 'invalid', 'exporter', 'must be there, as there is an interface');
    if (exporter !== undefined) {
      const problem = selector ? placeProblem(heard, { collector, exporter, selector }, taken) : '';
      if (problem !== '') draft.wrong(part, 'circuit', circuit.id ?? '', 'overlap', 'interface', problem);
      draft.exporter(part, collector, exporter, heard.sysName(collector, exporter), academy.id);
    }
    addCircuit(draft, part, academy, circuit);
  });
  return draft;
}

/** An academy that goes on, with what it lacks of the template. */
function existing(
  draft: Draft,
  id: string,
  defaults: Record<string, unknown>,
): { readonly id: string; readonly name: string } | undefined {
  const record = draft.known.record('academy', id);
  if (record?.ended !== null) {
    draft.wrong(-1, 'academy', id, 'missing', 'id', `There is no academy "${id}".`);
    return undefined;
  }
  const has = record.values as Values<'academy'>;
  const values = Object.fromEntries(Object.entries(defaults).filter(([field]) => !(field in has)));
  if (Object.keys(values).length > 0)
    draft.add(-1, { kind: 'academy', id, op: 'update', revision: record.revision, values });
  return { id, name: has.name };
}
