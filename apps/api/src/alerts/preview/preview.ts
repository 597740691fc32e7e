/** What a rule would have done in a month: "would have fired 3 times last month". */
import type { RuleInForce } from '@linewatch/alerting';
import { type RuleKind, ruleKinds } from '@linewatch/contract';
import { monthAfter, monthOf, monthSpan } from '@linewatch/sla';
import { Turnstile } from '../../cache.ts';
import { ApiError } from '../../problems.ts';
import type { PreviewRule } from '../rules.ts';
import { type Past, type Preview, PreviewContext, type PreviewOptions } from './context.ts';
import { datesPreview } from './dates.ts';
import { fixPreview, incidentPreview } from './incidents.ts';
import { standingPreview } from './standings.ts';
import { usePreview } from './use.ts';

/** Each may be seconds of work. */
const atOnce = 1;
const waiting = 4;
const maxAlerts = 200;
const minuteMs = 60_000;

const nothing = (remark: string) => (): Promise<Preview> => Promise.resolve({ alerts: [], remarks: [remark] });

const previews: Readonly<Record<RuleKind, (context: PreviewContext) => Promise<Preview>>> = {
  'circuit-down': incidentPreview,
  'circuit-degraded': incidentPreview,
  'backup-carrying': incidentPreview,
  'site-down': incidentPreview,
  'provider-down': incidentPreview,
  silent: incidentPreview,
  'data-gap': incidentPreview,
  'collector-trouble': incidentPreview,
  safeguarding: incidentPreview,
  'sla-breach': standingPreview,
  'budget-burn': standingPreview,
  'breach-forecast': standingPreview,
  'fix-due': fixPreview,
  utilisation: usePreview,
  'capacity-forecast': nothing(
    'What was forecast in the past is not worked out again: it looks at thirteen weeks of each line.',
  ),
  dates: datesPreview,
  'system-trouble': nothing('How the parts of Linewatch were in the past is not kept.'),
};

/** Those of incidents wait within the incident rules already. */
const waits = (rule: RuleInForce): boolean => previews[rule.kind] !== incidentPreview;

/** Rejects with ApiError `request_invalid`, `busy`, or EstateError. */
export function createPreview(options: PreviewOptions): PreviewRule {
  const turns = new Turnstile(atOnce, waiting);
  return async (trust, body, month) => {
    const nowMs = options.clock();
    const of = month ?? monthAfter(monthOf(nowMs), -1);
    let whole;
    try {
      whole = monthSpan(of);
    } catch (error) {
      if (error instanceof RangeError) throw new ApiError('request_invalid', `body.month: ${error.message}`);
      throw error;
    }
    const span = { fromMs: whole.fromMs, toMs: Math.min(whole.toMs, nowMs) };
    const told = { fromMs: whole.fromMs, toMs: Math.max(whole.fromMs, span.toMs) };
    if (span.toMs <= span.fromMs) return { ...told, fired: 0, alerts: [], remarks: ['The month has not begun.'] };
    const rule: RuleInForce = { slug: body.kind, ...body };
    const running = turns.run(async () => {
      const estate = await options.slaEstate();
      const severity = rule.severity ?? ruleKinds[rule.kind].severity ?? 'minor';
      const goesOn = whole.toMs > nowMs;
      return previews[rule.kind](new PreviewContext({ options, trust, rule, span, goesOn, estate, severity }));
    });
    if (!running)
      throw new ApiError('busy', 'Other previews are being made. Try again when they are done.', { retryAfterS: 5 });
    const { alerts, remarks } = await running;
    const lasted = alerts.flatMap((past) => lasting(past, waits(rule) ? rule.forMinutes : 0, span.toMs));
    const shown = lasted.sort((a, b) => b.fromMs - a.fromMs).slice(0, maxAlerts);
    const hours =
      rule.hours !== 'always' && waits(rule)
        ? ['Hours of the rule are not looked at: in these it might have been told later, or not at all.']
        : [];
    return { ...told, fired: lasted.length, alerts: shown, remarks: [...remarks, ...hours] };
  };
}

/** Only what lasted so long would have been told of, and then. */
function lasting(past: Past, forMinutes: number, endMs: number): Past[] {
  const fromMs = past.fromMs + forMinutes * minuteMs;
  return (past.toMs ?? endMs) > fromMs || forMinutes === 0 ? [{ ...past, fromMs }] : [];
}
