/** Monthly reports: made from the figures of now, issued, and issued again with a reason when they have changed. */
import type { AcademySla, Report, ReportIssue } from '@linewatch/contract';
import type { Actor, Incidents, IssuedReport, Reports as Stored } from '@linewatch/estate';
import type { SlaEstate } from '@linewatch/figures';
import { monthSpan } from '@linewatch/sla';
import { within } from '../access/principal.ts';
import { ShortCache } from '../cache.ts';
import { asked } from '../estate/records.ts';
import { ApiError } from '../problems.ts';
import { academyWithoutMoney } from '../sla/money.ts';
import { type Sees, type Sla, checkMonth } from '../sla/sla.ts';
import { askedOfWatch } from '../watch/asked.ts';
import { reportCsv } from './csv.ts';
import { reportHtml } from './html.ts';
import { summaryOf } from './summary.ts';

const minuteMs = 60_000;
/** Reports of now that are kept while nothing changes. */
const maxKept = 4;
const keepMs = 60_000;

export interface ReportsOptions {
  readonly sla: Sla;
  readonly estate: () => Promise<SlaEstate>;
  readonly incidents: Pick<Incidents, 'version'>;
  readonly reports: Stored;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly clock: () => number;
}

export interface ReportAsked {
  readonly month: string;
  /** Of an issued one; without it, as it would be made now. */
  readonly number?: number;
  readonly academy?: string;
}

/** One that was made without stored telemetry is tried again after this. */
const retryMs = 10_000;

interface Made {
  readonly madeMs: number;
  readonly report: Report;
  /** With bandwidth: stored telemetry answered. */
  readonly whole: boolean;
}

export class Reports {
  readonly #options: ReportsOptions;
  readonly #made: ShortCache<Made>;
  #attempt = 0;
  #issuing: Promise<unknown> = Promise.resolve();

  constructor(options: ReportsOptions) {
    this.#options = options;
    this.#made = new ShortCache(maxKept, keepMs, options.clock);
  }

  async list(sees: Sees): Promise<ReportIssue[]> {
    const { reports, trust } = this.#options;
    const issues = await asked(reports.list(trust));
    return issues.map((each) => ({ ...each, reason: sees.scope === 'all' ? each.reason : null }));
  }

