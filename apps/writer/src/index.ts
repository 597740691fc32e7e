export { createWriter, type WriterOptions } from './app.ts';
export { WriterConfig } from './config.ts';
export type { ControlSource, PlainControl } from './control.ts';
