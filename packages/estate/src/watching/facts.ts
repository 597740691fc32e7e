import type { Database } from '../database.ts';
import type { Facts } from './ports.ts';

export const createFacts = (_database: Database, _clock: () => number): Facts => ({}) as Facts;
