export { type Api, type ApiOptions, ApiStartError, type ApiStartErrorCode, createApi } from './app.ts';
export { signInProblems } from './access/config.ts';
export { linkLifeMs, newToken } from './access/sign-in.ts';
export type { AccessOptions } from './access/services.ts';
export { ApiConfig, ApiLimits } from './config.ts';
export type { Components } from './health.ts';
export * from './ports.ts';
export { storedTelemetry } from './telemetry.ts';
