/** What is heard, beside what the estate knows: made at most once a second, and only when someone asks. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Exporter } from '@linewatch/contract';
import { labelKey } from '@linewatch/record';
import { type Scope, within } from '../access/principal.ts';
import { sourceKey } from '../live/interfaces.ts';
import { Heard } from './draft.ts';
import { type Known, exporterKey } from './known.ts';
import type { Candidate } from './rule.ts';
import { Places, type Suggested, onlyAcademy, suggest } from './suggest.ts';

/** Longest that the process works on it without looking at anything else. */
const turnMs = 8;

export interface InterfaceRow extends Suggested {
  readonly candidate: Candidate;
  readonly awaiting: boolean;
  readonly inside: boolean;
}

export interface ExporterRow extends Suggested {
  readonly exporter: Exporter;
  readonly source: string;
}

export interface Picture {
  readonly nowMs: number;
  readonly known: Known;
  /** Of the estate by which `circuit` was told; the live view may be a moment behind. */
  readonly planVersion: number;
  /** All that is heard, mapped or not. */
  readonly candidates: readonly Candidate[];
  readonly heard: Heard;
  /** No circuit is on them. */
  readonly interfaces: readonly InterfaceRow[];
  /** The estate does not have them. */
  readonly exporters: readonly ExporterRow[];
  readonly awaiting: ReadonlySet<string>;
  /** Whether a device belongs to academies within a scope, all of them. */
  readonly isWithin: (scope: Scope, collector: string, address: string) => boolean;
}

export interface PictureParts {
  readonly nowMs: number;
  readonly trust: string;
  readonly known: Known;
  readonly planVersion: number;
  readonly candidates: readonly Candidate[];
  readonly exporters: readonly Exporter[];
}

export async function pictureOf(parts: PictureParts): Promise<Picture> {
  const { nowMs, trust, known, planVersion, candidates, exporters } = parts;
  const places = new Places(known);
  const byKey = new Map(exporters.map((each) => [exporterKey(each.collector, each.address), each]));
  const awaiting = new Set([...byKey].filter(([, { state }]) => state === 'awaiting').map(([key]) => key));
  const carried = new Map<string, Set<string>>();
  for (const { collector, exporter, circuit } of candidates) {
    const key = exporterKey(collector, exporter);
    if (circuit !== null) carried.set(key, (carried.get(key) ?? new Set()).add(circuit));
  }

  let sinceMs = performance.now();
  const interfaces: InterfaceRow[] = [];
  for (const candidate of candidates) {
    if (candidate.circuit !== null) continue;
    const suggested = suggest(known, places, candidate, candidate);
    const inside = candidate.beside.length > 0 && onlyAcademy(known, candidate.beside) !== undefined;
    const isAwaiting = awaiting.has(exporterKey(candidate.collector, candidate.exporter));
    interfaces.push({ candidate, awaiting: isAwaiting, inside, ...suggested });
    if (performance.now() - sinceMs > turnMs) {
      await nextTurn();
      sinceMs = performance.now();
    }
  }

  const unknown: ExporterRow[] = [];
  for (const exporter of exporters) {
    const { collector, address, name: sysName, state, circuits } = exporter;
    if (state === 'refused' || known.exporters.has(exporterKey(collector, address))) continue;
    const source = sourceKey(labelKey(trust), labelKey(collector), address);
    const about = { collector, exporter: address, sysName, beside: circuits.map(({ circuit }) => circuit) };
    const silent = { source, index: 0, name: '', alias: '', speedBps: null, lastSeenMs: 0, inBps: 0, outBps: 0 };
    const candidate: Candidate = { ...about, ...silent, circuit: null };
    unknown.push({ exporter, source, ...suggest(known, places, about, candidate) });
  }

  const ownersOf = (collector: string, address: string): Set<string> => {
    const key = exporterKey(collector, address);
    const owners = new Set(places.of(address).map(({ id }) => id));
    const own = known.exporters.get(key)?.academy;
    if (own !== undefined) owners.add(own);
    for (const circuit of carried.get(key) ?? []) {
      const academy = known.circuits.get(circuit)?.values.academy;
      if (academy !== undefined) owners.add(academy);
    }
    return owners;
  };
  return {
    nowMs,
    known,
    planVersion,
    candidates,
    heard: new Heard(candidates),
    interfaces,
    exporters: unknown,
    awaiting,
    isWithin: (scope, collector, address) => {
      if (scope === 'all') return true;
      const owners = ownersOf(collector, address);
      return owners.size > 0 && [...owners].every((id) => within(scope, id));
    },
  };
}
