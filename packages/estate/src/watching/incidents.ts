import type { Database } from '../database.ts';
import type { Incidents } from './ports.ts';

export const createIncidents = (_database: Database, _clock: () => number): Incidents => ({}) as Incidents;
