import type { Database } from '../database.ts';
import type { Watching } from './model.ts';

export const createWatching = (_database: Database): Watching => ({}) as Watching;
