/** All formats, by name. */
import type { FormatName } from '@linewatch/contract';
import type { Format } from './format.ts';

export const formatsByName: Partial<Record<FormatName, Format>> = {};
