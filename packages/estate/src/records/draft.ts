/** What changes make of each record: all those of one record together. */
import type { Change, ChangeProblem, Kind } from '@linewatch/contract';
import { momentMs } from '../units.ts';
import type { Actor, ApplyOptions } from './records.ts';
import { canonical, withoutDefaults } from './canonical.ts';
import { checkFields } from './checks.ts';
import { type Values, mergePatch, same } from './merge.ts';
import { type Stored, endOf, recordOf } from './read.ts';
import { type Opened, hide, opened, withStoredSecrets } from './secrets.ts';
import type { Sealer } from './seal.ts';

/** A change, or the making of a record just so, as undoing does. A removal that is optional is left when it cannot be. */
export type Step =
  | (Change & { readonly optional?: boolean })
  | {
      readonly kind: Kind;
      readonly id: string;
      readonly op: 'set';
      readonly optional?: never;
      readonly values: Values;
      readonly endedMs: number | null;
    };

interface State {
  /** Secrets are hidden in it. */
  readonly values: Values;
  readonly endedMs: number | null;
  readonly managed: boolean;
}

export interface Draft {
  readonly kind: Kind;
  readonly id: string;
  readonly before: Stored | undefined;
  /** Undefined: it is removed. */
  after: State | undefined;
  /** Of the changes, the last one that is about it. */
  index: number;
  /** Some of its values are wrong: it is not looked at further. */
  broken: boolean;
  /** Made because a circuit names it, or removed because none does any more. */
  readonly implied: boolean;
  secrets: Opened | undefined;
  secretChanged: boolean;
}

export type Tell = (
  draft: Pick<Draft, 'kind' | 'id' | 'index'>,
  code: ChangeProblem['code'],
  path: string,
  message: string,
  current?: Stored,
) => void;

export const keyOf = (kind: Kind, id: string): string => `${kind} ${id}`;

export interface Drafting {
  readonly actor: Actor;
  readonly options: Pick<ApplyOptions, 'managed' | 'trust'>;
  readonly nowMs: number;
  readonly sealer: Sealer;
  readonly tell: Tell;
}

/** Whether a draft is another than what is stored. */
export const isChanged = ({ before, after, secretChanged }: Draft): boolean =>
  !before || !after
    ? before !== undefined || after !== undefined
    : secretChanged ||
      before.managed !== after.managed ||
      before.endedMs !== after.endedMs ||
      !same(before.values, after.values);

/** Folds the changes, in their order, over what is stored. */
export function draft(
  steps: readonly Step[],
  stored: ReadonlyMap<string, Stored>,
  context: Drafting,
): Map<string, Draft> {
  const drafts = new Map<string, Draft>();
  steps.forEach((step, index) => {
    const key = keyOf(step.kind, step.id);
    let it = drafts.get(key);
    if (!it) {
      const before = stored.get(key);
      const after = before && { values: before.values, endedMs: before.endedMs, managed: before.managed };
      it = {
        kind: step.kind,
        id: step.id,
        before,
        after,
        index,
        broken: false,
        implied: step.optional ?? false,
        secrets: undefined,
        secretChanged: false,
      };
      drafts.set(key, it);
    }
    it.index = index;
    take(it, step, context);
  });
  for (const it of drafts.values()) refuse(it, context);
  return drafts;
}

/** What the file of the estate manages is changed by it only. */
function refuse(it: Draft, { actor, tell }: Drafting): void {
  if (it.before?.managed && actor.via !== 'sync' && isChanged(it))
    tell(it, 'managed', '', 'comes from the estate file: change it there');
}

/** Why a step cannot be taken, whatever its values. */
function obstacle({ before, after }: Draft, step: Step): readonly [ChangeProblem['code'], string] | undefined {
  if (step.op === 'set') return undefined;
  if (step.revision !== undefined && before && step.revision !== before.revision)
    return ['stale', `was changed by ${before.changedBy || 'someone'} since it was read`];
  if (step.op !== 'create') return after ? undefined : ['missing', 'is not there'];
  if (!after) return undefined;
  return ['exists', after.endedMs === null ? 'is there already' : 'is there already, and has ended: restore it'];
}