  /** @throws ApiError `request_invalid`, `report_unknown`, `academy_unknown` */
  async report(sees: Sees, { month, number, academy }: ReportAsked): Promise<Report> {
    checkMonth(month, this.#options.clock(), 'month');
    await this.#checkAcademy(sees, academy);
    const { now } = await this.#now(month);
    if (number === undefined) return view(now, sees, academy);
    return view({ ...reportOf(await this.#issued(month, number)), changed: now.changed }, sees, academy);
  }

  /** A file of it: as it was issued to the octet where nothing has changed since, for who sees all of it. @throws ApiError as `report` */
  async file(kind: 'html' | 'csv', sees: Sees, which: ReportAsked): Promise<string> {
    const { month, number, academy } = which;
    checkMonth(month, this.#options.clock(), 'month');
    await this.#checkAcademy(sees, academy);
    const { now, latest } = number === undefined ? await this.#now(month) : {};
    if (now && (!latest || now.changed)) return rendered(kind, view(now, sees, academy));
    const issued = latest ?? (await this.#issued(month, number!));
    const all = sees.scope === 'all' && sees.prices === 'all' && academy === undefined;
    return all ? issued[kind] : rendered(kind, view(reportOf(issued), sees, academy));
  }

  /**
   * Freezes a month. A later one says why.
   * @throws ApiError `request_invalid`, `change_refused`, `record_changed`, `telemetry_unavailable`
   */
  issue(actor: Actor, month: string, reason: string | null): Promise<ReportIssue> {
    // One after the other: each knows its number.
    const next = this.#issuing.then(() => this.#issue(actor, month, reason));
    this.#issuing = next.catch(() => undefined);
    return next;
  }

  async #issue(actor: Actor, month: string, reason: string | null): Promise<ReportIssue> {
    const { reports, trust, clock } = this.#options;
    checkMonth(month, clock(), 'month');
    if (clock() < monthSpan(month).toMs)
      throw new ApiError('change_refused', `${month} is not over: its report can be issued from the next month on.`);
    const { report, whole } = await this.#make(month);
    const latest = await asked(reports.get(trust, month));
    const figures = figuresOf(report);
    if (latest && latest.figures === figures)
      throw new ApiError('record_changed', `Nothing has changed since number ${latest.number} was issued.`);
    if (latest && reason === null) throw new ApiError('change_refused', 'A corrected report says why: give a reason.');
    if (!whole)
      throw new ApiError(
        'telemetry_unavailable',
        'Stored telemetry does not answer: the report would lack bandwidth.',
        {
          retryAfterS: 10,
        },
      );
    const number = (latest?.number ?? 0) + 1;
    const numbered = { ...report, issued: { number, atMs: 0, by: actor.name, reason: latest ? reason : null } };
    return askedOfWatch(
      reports.issue(actor, trust, {
        month,
        html: reportHtml(numbered),
        csv: reportCsv(numbered),
        figures,
        reason: latest ? reason : null,
      }),
      'report_unknown',
    );
  }

  /** As it would be made now, and what was issued last. */
  async #now(month: string): Promise<{ readonly now: Report; readonly latest: IssuedReport | undefined }> {
    const { reports, trust } = this.#options;
    const latest = await asked(reports.get(trust, month));
    const { report } = await this.#make(month);
    const changed = latest !== undefined && figuresOf(report) !== latest.figures;
    return { now: { ...report, issued: latest ? issueOf(latest) : null, changed }, latest };
  }

  async #issued(month: string, number: number): Promise<IssuedReport> {
    const { reports, trust } = this.#options;
    const found = await asked(reports.get(trust, month, number));
    if (!found) throw new ApiError('report_unknown', `No report number ${number} of ${month} was issued.`);
    return found;
  }

  async #checkAcademy({ scope }: Sees, id: string | undefined): Promise<void> {
    if (id === undefined) return;
    const { academies } = await asked(this.#options.estate());
    if (!within(scope, id) || !academies.some((each) => each.id === id))
      throw new ApiError('academy_unknown', `The estate has no academy "${id}".`);
  }

  /** Of the whole trust, with money. */
  async #make(month: string): Promise<Made> {
    const { incidents, clock } = this.#options;
    const [estate, version] = await asked(Promise.all([this.#options.estate(), incidents.version()]));
    const make = (): Promise<Made> =>
      this.#made.get(`${estate.version} ${version} ${month} ${this.#attempt}`, () => this.#work(month, estate));
    const made = await make();
    if (made.whole || clock() - made.madeMs < retryMs) return made;
    this.#attempt++;
    return make();
  }

  async #work(month: string, estate: SlaEstate): Promise<Made> {
    const { sla, clock } = this.#options;
    const nowMs = Math.floor(clock() / minuteMs) * minuteMs;
    const { toMs } = monthSpan(month);
    const made = await sla.month(estate.academies, estate, month, nowMs);
    // Of a month that is over it does not matter when it was made.
    const academies = made
      .filter(({ circuits }) => circuits.length > 0)
      .map((each) => ({ ...each, nowMs: Math.min(nowMs, toMs) }));
    const report: Report = {
      month,
      trust: estate.trust,
      issued: null,
      changed: false,
      summary: summaryOf({ month, untilMs: nowMs < toMs ? nowMs : null, academies, money: true }),
      academies,
    };
    return {
      madeMs: clock(),
      report,
      whole: academies.every(({ circuits }) => circuits.every((each) => each.percentile !== null)),
    };
  }
}

const rendered = (kind: 'html' | 'csv', report: Report): string =>
  kind === 'html' ? reportHtml(report) : reportCsv(report);

/** What is compared and kept: without when and as what it was issued. */
const figuresOf = (report: Report): string => JSON.stringify({ ...report, issued: null, changed: false });

const issueOf = ({ number, atMs, by, reason }: ReportIssue): Report['issued'] => ({ number, atMs, by, reason });

const reportOf = (issued: IssuedReport): Report => ({
  ...(JSON.parse(issued.figures) as Report),
  issued: issueOf(issued),
});

/** What someone may see of a report: their academies, without money where they may not see prices. */
function view(report: Report, { scope, prices }: Sees, only: string | undefined): Report {
  if (scope === 'all' && prices === 'all' && only === undefined) return report;
  const seen = report.academies.filter(
    ({ academy }) => within(scope, academy.id) && (only ?? academy.id) === academy.id,
  );
  const money = seen.length > 0 && seen.every(({ academy }) => within(prices, academy.id));
  const academies = seen.map((each: AcademySla) =>
    within(prices, each.academy.id) ? each : academyWithoutMoney(each),
  );
  const [first] = report.academies;
  const untilMs = first && first.nowMs < monthSpan(report.month).toMs ? first.nowMs : null;
  return {
    ...report,
    // Why a report was corrected may tell of academies that are not theirs.
    issued: report.issued && { ...report.issued, reason: scope === 'all' ? report.issued.reason : null },
    summary: summaryOf({ month: report.month, untilMs, academies, money }),
    academies,
  };
}

/** Name of a file, without what a header or a file system would stumble over. */
export const reportFile = (trust: string, month: string, kind: 'html' | 'csv', academy?: string): string =>
  `linewatch-${academy === undefined ? trust : `${trust}-${academy}`}-${month}.${kind}`;
