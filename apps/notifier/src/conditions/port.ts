/** What is looked at again and again because nothing tells of its changes: contracts, use, dates, our own parts. */
import type { Alert } from '@linewatch/alerting';
import type { AlertingSetup, Estate } from '@linewatch/estate';
import type { Logger } from '@linewatch/service';
import type { Subjects } from '../subjects.ts';

export interface Conditions {
  /**
   * All that hold at a moment, by rules that are on. Keys are `<rule>/<subject>/<beginning>`: what fires already under another
   * beginning keeps its key and beginning, what is not among them any more has ended. When it rejects, all stays as it was.
   */
  evaluate(nowMs: number): Promise<readonly Alert[]>;
  /** Slugs of rules that could not be looked at the last time: what they found before stands. */
  readonly unknown?: ReadonlySet<string>;
}

export interface ConditionContext {
  readonly estate: Estate;
  readonly subjects: () => Subjects;
  readonly setup: () => AlertingSetup;
  /** Health addresses of parts elsewhere. */
  readonly healthUrls: readonly string[];
  /** What fires now, of incidents too: what fires ends later than it would begin. */
  readonly firing: () => Iterable<Alert>;
  /** A rule could not be looked at. */
  readonly onFailed: () => void;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}