function take(it: Draft, step: Step, context: Drafting): void {
  const problem = obstacle(it, step);
  if (problem) {
    const [code, message] = problem;
    it.broken = true;
    context.tell(it, code, '', message, code === 'missing' ? undefined : it.before);
    return;
  }
  const { after } = it;
  const managed = context.options.managed ?? after?.managed ?? false;
  const endedMs = after?.endedMs ?? null;
  if (step.op === 'create') set(it, step.values ?? {}, { endedMs: null, managed }, context);
  else if (step.op === 'set') set(it, step.values, { endedMs: step.endedMs, managed }, context);
  else if (step.op === 'remove') it.after = undefined;
  else if (step.op === 'update') set(it, step.values ?? {}, { endedMs, managed }, context, after!.values);
  else {
    const state = step.op === 'end' ? ended(it.kind, after!, context.nowMs) : restored(it.kind, after!, context.nowMs);
    it.after = { ...state, managed };
  }
}

/** Of a circuit the validity ends; one that has not begun is withdrawn. */
function ended(kind: Kind, state: State, nowMs: number): State {
  if (endOf(kind, state.values, state.endedMs, nowMs) !== null) return state;
  if (kind !== 'circuit') return { ...state, endedMs: nowMs };
  const from = typeof state.values.from === 'string' ? momentMs(state.values.from) : undefined;
  // Moments are written to the second.
  const toMs = Math.floor(nowMs / 1000) * 1000;
  if (from && 'value' in from && from.value >= toMs) return { ...state, endedMs: nowMs };
  return { ...state, values: withTo(state.values, toMs) };
}

function restored(kind: Kind, state: State, nowMs: number): State {
  const values =
    kind === 'circuit' && endOf(kind, state.values, null, nowMs) !== null
      ? withTo(state.values, undefined)
      : state.values;
  return { ...state, values, endedMs: null };
}

function withTo(values: Values, toMs: number | undefined): Values {
  const rest = Object.fromEntries(Object.entries(values).filter(([key]) => key !== 'to'));
  return toMs === undefined
    ? rest
    : canonical('circuit', { ...rest, to: new Date(toMs).toISOString().replace(/\.\d+Z$/, 'Z') }, () => undefined);
}

/** Takes values, whole or as a patch of `base`, and checks them. */
function set(it: Draft, given: Values, rest: Omit<State, 'values'>, context: Drafting, base?: Values): void {
  const { tell, sealer, options } = context;
  const report = (path: string, message: string): void => {
    it.broken = true;
    tell(it, 'invalid', path, message);
  };
  if (Object.hasOwn(given, 'id') && given.id !== it.id) report('id', `must be "${it.id}": it is never changed`);
  let values = mergePatch(base ?? {}, { ...given, id: it.id });
  if (it.kind === 'credential') {
    it.secrets ??= opened(it.before, sealer, options.trust);
    values = withStoredSecrets(values, it.secrets, report);
  }
  values = canonical(it.kind, values, report);
  checkFields(it.kind, values, report);
  values = withoutDefaults(it.kind, values);
  if (it.kind === 'credential') {
    const hidden = hide(values);
    it.secretChanged ||= !same(hidden.secrets, it.secrets?.texts ?? {});
    if (it.secretChanged && !sealer.hasKey) report('', 'cannot be kept: this server has no key for secrets');
    it.secrets = { ...(it.secrets ?? { unreadable: false }), texts: hidden.secrets };
    values = hidden.values;
  }
  it.after = { ...rest, values };
}

export const recordAfter = (it: Draft, actor: Actor, nowMs: number) =>
  recordOf(
    isChanged(it) || !it.before
      ? {
          ...it.after!,
          kind: it.kind,
          id: it.id,
          revision: (it.before?.revision ?? 0) + 1,
          changedMs: nowMs,
          changedBy: actor.name,
        }
      : it.before,
    nowMs,
  );
