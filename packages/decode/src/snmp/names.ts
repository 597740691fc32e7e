/** Names of object identifiers, and of enumerated values, from MIB-derived data. */
import { enterprises } from './enterprises.ts';
import { namesData } from './names-data.ts';

export interface Named {
  readonly name: string;
  readonly labels: ReadonlyMap<number, string> | undefined;
}

let table: Map<string, Named> | undefined;

function readLabels(text: string | undefined): Named['labels'] {
  if (text === undefined) return undefined;
  return new Map(
    text.split(',').map((one) => {
      const at = one.indexOf('=');
      return [Number(one.slice(0, at)), one.slice(at + 1)];
    }),
  );
}

/** Read when the first name is asked for. */
function names(): Map<string, Named> {
  table ??= new Map(
    namesData
      .trim()
      .split('\n')
      .map((line) => {
        const [oid = '', name = '', labels] = line.split(' ');
        return [oid, { name, labels: readLabels(labels) }];
      }),
  );
  return table;
}

export const exactName = (oid: string): Named | undefined => names().get(oid);

/** The object that an instance is of: the longest known beginning. */
export function objectOf(oid: string): { readonly object: string; readonly named: Named } | undefined {
  const known = names();
  for (let end = oid.length; end > 0; end = oid.lastIndexOf('.', end - 1)) {
    const object = end === oid.length ? oid : oid.slice(0, end);
    const named = known.get(object);
    if (named) return { object, named };
  }
  return undefined;
}

const underEnterprises = '1.3.6.1.4.1.';

/** Whose private number an object identifier is under. */
export function vendorOf(oid: string): string | undefined {
  return oid.startsWith(underEnterprises)
    ? enterprises[Number.parseInt(oid.slice(underEnterprises.length), 10)]
    : undefined;
}
