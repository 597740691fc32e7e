import type { Span } from '../model.ts';
import { type Evidence, type Heartbeat, type StateSettings } from './evidence.ts';
import { checkSettings, isOfVantage, isSound, phraseOf, sinceOf, sourceKind, timeOf } from './sound.ts';
import { type Member, type WatchedInterval, heardOf, intervalsOfTurns, sweep } from './sweep.ts';
import { Voice, compareWords } from './voice.ts';
import { Watch } from './watch.ts';

/**
 * The states of one circuit over a span: they partition it. The same evidence and heartbeats in any order, with
 * duplicates, give the same. Evidence that is none (a time, hold or name out of bounds) is left out.
 *
 * A collector counts as away after its last heartbeat when another's is later by more than `blindMs`.
 *
 * @throws RangeError for settings or a span that cannot be.
 */
export function intervalsOf(
  evidence: Iterable<Evidence>,
  heartbeats: Iterable<Heartbeat>,
  settings: StateSettings,
  span: Span,
): WatchedInterval[] {
  checkSettings(settings);
  if (!(span.fromMs < span.toMs)) throw new RangeError('the span ends before it begins');
  const watch = new Watch(settings.blindMs);
  for (const { collector, atMs } of heartbeats) watch.beat(collector, atMs);
  const heard = [...bySource(evidence)].flatMap((words) => {
    const { kind, name } = words[0]!;
    return heardOf(sourceKind(kind), name, tell(words, settings), membersOf(words));
  });
  return intervalsOfTurns(sweep(heard, watch, settings, span.fromMs, span.toMs), span.toMs);
}

function bySource(evidence: Iterable<Evidence>): Iterable<Evidence[]> {
  const sources = new Map<string, Evidence[]>();
  for (const each of evidence) {
    if (!isSound(each)) continue;
    const { kind, name, collector } = each;
    const key = JSON.stringify([sourceKind(kind), name, isOfVantage(kind) ? collector : '']);
    const words = sources.get(key);
    if (words) words.push(each);
    else sources.set(key, [each]);
  }
  return sources.values();
}

function tell(words: readonly Evidence[], settings: StateSettings): Voice {
  const voice = Voice.of(sourceKind(words[0]!.kind), settings);
  const said = words.map((word) => ({ atMs: timeOf(word), sinceMs: sinceOf(word), phrase: phraseOf(word) }));
  said.sort((a, b) => compareWords(a.atMs, a.sinceMs, a.phrase, b.atMs, b.sinceMs, b.phrase));
  for (const { atMs, sinceMs, phrase } of said) voice.step(atMs, sinceMs, phrase);
  return voice;
}

function membersOf(words: readonly Evidence[]): Member[] {
  const firsts = new Map<string, number>();
  for (const word of words) firsts.set(word.collector, Math.min(timeOf(word), firsts.get(word.collector) ?? Infinity));
  return [...firsts].map(([collector, firstMs]) => ({ collector, firstMs }));
}
