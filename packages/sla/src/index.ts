export * from './model.ts';
export * from './state/evidence.ts';
export type * from './availability/types.ts';
