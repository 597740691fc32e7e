/**
 * Writes src/registry/data.ts anew: `npm run registry -- <file or URL of ipfix-information-elements.csv>`, which is
 * https://www.iana.org/assignments/ipfix/ipfix-information-elements.csv unless something else is given.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { dataFile, ianaLines, vendorLines } from './elements.ts';

const [source = 'https://www.iana.org/assignments/ipfix/ipfix-information-elements.csv'] = process.argv.slice(2);

async function read(from: string): Promise<string> {
  if (!/^https?:/.test(from)) return readFile(from, 'utf8');
  const answer = await fetch(from);
  if (!answer.ok) throw new Error(`${from} answers ${answer.status}`);
  return answer.text();
}

const iana = ianaLines(await read(source));
if (iana.length < 400) throw new Error(`${source} has only ${iana.length} elements: is it IANA's file?`);
const vendors = vendorLines(await read(path.join(import.meta.dirname, 'vendor-elements.csv')));
const target = path.join(import.meta.dirname, '../src/registry/data.ts');
await writeFile(target, dataFile([...iana, ...vendors]));
console.log(`${iana.length} elements of IANA and ${vendors.length} of vendors are in ${target}`);
