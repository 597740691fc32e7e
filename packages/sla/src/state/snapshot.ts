import { causes, lineStates } from '../model.ts';
import { type EvidenceNote, type StateSettings, sourceKinds } from './evidence.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { maxCollector, maxHoldMs, maxName, maxNote, maxTimeMs } from './sound.ts';
import { Source, maxMembers } from './source.ts';
import { type Turn, maxNotes } from './sweep.ts';
import type { Phrase, Spell, Track } from './track.ts';
import { Voice } from './voice.ts';
import { Words, maxWords } from './words.ts';

/** What a circuit's state is made of. */
export interface CircuitMemory {
  readonly floorMs: number;
  readonly toMs: number;
  readonly untakenMs: number;
  readonly turns: readonly Turn[];
  readonly sources: readonly Source[];
}

/** The bytes are no snapshot, or one of another version. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
  readonly code: 'snapshot_version' | 'snapshot_invalid';

  constructor(code: SnapshotError['code'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

const version = 1;
export const maxSnapshot = 48 * 1024;
const says = ['up', 'degraded', 'down'] as const;
const maxTexts = 4096;
const maxPhrases = 65_536;
const maxTurns = 8192;
const maxSpells = 2048;
const maxSources = 64;

/** What is left out when it is too large: ever fewer words, turns, spells and notes; at last, sources. */
const cuts = [
  { words: maxWords, turns: maxTurns, spells: maxSpells, notes: true, sources: maxSources },
  { words: 64, turns: 64, spells: 64, notes: true, sources: maxSources },
  { words: 8, turns: 8, spells: 8, notes: true, sources: maxSources },
  { words: 1, turns: 2, spells: 2, notes: false, sources: maxSources },
  { words: 1, turns: 1, spells: 1, notes: false, sources: 16 },
] as const;
type Cut = (typeof cuts)[number];

export function writeSnapshot(memory: CircuitMemory): Uint8Array {
  let bytes: Uint8Array = new Uint8Array();
  for (const cut of cuts) {
    bytes = write(memory, cut);
    if (bytes.length <= maxSnapshot) break;
  }
  return bytes;
}

/** Texts and phrases are written once, before what refers to them. */
class Tables {
  readonly texts = new Map<string, number>();
  readonly phrases = new Map<string, number>();
  readonly out = new ByteWriter();
  readonly #hasNotes: boolean;
  readonly #known = new Map<Phrase, number>();

  constructor(hasNotes: boolean) {
    this.#hasNotes = hasNotes;
  }

  text(value: string): number {
    let at = this.texts.get(value);
    if (at === undefined) this.texts.set(value, (at = this.texts.size));
    return at;
  }

