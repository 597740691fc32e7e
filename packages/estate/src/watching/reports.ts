import type { Database } from '../database.ts';
import type { Reports } from './ports.ts';

export const createReports = (_database: Database, _clock: () => number): Reports => ({}) as Reports;
