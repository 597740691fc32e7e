/**
 * Schools whose lines fail as told here, before anything is measured: this is what is true. It knows nothing of how states,
 * incidents or figures are made. Times are Unix ms, spans half-open.
 */
import { type Random, randomOf } from './random.ts';

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * - `link`: the interface goes down, the device tells and answers. `path`: the interface stays up, nothing comes through.
 * - `power`: the device is dead, and both of its lines with it. `admin`: someone shut the interface.
 */
type Fault = 'link' | 'path' | 'power' | 'admin';

interface Outage extends Span {
  readonly fault: Fault;
  /** It fell into a maintenance that was planned. */
  readonly planned: boolean;
}

export interface SimulatedLine {
  /** From 0. */
  readonly number: number;
  /** From 0: two lines each, the first the primary one. */
  readonly site: number;
  readonly role: 'primary' | 'backup';
  readonly provider: number;
  /** In order, none touches another. */
  readonly outages: readonly Outage[];
}

export interface World {
  readonly span: Span;
  readonly lines: readonly SimulatedLine[];
  /** When the device of a site had no power. */
  readonly dark: readonly (readonly Span[])[];
  /** By collector: when it did not run. */
  readonly gaps: readonly (readonly Span[])[];
  /** One for each planned outage of a line, around it. */
  readonly maintenances: readonly (Span & { readonly line: number })[];
}

export interface WorldOptions {
  readonly seed: number;
  readonly lines: number;
  readonly span: Span;
  readonly collectors: number;
  /** What only probes or polls see is down for so long at least: what is over between two of them nobody could tell. */
  readonly leastMs: number;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;
/** Between two outages of a line that are not of one burst. */
const calmMs = 30 * minute;

const after = (spans: readonly Span[]): number => spans.at(-1)?.toMs ?? -Infinity;

/** Things that happen so often a year, one after the other, none longer than `most`. */
function* happenings(random: Random, { fromMs, toMs }: Span, aYear: number): Generator<number> {
  for (let ms = fromMs + random.wait(year / aYear); ms < toMs; ms += random.wait(year / aYear)) yield Math.round(ms);
}

/** Restarts of seconds, and now and then minutes or hours without it. */
function gapsOf(random: Random, span: Span): Span[] {
  const gaps: Span[] = [];
  for (const fromMs of happenings(random, span, 20)) {
    const ms = random.chance(0.6) ? random.between(2 * second, 15 * second) : random.spread(10 * minute, 4 * hour);
    const gap = { fromMs, toMs: Math.round(fromMs + Math.max(2 * second, ms)) };
    if (fromMs - after(gaps) > hour && gap.toMs < span.toMs) gaps.push(gap);
  }
  return gaps;
}

/** Of the collectors but the first: their own, and now and then it is the first one's too, as where all share a network. */
function furtherGapsOf(random: Random, span: Span, first: readonly Span[]): Span[] {
  const shared = first.filter(({ fromMs, toMs }) => toMs - fromMs > minute && random.chance(0.4));
  const own = gapsOf(random, span).filter(({ fromMs, toMs }) =>
    shared.every((gap) => toMs + hour < gap.fromMs || fromMs - hour > gap.toMs),
  );
  return [...own, ...shared].sort((a, b) => a.fromMs - b.fromMs);
}

function darkOf(random: Random, span: Span, leastMs: number): Span[] {
  const dark: Span[] = [];
  for (const fromMs of happenings(random, span, 1.5)) {
    const cut = { fromMs, toMs: Math.round(fromMs + Math.max(leastMs, random.spread(40 * minute, 10 * hour))) };
    if (fromMs - after(dark) > day && cut.toMs < span.toMs) dark.push(cut);
  }
  return dark;
}

function outagesOf(random: Random, span: Span, dark: readonly Span[], leastMs: number): Outage[] {
  const outages: Outage[] = [];
  const isFree = (from: number, to: number): boolean =>
    from - after(outages) > calmMs &&
    to < span.toMs - calmMs &&
    dark.every((cut) => to + calmMs < cut.fromMs || from - calmMs > cut.toMs);
  for (const at of happenings(random, span, 8)) {
    const kind = random.next();
    if (kind < 0.1) {
      // Flaps: down for seconds, again and again.
      let fromMs = at;
      const burst: Outage[] = [];
      for (let left = Math.round(random.between(3, 8)); left > 0; left--) {
        const toMs = Math.round(fromMs + random.between(5 * second, 45 * second));
        burst.push({ fromMs, toMs, fault: 'link', planned: false });
        fromMs = Math.round(toMs + random.between(20 * second, 90 * second));
      }
      if (isFree(at, burst.at(-1)!.toMs)) outages.push(...burst);
      continue;
    }
    const fault: Fault = kind < 0.6 ? 'link' : kind < 0.93 ? 'path' : 'admin';
    const least = fault === 'path' ? leastMs : 2 * second;
    const toMs = Math.round(at + Math.max(least, random.spread(25 * minute, 30 * hour)));
    if (isFree(at, toMs)) outages.push({ fromMs: at, toMs, fault, planned: fault === 'link' && random.chance(0.2) });
  }
  const cuts = dark.map((cut): Outage => ({ ...cut, fault: 'power', planned: false }));
  return [...outages, ...cuts].sort((a, b) => a.fromMs - b.fromMs);
}

export function createWorld({ seed, lines: count, span, collectors, leastMs }: WorldOptions): World {
  const sites = Math.ceil(count / 2);
  const dark = Array.from({ length: sites }, (_, site) => darkOf(randomOf(seed * 7919 + site), span, leastMs));
  const gaps = [gapsOf(randomOf(seed * 31), span)];
  while (gaps.length < collectors) gaps.push(furtherGapsOf(randomOf(seed * 31 + gaps.length), span, gaps[0]!));
  const lines = Array.from({ length: count }, (_, number): SimulatedLine => {
    const site = Math.floor(number / 2);
    return {
      number,
      site,
      role: number % 2 === 0 ? 'primary' : 'backup',
      provider: (number * 7 + site) % 5,
      outages: outagesOf(randomOf(seed * 104_729 + number), span, dark[site]!, leastMs),
    };
  });
  return {
    span,
    lines,
    dark,
    gaps,
    maintenances: lines.flatMap(({ number, outages }) =>
      outages
        .filter(({ planned }) => planned)
        .map(({ fromMs, toMs }) => ({ line: number, fromMs: fromMs - 10 * minute, toMs: toMs + 10 * minute })),
    ),
  };
}
