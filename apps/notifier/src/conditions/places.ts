/** What findings are of, for labels and hours. */
import type { Finding, Place } from '@linewatch/alerting';
import type { AlertRuleBody } from '@linewatch/contract';
import type { SlaEstate } from '@linewatch/figures';
import type { Subjects } from '../subjects.ts';
import { openFromMs, subjectOf } from '../surroundings.ts';

export interface PlacesOf {
  readonly trust: number;
  readonly estate: SlaEstate;
  readonly subjects: Subjects;
  /** Number of the incident at the root of one. */
  readonly root: (incident: number) => number;
}

export function placeOf(
  { trust, estate, subjects, root }: PlacesOf,
  finding: Finding,
  hours: AlertRuleBody['hours'],
): Place {
  const { providers } = subjects.snapshot;
  const about = {
    trust,
    circuit: finding.circuit,
    academy: estate.academies.find(({ id }) => id === finding.academy)?.row ?? null,
    provider: providers.find((each) => each.trust === trust && each.slug === finding.provider)?.id ?? null,
  };
  return {
    trust,
    subject: subjectOf(subjects, about),
    root: finding.incident === null ? null : root(finding.incident),
    openFromMs: (atMs) => (hours === 'always' ? atMs : (openFromMs(subjects, hours, about, atMs) ?? atMs)),
  };
}
