export * from './formats/format.ts';
export type * from './machine/model.ts';
export { formatsByName } from './formats/index.ts';
export type * from './transport/transport.ts';
