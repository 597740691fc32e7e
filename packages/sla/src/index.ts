export * from './model.ts';
export * from './state/evidence.ts';
