export { createNotifier, type NotifierOptions } from './app.ts';
export { createConditions } from './conditions/create.ts';
export type { FiveMinuteSource } from './conditions/weekly.ts';
export { NotifierConfig } from './config.ts';
