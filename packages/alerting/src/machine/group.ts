/** A group while the machine runs, and as it is kept. */
import type { Labels, Severity } from '@linewatch/contract';
import type { Group } from './model.ts';

/** What the receiver knows of an alert. */
export interface Member {
  /** Null: it was not told of it yet. */
  stamp: string | null;
  acknowledged: string | null;
  /** Key of the alert that carries it, as it joined. */
  carrier: string | null;
  /** The problem that it was grouped by; null: it is not grouped by that. */
  problem: string | null;
}

export interface Note {
  readonly by: string;
  readonly text: string;
}

/** Notes that wait until their group may be told of. */
const maxNotes = 20;
const format = 1;

interface Memo {
  readonly format: number;
  /** The receiver has it open. */
  readonly open: boolean;
  /** When it began to wait for its first word, or for the one that opens it again. */
  readonly sinceMs: number;
  /** Of the latest word: no word is of an earlier time. */
  readonly saidMs: number;
  /** When it was closed before it waited to be opened again. */
  readonly closedBeforeMs: number | null;
  readonly recurrence: string;
  /** An alert that was told of is in another group now. */
  readonly left: boolean;
  /** `[stamp, acknowledged, carrier, problem]` by key. */
  readonly members: Readonly<Record<string, readonly (string | null)[]>>;
  readonly notes: readonly Note[];
}

export class LiveGroup {
  readonly id: number;
  readonly subscription: number;
  key: string;
  labels: Labels;
  openedMs: number;
  toldMs: number | null = null;
  sequence = 0;
  dueMs: number | null = null;
  closedMs: number | null = null;
  mergedInto: number | null = null;
  severity: Severity = 'info';
  open = false;
  sinceMs: number;
  saidMs = 0;
  closedBeforeMs: number | null = null;
  recurrence: string;
  left = false;
  readonly members = new Map<string, Member>();
  notes: Note[] = [];
  /** Of the tick only. Keys of those that were told of and are in another group now. */
  moved: string[] = [];
  /** Of the tick only: it has become another problem's. */
  isUrgent = false;

  constructor(id: number, subscription: number, key: string, labels: Labels, recurrence: string, nowMs: number) {
    this.id = id;
    this.subscription = subscription;
    this.key = key;
    this.labels = labels;
    this.recurrence = recurrence;
    this.openedMs = this.sinceMs = nowMs;
  }

  note(note: Note): void {
    if (this.notes.length < maxNotes) this.notes.push(note);
  }

  kept(): Group {
    const memo: Memo = {
      format,
      open: this.open,
      sinceMs: this.sinceMs,
      saidMs: this.saidMs,
      closedBeforeMs: this.closedBeforeMs,
      recurrence: this.recurrence,
      left: this.left,
      members: Object.fromEntries(
        [...this.members].map(([key, { stamp, acknowledged, carrier, problem }]) => [
          key,
          [stamp, acknowledged, carrier, problem],
        ]),
      ),
      notes: [...this.notes],
    };
    const { id, subscription, key, labels, openedMs, toldMs, sequence, dueMs, closedMs, mergedInto, severity } = this;
    const alerts = [...this.members.keys()];
    return {
      ...{ id, subscription, key, labels, alerts, openedMs, toldMs, sequence, dueMs, closedMs, mergedInto, severity },
      memo: memo as unknown as Group['memo'],
    };
  }

  /** @throws RangeError for one that another format of the machine kept. */
  static of(group: Group): LiveGroup {
    const memo = group.memo as unknown as Memo;
    if (memo.format !== format)
      throw new RangeError(`group ${group.id} was kept by another version of the machine (${String(memo.format)})`);
    const live = new LiveGroup(group.id, group.subscription, group.key, group.labels, memo.recurrence, group.openedMs);
    const { toldMs, sequence, dueMs, closedMs, mergedInto, severity } = group;
    const { open, sinceMs, saidMs, closedBeforeMs, left } = memo;
    Object.assign(live, { toldMs, sequence, dueMs, closedMs, mergedInto, severity });
    Object.assign(live, { open, sinceMs, saidMs, closedBeforeMs, left, notes: [...memo.notes] });
    // In the order in which they joined, whatever the order that the database keeps keys in.
    for (const key of group.alerts) {
      const [stamp = null, acknowledged = null, carrier = null, problem = null] = memo.members[key] ?? [];
      live.members.set(key, { stamp, acknowledged, carrier, problem });
    }
    return live;
  }
}
