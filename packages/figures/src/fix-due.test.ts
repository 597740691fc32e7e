import type { Incident } from '@linewatch/contract';
import type { Terms } from '@linewatch/sla';
import { describe, expect, it } from 'vitest';
import { type FixDue, fixDue } from './fix-due.ts';
import { readStandingFacts } from './standing-facts.ts';
import { type Kept, annotation, hourMs, incident, june, kept, line, memory, works } from './testing/lines.ts';

const startMs = june(10, 10);
const terms: Terms = { starts: 'detected', fixHours: { total: 5, intermittent: 8 } };

async function due(
  over: Partial<Incident>,
  hours: number,
  { all = {}, of = terms }: { readonly all?: Partial<Kept>; readonly of?: Terms | null } = {},
): Promise<FixDue | null> {
  const nowMs = startMs + hours * hourMs;
  const circuit = line(1, of);
  const facts = await readStandingFacts(memory(kept(all)), 'north', [circuit], { fromMs: nowMs, toMs: nowMs });
  return fixDue(incident(startMs, over), circuit, facts, nowMs);
}

describe('when a fix is due', () => {
  it('is what the contract gives its class of fault, from the start that it names', async () => {
    expect(await due({}, 3)).toEqual({
      ...{ faultClass: 'total', startMs, dueMs: startMs + 5 * hourMs, limitMs: 5 * hourMs },
      ...{ tookMs: 3 * hourMs, leftMs: 2 * hourMs, exceeded: false },
    });
    expect(await due({}, 6)).toMatchObject({ leftMs: -hourMs, exceeded: true });
    expect(await due({ flaps: 3 }, 6)).toMatchObject({
      ...{ faultClass: 'intermittent', dueMs: startMs + 8 * hourMs, exceeded: false },
    });
    const care = { ...terms, careHours: { days: ['wed', 'thu'] as const, from: '08:00', to: '12:00' } };
    // The 10th is a Wednesday: two of the hours then, three on the next day.
    expect(await due({}, 4, { of: care })).toMatchObject({ dueMs: june(11, 11), leftMs: 3 * hourMs });
  });

  it('waits for the report where the contract counts from that, and for nothing that came later', async () => {
    const of: Terms = { starts: 'reported', fixHours: { total: 5 } };
    const { supplier } = incident(startMs);
    const told = { supplier: { ...supplier, reportedMs: startMs + 2 * hourMs } };
    expect(await due({}, 3, { of })).toMatchObject({ startMs: null, dueMs: null, tookMs: 0, exceeded: false });
    expect(await due(told, 3, { of })).toMatchObject({ dueMs: startMs + 7 * hourMs, leftMs: 4 * hourMs });
    expect(await due(told, 1, { of })).toMatchObject({ startMs: null, dueMs: null });
  });

  it('moves on while something stops the clock', async () => {
    const said = { fromMs: startMs + hourMs, code: 'no-access', atMs: startMs + 2 * hourMs };
    const all = { annotations: [annotation(said)] };
    expect(await due({}, 3, { all })).toMatchObject({ dueMs: startMs + 7 * hourMs, tookMs: hourMs });
    // It was entered at the second hour: before, nobody knew.
    expect(await due({}, 1.5, { all })).toMatchObject({ dueMs: startMs + 5 * hourMs });
    const planned = { maintenances: [works(startMs, startMs + hourMs)] };
    expect(await due({}, 3, { all: planned })).toMatchObject({ dueMs: startMs + 6 * hourMs, tookMs: 2 * hourMs });
  });

  it('knows what stopped the clock months ago', async () => {
    const all = {
      annotations: [annotation({ fromMs: startMs, toMs: startMs + hourMs, code: 'no-access', atMs: startMs })],
      maintenances: [works(startMs + hourMs, startMs + 2 * hourMs)],
    };
    expect(await due({}, 80 * 24, { all })).toMatchObject({ dueMs: startMs + 7 * hourMs, exceeded: true });
  });

  it('is none of what is over, not begun, merged or promised nothing', async () => {
    expect(await due({ endedMs: startMs + 2 * hourMs }, 3)).toBeNull();
    expect(await due({ endedMs: startMs + 4 * hourMs }, 3)).toMatchObject({ leftMs: 2 * hourMs });
    expect(await due({}, -1)).toBeNull();
    expect(await due({ detectedMs: startMs + hourMs }, 0.5)).toBeNull();
    expect(await due({ mergedInto: 7 }, 3)).toBeNull();
    expect(await due({ kind: 'blind' }, 3)).toBeNull();
    expect(await due({}, 3, { of: null })).toBeNull();
    expect(await due({}, 3, { of: { starts: 'detected' } })).toBeNull();
    expect(await due({ kind: 'degradation' }, 3)).toBeNull();
    const partial: Terms = { starts: 'detected', fixHours: { partial: 24 } };
    expect(await due({ kind: 'degradation' }, 3, { of: partial })).toMatchObject({ faultClass: 'partial' });
  });
});
