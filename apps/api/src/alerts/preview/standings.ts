/** Rules on contracts, over the hours of a month: what was found out since is in it. */
import { setImmediate } from 'node:timers/promises';
import {
  type Finding,
  type Known,
  type StandingInput,
  breachForecast,
  budgetBurn,
  slaBreach,
  thresholdsOf,
} from '@linewatch/alerting';
import { type SlaCircuit, type StandingFacts, circuitStanding, readStandingFacts, troubled } from '@linewatch/figures';
import { type Past, type Preview, type PreviewContext, cutShort } from './context.ts';

const hourMs = 3_600_000;
/** Other requests are answered in between. */
const hoursAtOnce = 24;

type Look = (input: StandingInput, known: Known) => Finding | undefined;

function lookOf({ rule }: PreviewContext, { id, academy, provider }: SlaCircuit): Look {
  if (rule.kind === 'sla-breach') return slaBreach;
  if (rule.kind === 'budget-burn') return budgetBurn;
  const { spentPercent = 75 } = thresholdsOf(rule, { circuit: id, academy: academy.id, provider: provider.id });
  return (input, known) => breachForecast(input, { spentPercent }, known);
}

/** One line, hour by hour; undefined: there was no time for all of it. */
async function pastOf(context: PreviewContext, circuit: SlaCircuit, facts: StandingFacts): Promise<Past[] | undefined> {
  const { span, severity, signal } = context;
  const look = lookOf(context, circuit);
  const past: Past[] = [];
  let on: Finding | undefined;
  const end = (toMs: number): void => {
    if (on)
      past.push({
        ...{ title: on.title, severity, academy: circuit.academy.name },
        fromMs: Math.max(span.fromMs, on.startedMs),
        toMs: context.until(toMs),
      });
    on = undefined;
  };
  const earlier = (ms: number) => circuitStanding(circuit, facts, ms);
  let step = 0;
  // The last look is at the end of it, or now.
  for (let nextMs = span.fromMs + hourMs; nextMs - hourMs < span.toMs - 1; nextMs += hourMs) {
    const atMs = Math.min(nextMs, span.toMs - 1);
    if (++step % hoursAtOnce === 0) await setImmediate();
    if (signal.aborted) return undefined;
    const standing = earlier(atMs);
    const known: Known = on ? new Map([[on.subject, on.startedMs]]) : new Map<string, number>();
    const found = standing ? look({ circuit, standing, earlier }, known) : undefined;
    if (on && found?.subject !== on.subject) end(atMs);
    on = found;
  }
  end(span.toMs);
  return past;
}

export async function standingPreview(context: PreviewContext): Promise<Preview> {
  const { options, trust, span } = context;
  const promised = context.lines().filter(({ contract }) => contract?.terms.target !== undefined);
  const facts = await readStandingFacts(options.estate, trust, promised, span);
  const alerts: Past[] = [];
  let looked = 0;
  for (const circuit of promised) {
    const past = troubled(circuit, facts, span) ? await pastOf(context, circuit, facts) : [];
    if (!past) break;
    alerts.push(...past);
    looked++;
  }
  const remarks = ['Looked at hour by hour: what came and went within an hour may be missing.'];
  remarks.push(
    'By what is known today: corrections and exclusions that were entered later are counted from when they were.',
  );
  if (looked < promised.length) remarks.unshift(cutShort(looked, promised.length));
  return { alerts, remarks };
}
