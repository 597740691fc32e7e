/** The rule on full lines, over stored means of five minutes. */
import { committedOf, directions, overSpans, thresholdsOf, useFinding } from '@linewatch/alerting';
import type { SlaCircuit } from '@linewatch/figures';
import { type Past, type Preview, type PreviewContext, cutShort } from './context.ts';

const stepMs = 300_000;
/** Each is a question to ClickHouse. */
const maxLines = 500;

function pastOf(
  context: PreviewContext,
  circuit: SlaCircuit,
  means: { readonly startMs: number; readonly inBps: Float64Array; readonly outBps: Float64Array },
): Past[] {
  const { rule, severity } = context;
  const { percent = 90, minutes = 15 } = thresholdsOf(rule, {
    circuit: circuit.id,
    academy: circuit.academy.id,
    provider: circuit.provider.id,
  });
  const line = { ...circuit.planned, circuit: circuit.row };
  return directions.flatMap((direction) => {
    const committed = committedOf(circuit.planned, direction);
    if (committed === null || committed <= 0) return [];
    const bps = direction === 'down' ? means.inBps : means.outBps;
    const spans = overSpans(
      { startMs: means.startMs, stepMs, bps },
      (committed * percent) / 100,
      minutes * 60_000,
      false,
    );
    return spans.map(({ fromMs, toMs }) => ({
      title: useFinding(line, direction, { percent, minutes }, fromMs).title,
      severity,
      academy: circuit.academy.name,
      fromMs,
      toMs: context.until(toMs),
    }));
  });
}

/** Rejects with what the store rejects with, when it did not answer at all. */
export async function usePreview(context: PreviewContext): Promise<Preview> {
  const { options, span, signal } = context;
  const lines = context
    .lines()
    .filter(({ planned }) => planned.committedDownBps !== null || planned.committedUpBps !== null);
  const fromS = Math.ceil(span.fromMs / stepMs) * 300;
  const toS = Math.floor(span.toMs / stepMs) * 300;
  const alerts: Past[] = [];
  const remarks = ['By means of five minutes: what was shorter is not in them.'];
  let looked = 0;
  try {
    for (const circuit of toS > fromS ? lines.slice(0, maxLines) : []) {
      alerts.push(...pastOf(context, circuit, await options.store.fiveMinutes(circuit.row, fromS, toS, signal)));
      looked++;
    }
  } catch (error) {
    if (looked === 0 && !signal.aborted)
      return { alerts: [], remarks: ['Stored telemetry does not answer now: past use is not known.'] };
    if (!signal.aborted) throw error;
  }
  if (looked < lines.length && toS > fromS) remarks.unshift(cutShort(looked, lines.length));
  return { alerts, remarks };
}
