/** `decode-child.ts DECODER FILE CPU-SECONDS`: measures one decoder on the datagrams of a file; prints JSON. */
import { readFileSync } from 'node:fs';
import { decoders, measure } from './decoders.ts';
import { unframe } from './generate.ts';

const [name = '', file = '', seconds = ''] = process.argv.slice(2);
if (!Object.hasOwn(decoders, name)) throw new RangeError(`no decoder "${name}"`);
const pass = decoders[name as keyof typeof decoders](unframe(readFileSync(file)));
// Compiled by the time it is measured, as in a collector that has run for a second.
measure(pass, 0.5);
console.log(JSON.stringify(measure(pass, Number(seconds))));
