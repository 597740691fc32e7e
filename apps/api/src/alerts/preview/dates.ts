/** The rule on dates, day by day. */
import { type DateSettings, planDate, thresholdsOf } from '@linewatch/alerting';
import { planItems } from '@linewatch/figures';
import { daysOf } from '@linewatch/sla';
import type { Past, Preview, PreviewContext } from './context.ts';

/** No setting of days is longer. */
const planMonths = 25;

export async function datesPreview(context: PreviewContext): Promise<Preview> {
  const { options, trust, rule, span, severity } = context;
  const { records } = await options.estate.records.all(trust);
  const open = new Map<string, Past>();
  const alerts: Past[] = [];
  for (const { day, fromMs } of daysOf(span)) {
    const now = new Map<string, Past>();
    for (const item of planItems({ records, today: day, months: planMonths })) {
      const academies = item.academies.map(({ id }) => id);
      const provider = item.provider?.id ?? null;
      if (rule.academies.length > 0 && !academies.some((id) => rule.academies.includes(id))) continue;
      if (rule.providers.length > 0 && (provider === null || !rule.providers.includes(provider))) continue;
      const academy = academies.length === 1 ? academies[0]! : null;
      const settings = thresholdsOf(rule, { circuit: null, academy, provider }) as unknown as DateSettings;
      const found = planDate(item, settings, day);
      if (found)
        now.set(found.subject, {
          ...{ title: found.title, severity, academy: academy === null ? null : item.academies[0]!.name, toMs: null },
          fromMs: open.get(found.subject)?.fromMs ?? Math.max(span.fromMs, fromMs),
        });
    }
    for (const [subject, past] of open) if (!now.has(subject)) alerts.push({ ...past, toMs: fromMs });
    open.clear();
    for (const [subject, past] of now) open.set(subject, past);
  }
  alerts.push(...[...open.values()].map((past) => ({ ...past, toMs: context.until(span.toMs) })));
  return {
    alerts,
    remarks: ['By contracts and equipment as they are recorded now.', 'Certificates of the past are not kept.'],
  };
}
