export { type Api, type ApiOptions, ApiStartError, type ApiStartErrorCode, createApi } from './app.ts';
export { ApiConfig, ApiLimits } from './config.ts';
export type { Components } from './health.ts';
export * from './ports.ts';
export { storedTelemetry } from './telemetry.ts';
