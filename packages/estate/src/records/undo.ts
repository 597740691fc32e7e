/** The opposite of a batch. */
import type { ChangeProblem } from '@linewatch/contract';
import type { Applied } from './records.ts';
import { type Work, applySteps, readTouched } from './apply.ts';
import { type Done, isAsLeft, readDone } from './audit.ts';
import { type Step, keyOf } from './draft.ts';
import { type Stored, recordOf } from './read.ts';

const dayMs = 86_400_000;

/** What was made more than a day ago may have telemetry, or belong to what has: it ends, and keeps its name for the past. */
function oppositeOf(
  { what: kind, record: id, before, beforeEndedMs, implied }: Done,
  stored: Stored | undefined,
  nowMs: number,
): Step {
  if (before) return { kind, id, op: 'set', values: before, endedMs: beforeEndedMs };
  const old = stored !== undefined && nowMs - stored.createdMs > dayMs;
  return { kind, id, op: old ? 'end' : 'remove', ...(implied && { optional: true }) };
}

export async function undoBatch(work: Work & { readonly trustChanged: boolean }, batch: number): Promise<Applied> {
  const { client, trust, nowMs } = work;
  const { title, done } = await readDone(client, trust, batch);
  const touched = done.map(({ what: kind, record: id }) => ({ kind, id }));
  const stored = await readTouched(client, trust, touched);
  const problems: ChangeProblem[] = [];
  const steps: Step[] = [];
  for (const entry of done) {
    const { what: kind, record: id } = entry;
    const current = stored.get(keyOf(kind, id));
    const add = (code: ChangeProblem['code'], message: string): void =>
      void problems.push({
        ...{ index: steps.length, kind, id, path: '', code, message },
        ...(current && { current: recordOf(current, nowMs) }),
      });
    if (!isAsLeft(current, entry)) {
      if (entry.implied) continue;
      add('stale', current ? `was changed by ${current.changedBy || 'someone'} since` : 'was removed since');
    } else if (entry.secretChanged && entry.before)
      add('invalid', 'had another secret before, which is not kept: enter it again instead');
    steps.push(oppositeOf(entry, current, nowMs));
  }
  const how = { undoes: batch, problems, stored };
  return applySteps(
    { ...work, options: { ...work.options, title: `undo of ${batch}: ${title}` } },
    problems.length > 0 ? [] : steps,
    how,
  );
}
