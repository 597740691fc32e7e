/** What a rule that fits means for the estate as it is: an open circuit gets the interface, one is made, or why neither. */
import type { Values } from '@linewatch/contract';
import type { Known, KnownCircuit } from './known.ts';
import type { Fit, Rule } from './rule.ts';
import { freeId, nameOf, quoted, slugOf } from './text.ts';

export type Target =
  | { readonly outcome: 'ignored'; readonly text: string }
  | { readonly outcome: 'circuit'; readonly academy: string; readonly circuit: KnownCircuit; readonly text: string }
  | { readonly outcome: 'new'; readonly academy: string; readonly circuit: Values<'circuit'>; readonly text: string }
  | { readonly outcome: 'problem'; readonly academy: string | null; readonly text: string };

type Line = Pick<Values<'circuit'>, 'role' | 'provider' | 'kind' | 'contract'>;

/** An id and a name made from the academy's, for a circuit that has neither. */
export function circuitNames(
  academy: { readonly id: string; readonly name: string },
  role: 'primary' | 'backup',
  isTaken: (id: string) => boolean,
): { id: string; name: string } {
  const id = freeId(`${slugOf(academy.id, 50)}-${role}`, role, isTaken);
  const [, nth] = /-(primary|backup)-(\d+)$/.exec(id)?.slice(1) ?? [];
  return { id, name: nameOf(`${academy.name.slice(0, 170)} ${role} line${nth === undefined ? '' : ` ${nth}`}`) };
}

const isLike = (circuit: Values<'circuit'>, rule: Rule['values']): boolean =>
  (rule.role === undefined || rule.role === circuit.role) &&
  (rule.provider === undefined || rule.provider === circuit.provider) &&
  (rule.kind === undefined || circuit.kind === undefined || rule.kind === circuit.kind) &&
  (rule.contract === undefined || circuit.contract === undefined || rule.contract === circuit.contract);

/** The id that was read, as it stands or as an id is written. */
const resolve = (text: string, has: (id: string) => boolean): string | undefined =>
  [text, slugOf(text)].find((id) => id !== '' && has(id));

export function decide(known: Known, { values }: Rule, fit: Fit): Target {
  if (values.ignore) return { outcome: 'ignored', text: `The rule "${values.name}" says that it is not yours.` };
  const because = `The rule "${values.name}" fits (${fit.text})`;
  const problem = (academy: string | null, text: string): Target => ({
    outcome: 'problem',
    academy,
    text: `${because}, but ${text}.`,
  });

  const academy = fit.academy === undefined ? values.academy : resolve(fit.academy, (id) => known.academies.has(id));
  if (fit.academy !== undefined && academy === undefined)
    return problem(null, `there is no academy ${quoted(fit.academy)}`);
  if (academy !== undefined && !known.academies.has(academy))
    return problem(null, `there is no academy "${academy}" now`);

  if (fit.circuit !== undefined) {
    const id = resolve(fit.circuit, (each) => known.circuits.has(each));
    const circuit = id === undefined ? undefined : known.circuits.get(id);
    if (circuit) {
      const own = circuit.values.academy;
      if (academy !== undefined && own !== academy)
        return problem(own, `the circuit "${circuit.id}" is another academy's than "${academy}"`);
      if (!known.open.get(own)?.includes(circuit))
        return problem(own, `the circuit "${circuit.id}" has an interface already`);
      return { outcome: 'circuit', academy: own, circuit, text: `${because}: the circuit ${circuit.values.name}.` };
    }
    const wanted = slugOf(fit.circuit);
    if (academy === undefined || values.provider === undefined || wanted === '')
      return problem(academy ?? null, `there is no circuit ${quoted(fit.circuit)}`);
    if (known.has('circuit', wanted)) return problem(academy, `the circuit "${wanted}" has ended`);
    return made(academy, wanted);
  }

  if (academy === undefined) return problem(null, 'it says neither which academy nor which circuit');
  const open = (known.open.get(academy) ?? []).filter((circuit) => isLike(circuit.values, values));
  if (open.length > 1) return problem(academy, `${open.length} circuits of the academy have no interface yet`);
  const [circuit] = open;
  if (circuit) return { outcome: 'circuit', academy, circuit, text: `${because}: the circuit ${circuit.values.name}.` };
  if (values.provider === undefined)
    return problem(
      academy,
      'every circuit of the academy has an interface, and the rule names no supplier for a new one',
    );
  return made(academy);

  function made(of: string, id?: string): Target {
    const { name } = known.academies.get(of)!;
    const line: Line = {
      role: values.role ?? 'primary',
      provider: values.provider!,
      ...(values.kind && { kind: values.kind }),
      ...(values.contract && { contract: values.contract }),
    };
    const names = circuitNames({ id: of, name }, line.role, (each) => known.has('circuit', each));
    const chosen = { id: id ?? names.id, name: id === undefined ? names.name : nameOf(`${name.slice(0, 130)} ${id}`) };
    const text = `${because}: a new circuit "${chosen.id}" of ${name}.`;
    return { outcome: 'new', academy: of, circuit: { ...chosen, academy: of, ...line }, text };
  }
}