  note(value: string): number {
    return this.text(this.#hasNotes && (this.texts.has(value) || this.texts.size < maxTexts / 2) ? value : '');
  }

  phrase(phrase: Phrase): number {
    const known = this.#known.get(phrase);
    if (known !== undefined) return known;
    const { kind, says: said, holdMs, collector, note } = phrase;
    const row = [sourceKinds.indexOf(kind), says.indexOf(said), holdMs, this.text(collector), this.note(note)];
    const key = row.join(' ');
    let at = this.phrases.get(key);
    if (at === undefined) {
      this.phrases.set(key, (at = this.phrases.size));
      for (const value of row) this.out.whole(value);
    }
    this.#known.set(phrase, at);
    return at;
  }
}

function write({ floorMs, toMs, untakenMs, turns, sources }: CircuitMemory, cut: Cut): Uint8Array {
  const tables = new Tables(cut.notes);
  const body = new ByteWriter();
  const keptTurns = turns.slice(-cut.turns);
  body.time(floorMs, toMs);
  body.time(Math.max(untakenMs, keptTurns[0]?.fromMs ?? untakenMs), toMs);
  body.whole(keptTurns.length);
  for (const turn of keptTurns) writeTurn(turn, toMs, tables, body);
  // Who said something last is the most needed.
  const kept = new Set(sources.toSorted((a, b) => b.lastMs - a.lastMs).slice(0, cut.sources));
  body.whole(kept.size);
  for (const source of sources) if (kept.has(source)) writeSource(source, toMs, tables, body, cut);
  const head = new ByteWriter();
  head.whole(version);
  head.whole(toMs);
  head.whole(tables.texts.size);
  for (const text of tables.texts.keys()) head.text(text);
  head.whole(tables.phrases.size);
  return Buffer.concat([head.done(), tables.out.done(), body.done()]);
}

function writeTurn({ fromMs, state, cause, evidence }: Turn, toMs: number, tables: Tables, body: ByteWriter): void {
  body.time(fromMs, toMs);
  body.whole(lineStates.indexOf(state));
  body.whole(causes.indexOf(cause));
  body.whole(evidence.length);
  for (const { atMs, source, text } of evidence) {
    body.time(atMs, toMs);
    body.whole(tables.note(source));
    body.whole(tables.note(text));
  }
}

function writeSource(source: Source, toMs: number, tables: Tables, body: ByteWriter, cut: Cut): void {
  const { kind, name, collector, members } = source;
  const { base, settledMs, words } = source.reduced(cut.words);
  body.whole(sourceKinds.indexOf(kind));
  body.whole(tables.text(name));
  body.whole(tables.text(collector));
  body.time(settledMs, toMs);
  body.whole(members.length);
  for (const member of members) {
    body.whole(tables.text(member.collector));
    body.time(member.firstMs, toMs);
  }
  writeTrack(base.main, toMs, tables, body, cut);
  if (base.traffic) writeTrack(base.traffic, toMs, tables, body, cut);
  body.whole(words.length);
  let [lastMs, lastSinceMs] = [toMs, toMs];
  for (const { atMs, sinceMs, phrase } of words) {
    body.time(atMs, lastMs);
    body.time(sinceMs, lastSinceMs);
    body.whole(tables.phrase(phrase));
    lastMs = atMs;
    if (!Number.isNaN(sinceMs)) lastSinceMs = sinceMs;
  }
}

function writeTrack(track: Track, toMs: number, tables: Tables, body: ByteWriter, cut: Cut): void {
  const spells = track.spells.slice(-cut.spells);
  body.whole(spells.length);
  for (const spell of spells) {
    body.time(spell.fromMs, toMs);
    body.time(spell.toMs, toMs);
    body.time(spell.saidMs, toMs);
    body.time(spell.atMs, toMs);
    body.whole(spell.isEnded ? 1 : 0);
    body.whole(tables.phrase(spell.phrase));
  }
  body.time(track.limitMs, toMs);
  body.whole(track.isPinned ? 1 : 0);
  const first = track.failures > 0 ? track.firstFailure : undefined;
  body.whole(first ? track.failures : 0);
  if (!first) return;
  body.time(track.failedMs, toMs);
  body.time(first.fromMs, toMs);
  body.time(first.atMs, toMs);
  body.whole(tables.phrase(first.phrase));
}

/** @throws SnapshotError */
export function readSnapshot(bytes: Uint8Array, settings: StateSettings): CircuitMemory {
  try {
    return new SnapshotReader(bytes).read(settings);
  } catch (error) {
    if (error instanceof SnapshotError) throw error;
    throw new SnapshotError('snapshot_invalid', 'not a snapshot of a circuit', { cause: error });
  }
}

function check(isRight: boolean, what: string): void {
  if (!isRight) throw new SnapshotError('snapshot_invalid', `${what} is not one`);
}

class SnapshotReader {
  readonly #in: ByteReader;
  #texts: readonly string[] = [];
  #phrases: readonly Phrase[] = [];
  #toMs = 0;

  constructor(bytes: Uint8Array) {
    if (bytes.length > maxSnapshot) throw new SnapshotError('snapshot_invalid', 'too large for a snapshot');
    this.#in = new ByteReader(bytes);
  }

  read(settings: StateSettings): CircuitMemory {
    const found = this.#in.whole();
    if (found !== version) throw new SnapshotError('snapshot_version', `version ${found}, not ${version}`);
    const toMs = (this.#toMs = this.#in.whole(maxTimeMs));
    this.#texts = this.#list(maxTexts * 2, () => this.#in.text(3 * (maxName + maxCollector + 20)));
    this.#phrases = this.#list(maxPhrases, () => this.#phrase());
    const floorMs = this.#finite();
    const untakenMs = this.#time();
    check(untakenMs === Infinity || Number.isFinite(untakenMs), 'what is taken');
    const turns = this.#list(maxTurns, () => this.#turn());
    check(isRising(turns.map(({ fromMs }) => fromMs)), 'the order of turns');
    const sources = this.#list(maxSources, () => this.#source(settings));
    check(this.#in.isDone, 'what is behind its end');
    return { floorMs, toMs, untakenMs, turns, sources };
  }

  #list<T>(most: number, read: () => T): T[] {
    const count = this.#in.whole(most);
    const found: T[] = [];
    for (let i = 0; i < count; i++) found.push(read());
    return found;
  }

  #one<T>(values: readonly T[]): T {
    return values[this.#in.whole(values.length - 1)]!;
  }

  /** NaN and the infinities are times too. */
  #time(nearMs = this.#toMs): number {
    const time = this.#in.time(nearMs);
    check(!Number.isFinite(time) || (time >= 0 && time <= maxTimeMs + maxHoldMs), 'a time');
    return time;
  }

