/** What a rule would do to what is heard now, before it is saved. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TryRuleBody, TryRuleResult } from '@linewatch/contract';
import type { Scope } from '../access/principal.ts';
import { decide } from './decide.ts';
import type { Picture } from './picture.ts';
import { type RuleValues, Rules, compileRule } from './rule.ts';

const maxMatches = 200;
const turnMs = 8;

/** Of a rule that was not given one: it cannot be the id of another. */
const untried = '';

export async function tryRule({ rule }: TryRuleBody, picture: Picture, scope: Scope): Promise<TryRuleResult> {
  const { known } = picture;
  const values: RuleValues = { ...rule, id: rule.id ?? untried, name: rule.name ?? 'this rule' };
  const compiled = compileRule(values);
  const result: TryRuleResult = { problems: [], looked: 0, fits: 0, matches: [] };
  if ('problems' in compiled) return { ...result, problems: [...compiled.problems] };
  const own = compiled.rule;
  const rules = new Rules([...known.rules.all.filter(({ id }) => id !== values.id), own]);
  /** Circuits that an interface before got: two of them for one circuit are a mistake. */
  const gotten = new Map<string, number>();
  let sinceMs = performance.now();
  for (const candidate of picture.candidates) {
    if (!picture.isWithin(scope, candidate.collector, candidate.exporter)) continue;
    result.looked++;
    if (performance.now() - sinceMs > turnMs) {
      await nextTurn();
      sinceMs = performance.now();
    }
    const fit = own.fit(candidate);
    if (!fit) continue;
    result.fits++;
    if (result.matches.length >= maxMatches) continue;
    const { collector, exporter, sysName, index, name, alias } = candidate;
    const first = rules.first(candidate)!.rule;
    const match = { collector, exporter, sysName, index, name, alias, academy: null, circuit: null };
    if (candidate.circuit !== null) {
      const academy = known.circuits.get(candidate.circuit)?.values.academy ?? null;
      const text = `It carries ${known.nameOf('circuit', candidate.circuit)} already, and stays there.`;
      result.matches.push({ ...match, outcome: 'mapped', academy, circuit: candidate.circuit, text });
    } else if (first !== own) {
      const text = `The rule "${first.values.name}" comes before it.`;
      result.matches.push({ ...match, outcome: 'taken', text });
    } else {
      const target = decide(known, own, fit);
      const { outcome, text } = target;
      const academy = 'academy' in target ? target.academy : null;
      const circuit = target.outcome === 'circuit' || target.outcome === 'new' ? target.circuit.id : null;
      result.matches.push({ ...match, outcome, academy, circuit, text });
      if (circuit !== null) gotten.set(circuit, (gotten.get(circuit) ?? 0) + 1);
    }
  }
  return { ...result, matches: result.matches.map((match) => rival(match, gotten)) };
}

type Match = TryRuleResult['matches'][number];

/** Several interfaces for one circuit: none of them is mapped by itself. */
function rival(match: Match, gotten: ReadonlyMap<string, number>): Match {
  const fits = match.outcome === 'circuit' || match.outcome === 'new' ? gotten.get(match.circuit!)! : 1;
  if (fits === 1) return match;
  return { ...match, outcome: 'problem', text: `${match.text} But ${fits} interfaces fit it.` };
}
