export { createWatcher, type WatcherOptions } from './app.ts';
export { WatcherConfig } from './config.ts';
export { type Core, type CoreOptions, type Place, createCore } from './core.ts';
export { planOf } from './plan.ts';