  #finite(nearMs = this.#toMs): number {
    const time = this.#time(nearMs);
    check(Number.isFinite(time), 'a time');
    return time;
  }

  #phrase(): Phrase {
    const kind = this.#one(sourceKinds);
    const said = this.#one(says);
    const holdMs = this.#in.whole(maxHoldMs);
    const collector = this.#one(this.#texts);
    const note = this.#one(this.#texts);
    check(collector.length <= maxCollector && note.length <= maxNote, 'a phrase');
    return { kind, says: said, holdMs, collector, note };
  }

  #turn(): Turn {
    const fromMs = this.#finite();
    const state = this.#one(lineStates);
    const cause = this.#one(causes);
    const evidence = this.#list(maxNotes, (): EvidenceNote => {
      const atMs = this.#finite();
      return { atMs, source: this.#one(this.#texts), text: this.#one(this.#texts) };
    });
    return { fromMs, state, cause, evidence };
  }

  #source(settings: StateSettings): Source {
    const kind = this.#one(sourceKinds);
    check(kind !== 'traffic', 'a source');
    const name = this.#one(this.#texts);
    const collector = this.#one(this.#texts);
    const settledMs = this.#time();
    check(settledMs === -Infinity || Number.isFinite(settledMs), 'a time');
    const members = this.#list(maxMembers, () => ({ collector: this.#one(this.#texts), firstMs: this.#finite() }));
    const base = Voice.of(kind, settings);
    this.#track(base.main);
    if (base.traffic) this.#track(base.traffic);
    const words = this.#words(kind, settledMs);
    check(words.size > 0 || Number.isFinite(settledMs), 'a source');
    return new Source(kind, name, collector, settings, { base, settledMs, members, words });
  }

  #words(kind: Phrase['kind'], settledMs: number): Words {
    const words = new Words();
    let [lastMs, lastSinceMs] = [this.#toMs, this.#toMs];
    const count = this.#in.whole(maxWords);
    for (let i = 0; i < count; i++) {
      const atMs = this.#finite(lastMs);
      const sinceMs = this.#time(lastSinceMs);
      check(Number.isNaN(sinceMs) || (sinceMs >= 0 && sinceMs <= atMs), 'a time');
      const phrase = this.#one(this.#phrases);
      check(phrase.kind === kind || (kind === 'link' && phrase.kind === 'traffic'), 'a word');
      if (words.isFull) words.grow();
      check(atMs > settledMs && words.append(atMs, sinceMs, phrase), 'the order of words');
      lastMs = atMs;
      if (!Number.isNaN(sinceMs)) lastSinceMs = sinceMs;
    }
    return words;
  }

  #track(track: Track): void {
    for (const spell of this.#list(maxSpells, () => this.#spell())) track.spells.push(spell);
    const { spells } = track;
    check(
      spells.every(({ fromMs }, i) => i === 0 || fromMs >= spells[i - 1]!.toMs),
      'the order of spells',
    );
    track.limitMs = this.#time();
    track.isPinned = this.#in.whole(1) === 1;
    track.failures = this.#in.whole(1_000);
    check(!Number.isNaN(track.limitMs) && track.limitMs < Infinity, 'a time');
    if (track.failures === 0) return;
    track.failedMs = this.#finite();
    const fromMs = this.#finite();
    const atMs = this.#finite();
    track.firstFailure = { fromMs, atMs, phrase: this.#one(this.#phrases) };
  }

  #spell(): Spell {
    const fromMs = this.#finite();
    const toMs = this.#time();
    const saidMs = this.#finite();
    const atMs = this.#finite();
    const isEnded = this.#in.whole(1) === 1;
    const phrase = this.#one(this.#phrases);
    check(toMs >= fromMs, 'a spell');
    return { fromMs, toMs, says: phrase.says, saidMs, isEnded, atMs, phrase };
  }
}

const isRising = (times: readonly number[]): boolean => times.every((time, i) => i === 0 || time > times[i - 1]!);
