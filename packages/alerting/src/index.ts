export * from './formats/format.ts';
export type * from './machine/model.ts';
