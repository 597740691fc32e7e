/** Rules that map at once: one process of a trust applies them as things appear. What a person did is never undone by one. */
import type { Change } from '@linewatch/contract';
import type { Actor, Estate } from '@linewatch/estate';
import { type Logger, describe, sleep } from '@linewatch/service';
import { Draft } from './draft.ts';
import type { Inbox } from './inbox.ts';
import { addCircuit } from './map.ts';
import type { InterfaceRow, Picture } from './picture.ts';

const everyMs = 5000;
const retryMs = 15_000;
/** Interfaces that rules map in a minute, all together. */
const perMinute = 120;
/** Interfaces that are remembered as not to be mapped, until the estate changes. */
const maxRefused = 10_000;

export interface AutomaticOptions {
  readonly inbox: Pick<Inbox, 'known' | 'picture' | 'changed'>;
  readonly estate: Pick<Estate, 'records'>;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly logger: Logger;
  readonly clock: () => number;
  readonly everyMs?: number;
}

interface Mapping {
  readonly row: InterfaceRow;
  readonly rule: string;
  readonly circuit: string;
  readonly changes: readonly Change[];
}

const actorOf = (rule: string): Actor => ({ account: null, name: `rule ${rule}`, via: 'command', address: null });

/**
 * What automatic rules would map now. Where several interfaces fit one circuit none is: a person has to say which. Of an
 * academy that gets new circuits, one is made at a time: its id depends on those before.
 */
export function mappingsOf(picture: Picture): Mapping[] {
  const { known, heard } = picture;
  const wanted = new Map<string, InterfaceRow[]>();
  for (const row of picture.interfaces) {
    const { target } = row;
    if (target?.outcome !== 'circuit' && target?.outcome !== 'new') continue;
    const circuit = `${target.outcome}/${target.circuit.id}`;
    wanted.set(circuit, [...(wanted.get(circuit) ?? []), row]);
  }
  const mappings: Mapping[] = [];
  for (const rows of wanted.values()) {
    const [row] = rows;
    const target = row?.target;
    if (rows.length !== 1 || !row || (target?.outcome !== 'circuit' && target?.outcome !== 'new')) continue;
    const rule = known.rules.all.find(({ id }) => id === target.rule);
    if (!rule?.values.automatic) continue;
    const { candidate } = row;
    const { collector, exporter, sysName } = candidate;
    const draft = new Draft(known);
    draft.exporter(0, collector, exporter, sysName, target.academy);
    const place = { exporter, collector, interface: { ...heard.selector(candidate, undefined) } };
    if (target.outcome === 'circuit') {
      const { id, revision } = target.circuit;
      draft.add(0, { kind: 'circuit', id, op: 'update', revision, values: place });
    } else {
      const academy = { id: target.academy, name: known.nameOf('academy', target.academy) };
      addCircuit(draft, 0, academy, { ...target.circuit, ...place });
    }
    mappings.push({ row, rule: rule.id, circuit: target.circuit.id, changes: draft.changes });
  }
  return mappings;
}

/** Runs until the signal aborts. */
export async function applyRules(options: AutomaticOptions, signal: AbortSignal): Promise<void> {
  const { inbox, logger } = options;
  const hand = new Hand(options);
  let failing = false;
  while (!signal.aborted) {
    let pauseMs = options.everyMs ?? everyMs;
    try {
      const { rules } = await inbox.known();
      // Without such a rule nothing is worked out.
      if (rules.all.some(({ values }) => values.automatic)) await hand.round(await inbox.picture(), signal);
      failing = false;
    } catch (error) {
      if (!failing && !stopped(signal)) logger.warn({ reason: describe(error) }, 'mapping rules were not applied');
      failing = true;
      pauseMs = retryMs;
    }
    await sleep(pauseMs, signal);
  }
}

/** Remembers what it did within a minute, and what is not to be done. */
class Hand {
  readonly #options: AutomaticOptions;
  /** By what was to be done: the version of the estate that it did not go with. */
  readonly #refused = new Map<string, number>();
  readonly #doneMs: number[] = [];

  constructor(options: AutomaticOptions) {
    this.#options = options;
  }

  async round(picture: Picture, signal: AbortSignal): Promise<void> {
    const { version } = picture.known;
    // What the live view does not know yet may be mapped already.
    if (picture.planVersion < version) return;
    let latest = 0;
    for (const mapping of mappingsOf(picture)) {
      const { collector, exporter, index } = mapping.row.candidate;
      const key = `${mapping.rule}/${mapping.circuit}/${collector}/${exporter}/${index}`;
      if (this.#refused.get(key) === version) continue;
      if (stopped(signal) || !this.#mayNow()) break;
      const done = await this.#map(mapping);
      if (done !== undefined) latest = done;
      else {
        if (this.#refused.size >= maxRefused) this.#refused.clear();
        this.#refused.set(key, version);
      }
    }
    if (latest > 0) await this.#options.inbox.changed(latest);
  }

  #mayNow(): boolean {
    const nowMs = this.#options.clock();
    while (this.#doneMs.length > 0 && this.#doneMs[0]! < nowMs - 60_000) this.#doneMs.shift();
    if (this.#doneMs.length >= perMinute) return false;
    this.#doneMs.push(nowMs);
    return true;
  }

  /** Version of the estate after it; undefined: it was not done. */
  async #map({ row, rule, circuit, changes }: Mapping): Promise<number | undefined> {
    const { estate, trust, logger } = this.#options;
    const { collector, exporter, index } = row.candidate;
    if (await this.#wasMapped(rule, circuit, exporter)) return undefined;
    const applied = await estate.records.apply(actorOf(rule), changes, { trust, title: `rule ${rule}` });
    const place = { rule, circuit, collector, exporter, interface: index };
    if (applied.applied) logger.info(place, 'interface was mapped by a rule');
    else logger.warn({ ...place, problems: applied.problems.slice(0, 5) }, 'a rule could not map an interface');
    return applied.applied ? applied.version : undefined;
  }

  /** A rule puts a circuit on an exporter once: when that was undone, someone had a reason. */
  async #wasMapped(rule: string, circuit: string, exporter: string): Promise<boolean> {
    const { estate, trust } = this.#options;
    const entries = await estate.records.audit(trust, { what: 'circuit', record: circuit, limit: 200 });
    const { name } = actorOf(rule);
    return entries.some(
      ({ actor, after }) => actor === name && (after as { exporter?: string } | null)?.exporter === exporter,
    );
  }
}

const stopped = (signal: AbortSignal): boolean => signal.aborted;
