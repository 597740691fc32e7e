export { type Estate, type EstateOptions, createEstate } from './estate.ts';
export { EstateError, type EstateErrorCode } from './errors.ts';
export type { Counts, ImportOptions, ImportResult } from './import.ts';
export type { Campaign, Leadership } from './leader.ts';
export type { Migrated } from './migrate.ts';
export * from './model.ts';
export { estateFile } from './file.ts';
export { type ParseOptions, parseEstate } from './parse.ts';
export type { OnChange, Watch } from './watch.ts';
