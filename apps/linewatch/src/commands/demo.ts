/** `linewatch demo`: an estate, history, then live flows from simulated exporters. */
import type { App, Health } from '@linewatch/service';
import { type CommonOptions, runComponent } from '../context.ts';

export interface DemoOptions {
  readonly academies: number;
  readonly history: number;
  readonly flowsPerSecond: number;
}

/** The options as arguments of the command. */
export const demoArgs = ({ academies, history, flowsPerSecond }: DemoOptions): readonly string[] => [
  '--academies',
  String(academies),
  '--history',
  String(history),
  '--flows-per-second',
  String(flowsPerSecond),
];
