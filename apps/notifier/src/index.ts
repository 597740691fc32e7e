export { createNotifier, type NotifierOptions } from './app.ts';
export { NotifierConfig } from './config.ts';
