export * from './component.ts';
export * from './config.ts';
export * from './errors.ts';
export * from './logger.ts';
export * from './metrics.ts';
export * from './sleep.ts';
