/** What a preview is made from, and how much work it may be. */
import type { PastAlert, RuleInForce } from '@linewatch/alerting';
import type { Severity } from '@linewatch/contract';
import { type SlaCircuit, type SlaEstate, inService } from '@linewatch/figures';
import type { Span } from '@linewatch/sla';
import type { EstateReader, Telemetry } from '../../ports.ts';

export interface PreviewOptions {
  readonly estate: Pick<EstateReader, 'snapshot' | 'facts' | 'maintenance' | 'incidents' | 'records'>;
  readonly slaEstate: () => Promise<SlaEstate>;
  readonly store: Pick<Telemetry, 'fiveMinutes'>;
  readonly clock: () => number;
}

/** Longest that one preview works, and waits for stored telemetry, ms. */
const workMs = 15_000;

/** One alert that there would have been. */
export interface Past extends Pick<PastAlert, 'fromMs' | 'toMs'> {
  readonly title: string;
  readonly severity: Severity;
  /** Name. */
  readonly academy: string | null;
}

export interface Preview {
  readonly alerts: readonly Past[];
  readonly remarks: readonly string[];
}

export class PreviewContext {
  readonly options: PreviewOptions;
  readonly trust: string;
  readonly rule: RuleInForce;
  /** Of the month, as far as it has gone. */
  readonly span: Span;
  /** Whether the month goes on. */
  readonly goesOn: boolean;
  readonly estate: SlaEstate;
  readonly severity: Severity;
  readonly signal = AbortSignal.timeout(workMs);

  constructor(from: Pick<PreviewContext, 'options' | 'trust' | 'rule' | 'span' | 'goesOn' | 'estate' | 'severity'>) {
    this.options = from.options;
    this.trust = from.trust;
    this.rule = from.rule;
    this.span = from.span;
    this.goesOn = from.goesOn;
    this.estate = from.estate;
    this.severity = from.severity;
  }

  /** That the rule is for, and that were in service in the month. */
  lines(): readonly SlaCircuit[] {
    const { academies, providers } = this.rule;
    return this.estate.circuits.filter(
      (circuit) =>
        (academies.length === 0 || academies.includes(circuit.academy.id)) &&
        (providers.length === 0 || providers.includes(circuit.provider.id)) &&
        inService(circuit, this.span),
    );
  }

  /** What ended with the month, or goes on. */
  until(toMs: number): number | null {
    return toMs < this.span.toMs ? toMs : this.goesOn ? null : this.span.toMs;
  }
}

export const cutShort = (looked: number, of: number): string =>
  `Only ${looked} of ${of} lines were looked at: the others would take too long. Name academies or suppliers to see theirs.`;
