export { createWriter, type WriterOptions } from './app.ts';
export { type DeadHead, encodeDeadLetter } from './dead-letters.ts';
export { type DeadLetter, DeadReader, type Reading, parsePlace, printable, readDeadLetters } from './dead-reader.ts';
export type { Expected } from './kind.ts';
export { WriterConfig } from './config.ts';
export type { ControlSource, PlainControl } from './control.ts';
export type { ProbeSettings } from './probing.ts';
