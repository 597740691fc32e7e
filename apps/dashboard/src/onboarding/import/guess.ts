/** What a file probably is, by its name and first line; whoever imports it can say otherwise. */
import { type FileFormat, type Kind, kindNames, kinds } from '@linewatch/contract';

export interface Guess {
  readonly format: FileFormat;
  /** Of a CSV's records; null = the file does not tell. */
  readonly kind: Kind | null;
}

export function guess(fileName: string, text: string): Guess {
  const head = text.slice(0, 20_000);
  const names = new Set(headerOf(head).map(plain));
  const has = (...wanted: string[]): boolean => wanted.every((name) => names.has(name));
  const of = (format: FileFormat): Guess => ({ format, kind: null });

  if (/^\s*[[{]/.test(head)) return of(/"(librenms|sysName|hostname|ifName)"/.test(head) ? 'librenms' : 'netbox');
  if (has('urn', 'establishmentname')) return of('register');
  if (has('urn') && (has('groupuid') || has('datejoinedgroup'))) return of('membership');
  if (has('objid') || (has('probe', 'group', 'device') && names.has('sensor'))) return of('prtg');
  if (has('hostname') && (has('sysname') || has('deviceid'))) return of('librenms');
  if (/librenms/i.test(fileName)) return of('librenms');
  if (/netbox/i.test(fileName) || (has('devicetype') && names.has('site'))) return of('netbox');
  if (/prtg/i.test(fileName)) return of('prtg');
  if (/\.ya?ml$/i.test(fileName) || /^(---|trust:|[a-z]+:\s*$)/m.test(head.split('\n', 30).join('\n')))
    return of('yaml');
  return { format: 'csv', kind: kindByName(fileName) ?? kindByColumns(names) };
}

/** Names of the columns, as far as the first line tells. */
export function headerOf(text: string): string[] {
  const line = text.split(/\r?\n/, 1)[0] ?? '';
  const separator = [',', ';', '\t'].reduce((best, each) =>
    line.split(each).length > line.split(best).length ? each : best,
  );
  return line.split(separator).map((name) =>
    name
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim(),
  );
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

function kindByName(fileName: string): Kind | null {
  const name = fileName.toLowerCase();
  return (
    kindNames.find((kind) =>
      [kinds[kind].list, kinds[kind].many, kinds[kind].one].some((word) => name.includes(word)),
    ) ?? null
  );
}

/** The kind with the most fields among the columns, two at least; by id and name alone nothing can be told. */
function kindByColumns(names: ReadonlySet<string>): Kind | null {
  let best: Kind | null = null;
  let most = 1;
  for (const kind of kindNames) {
    const fields = Object.entries(kinds[kind].schema.properties as Record<string, { title?: string }>);
    const found = fields.filter(
      ([name, { title = '' }]) =>
        name !== 'id' && name !== 'name' && (names.has(plain(name)) || names.has(plain(title))),
    ).length;
    if (found > most) [best, most] = [kind, found];
  }
  return best;
}
