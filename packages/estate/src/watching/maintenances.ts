import type { Database } from '../database.ts';
import type { Maintenances } from './ports.ts';

export const createMaintenances = (_database: Database, _clock: () => number): Maintenances => ({}) as Maintenances;
