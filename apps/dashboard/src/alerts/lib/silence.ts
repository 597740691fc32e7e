/** Matchers of a silence: those that an alert suggests, in an address, and how many alerts they cover. */
import { type AlertNow, type Incident, type LabelName, type Matcher, labelNames } from '@linewatch/contract';

/** Where something is, closest first. */
const places = ['circuit', 'academy', 'provider', 'problem'] as const satisfies readonly LabelName[];

/** This kind of alert, at this place. */
export function matchersOf({ labels }: Pick<AlertNow, 'labels'>): Matcher[] {
  const place = places.find((name) => (labels[name] ?? '') !== '');
  // A person who may for single academies has to name one, and who may for all loses nothing by it.
  const names: LabelName[] = place === 'circuit' ? ['rule', 'circuit', 'academy'] : place ? ['rule', place] : ['rule'];
  return names.flatMap((name) => {
    const value = labels[name] ?? '';
    return value === '' ? [] : [{ name, op: '=' as const, value }];
  });
}

/** All alerts of an incident; where one academy is concerned, it is named, for who may for single ones. */
export function matchersOfIncident({ id, academies }: Pick<Incident, 'id' | 'academies'>): Matcher[] {
  const [only] = academies.length === 1 ? academies : [];
  return [
    { name: 'incident', op: '=', value: String(id) },
    ...(only ? [{ name: 'academy' as const, op: '=' as const, value: only.id }] : []),
  ];
}

/** `/silences?new=yes&m=rule%3Dcircuit-down` */
export function silenceHref(matchers: readonly Matcher[]): string {
  const query = new URLSearchParams({ new: 'yes' });
  for (const { name, op, value } of matchers) query.append('m', `${name}${op}${value}`);
  return `/silences?${query.toString()}`;
}

/** What of an address is none is left out. */
export function matchersIn(query: URLSearchParams): Matcher[] {
  return query.getAll('m').flatMap((text) => {
    const [, label, op, value = ''] = /^([a-z]+)(=~|!~|!=|=)(\P{Cc}{0,500})$/u.exec(text) ?? [];
    const name = labelNames.find((each) => each === label);
    return name === undefined ? [] : [{ name, op: op as Matcher['op'], value }];
  });
}

/** How many alerts are matched; null where an expression is for the server to judge. */
export function coveredBy(matchers: readonly Matcher[], alerts: readonly Pick<AlertNow, 'labels'>[]): number | null {
  if (matchers.length === 0 || matchers.some(({ op }) => op === '=~' || op === '!~')) return null;
  return alerts.filter(({ labels }) =>
    matchers.every(({ name, op, value }) => ((labels[name] ?? '') === value) === (op === '=')),
  ).length;
}
