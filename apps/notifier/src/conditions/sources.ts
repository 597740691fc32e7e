/** What the rules are given, read once a round however many rules ask: each may fail by itself. */
import type { CertificateRow, Estate, ToldIncident, UsageRow } from '@linewatch/estate';
import { type SlaEstate, Standings, type StandingsNow, londonDay, planItems } from '@linewatch/figures';
import type { PlanItem } from '@linewatch/contract';
import type { Subjects } from '../subjects.ts';

/** As far as the plan looks ahead: no setting of days is longer. */
const planMonths = 25;

type SourceEstate = Pick<Estate, 'notifying' | 'facts' | 'maintenance' | 'incidents'>;

export class Sources {
  readonly #estate: SourceEstate;
  readonly #subjects: () => Subjects;
  readonly #standings = new Map<string, Standings>();
  #plan = new Map<
    string,
    { readonly subjects: Subjects; readonly today: string; readonly items: readonly PlanItem[] }
  >();
  #round = new Map<string, Promise<unknown>>();
  #nowMs = 0;

  constructor(estate: SourceEstate, subjects: () => Subjects) {
    this.#estate = estate;
    this.#subjects = subjects;
  }

  begin(nowMs: number): void {
    this.#round = new Map();
    this.#nowMs = nowMs;
  }

  usage(): Promise<ReadonlyMap<number, UsageRow>> {
    return this.#once(
      'usage',
      async () => new Map((await this.#estate.notifying.usage()).map((row) => [row.circuit, row])),
    );
  }

  certificates(): Promise<readonly CertificateRow[]> {
    return this.#once('certificates', () => this.#estate.notifying.certificates());
  }

  openIncidents(): Promise<ReadonlyMap<number, ToldIncident>> {
    return this.#once(
      'incidents',
      async () => new Map((await this.#estate.notifying.openIncidents()).map((each) => [each.id, each])),
    );
  }

  standings(trust: number, label: string): Promise<StandingsNow> {
    return this.#once(`standings ${label}`, () => {
      let standings = this.#standings.get(label);
      if (!standings) {
        const { facts, maintenance, incidents } = this.#estate;
        const estate = async (): Promise<SlaEstate> => (await this.#subjects().figures(trust))!;
        this.#standings.set(
          label,
          (standings = new Standings({ facts, maintenance, incidents, estate, trust: label })),
        );
      }
      return standings.at(this.#nowMs);
    });
  }

  incidentsOf(label: string): ReturnType<Estate['facts']['incidents']> {
    return this.#once(`incidents ${label}`, () => this.#estate.facts.incidents(label, this.#nowMs, this.#nowMs + 1));
  }

  /** Of a day: it costs some, and changes with the estate only. */
  plan(trust: number, label: string): readonly PlanItem[] {
    const subjects = this.#subjects();
    const today = londonDay(this.#nowMs);
    const known = this.#plan.get(label);
    if (known?.subjects === subjects && known.today === today) return known.items;
    const items = planItems({ records: subjects.records(trust), today, months: planMonths });
    this.#plan.set(label, { subjects, today, items });
    return items;
  }

  #once<T>(what: string, read: () => Promise<T>): Promise<T> {
    let reading = this.#round.get(what) as Promise<T> | undefined;
    if (!reading) this.#round.set(what, (reading = read()));
    return reading;
  }
}
