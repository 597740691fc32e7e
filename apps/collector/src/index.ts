export { createCollector, type CollectorOptions } from './app.ts';
export { CollectorConfig, elementProblems } from './config.ts';
export { privacyProblems, pseudonymKeyFile } from './privacy.ts';
export { KeyError, readPseudonymKey } from './pseudonym-key.ts';
export { CollectorError, type InheritedSocket, wantedPorts } from './sockets.ts';
