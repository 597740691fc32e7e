export { createWriter, type WriterOptions } from './app.ts';
export { WriterConfig } from './config.ts';
