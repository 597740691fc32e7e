/** Figures and reports with all that they are made of: for the API, and for commands. */
import { type EstateSource, type SlaEstate, slaEstates } from '@linewatch/figures';
import type { Logger } from '@linewatch/service';
import type { EstateReader, Telemetry } from '../ports.ts';
import { Sla } from '../sla/sla.ts';
import { SlaTelemetry } from '../sla/telemetry.ts';
import { Reports } from './reports.ts';

export interface ReportingOptions {
  readonly estate: EstateSource & Pick<EstateReader, 'incidents' | 'maintenance' | 'facts' | 'reports'>;
  readonly store: Pick<Telemetry, 'fiveMinutes' | 'measured'>;
  /** Label of the trust that is shown. */
  readonly trust: string;
  readonly logger: Logger;
  readonly clock: () => number;
}

export interface Reporting {
  readonly estate: () => Promise<SlaEstate>;
  readonly sla: Sla;
  readonly reports: Reports;
}

export function createReporting({ estate: from, store, trust, logger, clock }: ReportingOptions): Reporting {
  const { incidents, maintenance, facts, reports } = from;
  const estate = slaEstates(from, trust);
  const telemetry = new SlaTelemetry({ store, logger, clock });
  const sla = new Sla({ incidents, maintenance, facts, estate, telemetry, trust, clock });
  return { estate, sla, reports: new Reports({ sla, estate, incidents, reports, trust, clock }) };
}
