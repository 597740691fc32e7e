/** Statements that bring a record's times to `start_ms` and `end_ms`. */
import * as e from './elements.ts';
import { type Placed, type Ref, find, high, literal, low, wide } from './fields.ts';

const day = 86_400_000;

interface Candidate {
  readonly ref: Ref;
  readonly coding: e.TimeCoding;
}

function candidates(placed: Placed, elements: typeof e.startTimes, reverse: boolean): Candidate[] {
  const of = (pen: number): Candidate[] =>
    elements.flatMap(({ id, coding }) => find(placed, [id], pen).map((ref) => ({ ref, coding })));
  return reverse ? [...of(e.reversePen), ...of(0)] : of(0);
}

/**
 * v5 and v9 times are uptimes: the signed 32-bit difference to the header's uptime comes out right over its wrap after
 * 49.7 days. IPFIX has no uptime in its header; with systemInitTimeMilliseconds (160) it follows.
 */
function expression({ ref, coding }: Candidate, placed: Placed, version: number): string {
  switch (coding) {
    case 'milliseconds':
      return wide(ref);
    case 'seconds':
      return `${low(ref)}*1000`;
    case 'ntp':
      return `ntpMs(${high(ref)},${low(ref)})`;
    case 'delta':
      return `Math.floor(base-${low(ref)}/1000)`;
    case 'uptime': {
      const init = version === 10 ? find(placed, [e.systemInitElement])[0] : undefined;
      return init
        ? `(${wide(init)}>0?base+((${low(ref)}-(base-${wide(init)}))|0):NaN)`
        : `(up===up?base+((${low(ref)}-up)|0):NaN)`;
    }
  }
}

/** Takes the first candidate within a day of the export time, else the export time. */
function choose(name: string, list: readonly string[]): string {
  let code = '';
  let close = '';
  for (const one of list) {
    code += `${name}=${one};if(!(${name}-base<=${literal(day)}&&base-${name}<=${literal(day)})){`;
    close += '}';
  }
  return `${code}${name}=base;bad=1;${close}\n`;
}

export function timeCode(placed: Placed, version: number, reverse: boolean): { code: string; timeless: boolean } {
  const expressions = (elements: typeof e.startTimes): string[] =>
    candidates(placed, elements, reverse).map((c) => expression(c, placed, version));
  const starts = expressions(e.startTimes);
  const ends = expressions(e.endTimes);
  const timeless = starts.length + ends.length === 0;
  let duration = '0';
  for (const { id, perMs } of e.durations) {
    const ref = find(placed, [id])[0];
    if (ref) duration = perMs === 1 ? low(ref) : `Math.floor(${low(ref)}/${literal(perMs)})`;
  }
  let code = 'let s=base,e=base,bad=0,w=0;\n';
  if (starts.length > 0) code += choose('s', starts);
  if (ends.length > 0) code += choose('e', ends);
  else if (!timeless) code += `e=s+${duration};if(e-base>${literal(day)}){e=s;bad=1;}\n`;
  if (starts.length === 0 && !timeless) code += `s=e-${duration};if(base-s>${literal(day)}){s=e;bad=1;}\n`;
  code += 'if(s>e){s=e;bad=1;}\nabsurd+=bad;\n';
  for (const [name, column] of [
    ['s', 'start_ms'],
    ['e', 'end_ms'],
  ] as const)
    code += `${name}+=shift;if(${name}<0)${name}=0;w=Math.floor(${name}/4294967296);c_${column}[d]=${name}-w*4294967296;c_${column}[d+1]=w;\n`;
  return { code, timeless };
}
