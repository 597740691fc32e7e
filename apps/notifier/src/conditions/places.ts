/** What findings are of, for labels and hours. */
import type { Finding, Place } from '@linewatch/alerting';
import type { AlertRuleBody } from '@linewatch/contract';
import type { SlaEstate } from '@linewatch/figures';
import type { Subjects } from '../subjects.ts';
import { openFromMs } from './hours.ts';

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
  const line = subjects.circuit(finding.circuit);
  const figures = finding.circuit === null ? undefined : estate.circuitByRow.get(finding.circuit);
  const academyRow = estate.academies.find(({ id }) => id === finding.academy)?.row ?? null;
  const academy = line?.academy ?? subjects.academy(academyRow);
  const provider =
    line?.provider?.planned ??
    subjects.snapshot.providers.find((each) => each.trust === trust && each.slug === finding.provider);
  const calendar = figures?.calendar ?? estate.academies.find(({ row }) => row === academy?.planned.id)?.calendar;
  return {
    trust,
    subject: {
      trust: estate.trust.id,
      circuit: line
        ? { slug: line.planned.slug, role: line.planned.role, kind: line.planned.kind, pop: line.planned.pop }
        : null,
      academy: academy
        ? {
            row: academy.planned.id,
            slug: academy.planned.slug,
            name: academy.planned.name,
            cluster: academy.record?.cluster ?? null,
            phase: academy.planned.phase,
          }
        : null,
      provider: provider ? { row: provider.id, slug: provider.slug } : null,
      pop: null,
    },
    root: finding.incident === null ? null : root(finding.incident),
    openFromMs: (atMs) => openFromMs(hours, { calendar, terms: figures?.contract?.terms }, atMs),
  };
}
