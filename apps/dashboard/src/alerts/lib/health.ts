/** How a subscription is doing, in words. */
import { type Subscription, formats } from '@linewatch/contract';
import type { MarkLook } from '../../components/mark.ts';
import { formatNumberOf } from '../../lib/format.ts';
import { formatMoment } from '../../lib/time.ts';
import { weekdayNames } from './words.ts';
import { wayTitle } from './grouping.ts';
import { severityWords } from '../../watch/lib/words.ts';

export interface Health {
  readonly look: MarkLook;
  readonly title: string;
  readonly detail: string;
}

const working: MarkLook = { shape: 'disc', sign: 'tick', colour: 'reporting' };
const failing: MarkLook = { shape: 'octagon', sign: 'cross', colour: 'full' };
const waiting: MarkLook = { shape: 'ring', sign: 'none', colour: 'awaiting' };
const off: MarkLook = { shape: 'disc', sign: 'bar', colour: 'awaiting' };

type Of = Pick<Subscription, 'enabled' | 'disabled' | 'delivery'>;

export function healthOf({ enabled, disabled, delivery }: Of): Health {
  const { breaker, failingSinceMs, lastError, lastDeliveredMs } = delivery;
  if (disabled)
    return {
      look: failing,
      title: 'Switched off by itself',
      detail: `${formatMoment(disabled.atMs)}: ${disabled.reason}`,
    };
  if (!enabled) return { look: off, title: 'Switched off', detail: '' };
  if (failingSinceMs !== null) {
    const title = breaker === 'open' ? 'Fails, and is left alone for a while' : 'Fails';
    return {
      look: failing,
      title,
      detail: `since ${formatMoment(failingSinceMs)}${lastError === null ? '' : `: ${lastError}`}`,
    };
  }
  if (lastDeliveredMs === null) return { look: waiting, title: 'Nothing was delivered yet', detail: '' };
  return { look: working, title: 'Works', detail: `last delivered ${formatMoment(lastDeliveredMs)}` };
}

/** `3 wait`, `2 were given up`; empty = neither. */
export function backlogWords({ pending, dead }: Subscription['delivery']): string[] {
  return [
    ...(pending > 0
      ? [`${formatNumberOf(pending, 'delivery', 'deliveries')} ${pending === 1 ? 'waits' : 'wait'}`]
      : []),
    ...(dead > 0 ? [`${formatNumberOf(dead, 'delivery', 'deliveries')} ${dead === 1 ? 'was' : 'were'} given up`] : []),
  ];
}

/** What it is told of, in a sentence. */
export function toldWords(of: Pick<Subscription, 'match' | 'group' | 'escalateMinutes' | 'hours' | 'format'>): string {
  const { match, group, hours } = of;
  const what =
    match.atLeast === 'info' ? 'Everything' : `What is ${severityWords[match.atLeast].toLowerCase()} or graver`;
  const some = [
    ...(match.rules.length > 0 ? [`of ${formatNumberOf(match.rules.length, 'rule')}`] : []),
    ...(match.matchers.length > 0 ? [`under ${formatNumberOf(match.matchers.length, 'condition')}`] : []),
  ].join(', ');
  const how =
    group.intervalSeconds === 0 && formats[of.format].stream ? 'every change' : wayTitle(group.by).toLowerCase();
  const when =
    hours === null ? '' : `; ${hours.weekdays.map((day) => weekdayNames[day]).join(', ')} ${hours.from}–${hours.to}`;
  const late = of.escalateMinutes > 0 ? `; after ${of.escalateMinutes} minutes nobody has acknowledged` : '';
  return `${what}${some === '' ? '' : ` ${some}`}; ${how}${when}${late}`;
}
