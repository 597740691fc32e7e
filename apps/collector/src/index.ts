export { createCollector, type CollectorOptions } from './app.ts';
export { CollectorConfig } from './config.ts';
export { CollectorError } from './sockets.ts';
