export * from './address.ts';
export * from './batch.ts';
export * from './columns.ts';
export * from './control.ts';
export * from './flow.ts';
export * from './keys.ts';
export * from './native.ts';
export * from './signal.ts';
