export * from './formats/format.ts';
export type * from './machine/model.ts';
export { formatsByName } from './formats/index.ts';
export { createTransport } from './transport/create.ts';
export { networkProblem } from './transport/guard.ts';
export type * from './transport/transport.ts';
export * from './text.ts';
