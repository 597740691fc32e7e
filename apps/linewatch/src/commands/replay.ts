import { replay } from '../replay.ts';

export interface ReplayCommandOptions {
  readonly to: string;
  readonly rate?: number;
  readonly loop?: boolean;
}
