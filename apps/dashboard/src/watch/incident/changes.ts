/** What of an incident is another than when a form was opened: shown before it is sent once more. */
import type { Incident } from '@linewatch/contract';
import { formatMoment } from '../../lib/time.ts';
import { codeWords, faultClassWords, incidentStateWords, severityWords } from '../lib/words.ts';

export interface Change {
  readonly what: string;
  readonly before: string;
  readonly now: string;
}

const time = (ms: number | null): string => (ms === null ? 'not known' : formatMoment(ms));

const fields: readonly (readonly [what: string, of: (incident: Incident) => string])[] = [
  ['State', ({ state }) => incidentStateWords[state]],
  ['Severity', ({ severity }) => severityWords[severity]],
  ['Began', ({ startedMs }) => time(startedMs)],
  ['Ended', ({ endedMs }) => (endedMs === null ? 'it goes on' : time(endedMs))],
  ['Acknowledged', ({ acknowledged }) => (acknowledged === null ? 'by no one' : `by ${acknowledged.by}`)],
  ['Assigned to', ({ assignee }) => assignee ?? 'no one'],
  ['Ticket', ({ ticket }) => ticket?.reference ?? 'none'],
  ['Reported to the supplier', ({ supplier }) => (supplier.reportedMs === null ? 'no' : time(supplier.reportedMs))],
  ['Supplier’s reference', ({ supplier }) => supplier.reference ?? 'none'],
  ['Supplier says it began', ({ supplier }) => time(supplier.startedMs)],
  ['Supplier says it was fixed', ({ supplier }) => time(supplier.fixedMs)],
  ['Supplier’s clock stood still', ({ supplier }) => `${supplier.stops.length} times`],
  ['Class of the fault', ({ faultClass }) => faultClassWords(faultClass)],
  ['In the figures', ({ exclusion }) => (exclusion === null ? 'counts' : `left out: ${codeWords(exclusion.code)}`)],
  ['Merged into', ({ mergedInto }) => (mergedInto === null ? 'none' : String(mergedInto))],
  ['Members', ({ members }) => String(members)],
];

export const changesOf = (before: Incident, now: Incident): Change[] =>
  fields
    .map(([what, of]) => ({ what, before: of(before), now: of(now) }))
    .filter((change) => change.before !== change.now);
