export { createCollector, type CollectorOptions } from './app.ts';
export { CollectorConfig, collectorProblems } from './config.ts';
export { privacyProblems, pseudonymKeyFile } from './privacy.ts';
export { keyFileOf, publicKeyText, readKey } from './key.ts';
export { KeyError, readPseudonymKey } from './pseudonym-key.ts';
export { CollectorError, type DatagramReader, type InheritedSocket, openSockets, wantedPorts } from './sockets.ts';
export { type Place, prepareWorkers } from './workers.ts';
