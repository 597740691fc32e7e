import type { StreamAcademy, StreamEvent } from '@linewatch/contract';
import { cellOf, cellS } from './ring.ts';
import { type AcademyFigures, streamCells } from './view.ts';

/** A later last-seen time alone is worth an update only after this. */
const lastSeenStepMs = 5000;

interface Sent extends AcademyFigures {
  readonly firstCell: number;
}

/** Tells what changed since the last time it was asked: what viewers already have is not said again. */
export class Changes {
  #sent = new Map<string, Sent>();

  /** Everything, and from now on changes count from here. */
  snapshot(academies: readonly AcademyFigures[], nowMs: number): StreamEvent {
    this.#sent = new Map();
    const firstCell = cellOf(nowMs) - streamCells + 1;
    return {
      nowMs,
      academies: academies.map((each) => {
        this.#sent.set(each.id, { ...each, firstCell });
        return entry(each, undefined, firstCell);
      }),
    };
  }

  /** Undefined when nothing changed. */
  update(academies: readonly AcademyFigures[], nowMs: number): StreamEvent | undefined {
    const firstCell = cellOf(nowMs) - streamCells + 1;
    const changed: StreamAcademy[] = [];
    for (const each of academies) {
      const sent = this.#sent.get(each.id);
      const out = entry(each, sent, firstCell);
      if (sent && !differs(each, sent) && out.cells.length === 0) continue;
      changed.push(out);
      this.#sent.set(each.id, { ...each, firstCell });
    }
    return changed.length > 0 ? { nowMs, academies: changed } : undefined;
  }
}

const differs = (now: AcademyFigures, sent: AcademyFigures): boolean =>
  now.inBps !== sent.inBps ||
  now.outBps !== sent.outBps ||
  now.state !== sent.state ||
  now.line !== sent.line ||
  (now.lastSeenMs !== null && now.lastSeenMs - (sent.lastSeenMs ?? -Infinity) >= lastSeenStepMs);

function entry(each: AcademyFigures, sent: Sent | undefined, firstCell: number): StreamAcademy {
  const cells: [number, number, number][] = [];
  // Nothing at all in a cell is worth telling of an academy that reports; of one that does not, it goes without saying.
  const unsaid = each.state === 'reporting' ? undefined : 0;
  for (let i = 0; i < streamCells; i++) {
    const before = sent ? i + firstCell - sent.firstCell : -1;
    const inBps = each.cellsIn[i]!;
    const outBps = each.cellsOut[i]!;
    if (inBps === (sent?.cellsIn[before] ?? unsaid) && outBps === (sent?.cellsOut[before] ?? unsaid)) continue;
    cells.push([(firstCell + i) * cellS, inBps, outBps]);
  }
  const { id, inBps, outBps, state, lastSeenMs, line } = each;
  return { id, inBps, outBps, state, lastSeenMs, line, cells };
}
