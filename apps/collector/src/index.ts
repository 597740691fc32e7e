export { createCollector, type CollectorOptions } from './app.ts';
export { CollectorConfig } from './config.ts';
export { CollectorError, type InheritedSocket, wantedPorts } from './sockets.ts';
