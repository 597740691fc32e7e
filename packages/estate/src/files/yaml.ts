/** The estate file: a trust, and a list for each kind of record. An example with comments is `deploy/estate.example.yaml`. */
import { type FileProblem, type Kind, kindNames, kinds, slugPattern } from '@linewatch/contract';
import { checkValue, checkYaml } from '@linewatch/service';
import { Type } from 'typebox';
import { type Document, type Place, type ReadFile, type Values, inOrder, problemAt } from './document.ts';
import { isObject, mapLeaves, nodeOf, walk } from './fields.ts';
import { rateBps, rateText, textProblem } from '../units.ts';

const few = 1000;
const many = 10_000;
/** Most entries of each list. */
export const maxEntries: Readonly<Record<Kind, number>> = {
  cluster: few,
  calendar: few,
  profile: few,
  provider: few,
  contract: many,
  academy: many,
  site: many,
  contact: many,
  credential: few,
  exporter: many,
  equipment: 50_000,
  circuit: many,
  template: few,
  rule: few,
};

const closed = { additionalProperties: false } as const;

/** Its outline; entries are checked one by one, each by the schema of its kind. */
const outline = Type.Object(
  {
    trust: Type.Object(
      {
        id: Type.String({
          pattern: slugPattern,
          expects: 'up to 64 lower-case letters, digits and hyphens, with a letter or digit at both ends',
          default: 'main',
          description: "The label that the collectors' configuration gives as its trust.",
        }),
        name: Type.String({ minLength: 1, maxLength: 200, expects: 'text of 1 to 200 characters' }),
      },
      closed,
    ),
    leftOut: Type.Optional(
      Type.Array(Type.Union([Type.Literal('prices'), Type.Literal('contacts')]), {
        maxItems: 2,
        description: 'Fields that the file was made without: an import leaves them as they are.',
      }),
    ),
    ...Object.fromEntries(
      kindNames.map((kind) => [
        kinds[kind].list,
        Type.Optional(Type.Array(Type.Object({}), { maxItems: maxEntries[kind] })),
      ]),
    ),
  },
  closed,
);

/** What is left out or written the short way, written out. */
function whole(kind: Kind, entry: Values): Values {
  const values: Record<string, unknown> = { ...entry };
  // A circuit may go by its id alone.
  if (kind === 'circuit' && values['name'] === undefined && typeof values['id'] === 'string')
    values['name'] = values['id'];
  return mapLeaves(nodeOf(kind), values, (leaf, value) => {
    if (typeof value !== 'number') return value;
    if (leaf.format === 'money' && /^\d{1,10}(\.\d{1,2})?$/.test(String(value))) return value.toFixed(2);
    if (leaf.format !== 'rate') return value;
    const bps = rateBps(value);
    return 'value' in bps ? rateText(bps.value) : value;
  }) as Values;
}

/** Never throws. Problems of single records are found when they are planned, against what they are to change. */
export function readYaml(text: string): ReadFile {
  const nothing = { documents: [], kinds: [], whole: true };
  const file = checkYaml(text, Type.Unknown());
  const place = (path: string): Place => {
    const line = file.lines(path);
    return { row: null, line: line > 0 ? line : null, column: null, path };
  };
  if (!('value' in file) || file.raw === undefined)
    return {
      ...nothing,
      problems: file.problems.map(({ line, path, message }) => ({
        ...{ row: null, line: line > 0 ? line : null, column: null },
        ...{ path, message },
      })),
    };
  const raw = isObject(file.raw) ? file.raw : {};
  const problems: FileProblem[] = checkValue(file.raw, outline).problems.map(({ path, message }) =>
    problemAt(place(path), message),
  );
  const trust = isObject(raw['trust']) ? { id: 'main', ...raw['trust'] } : undefined;
  const trustName = (trust as { name?: unknown } | undefined)?.name;
  if (typeof trustName === 'string' && trustName !== '') {
    const problem = textProblem(trustName);
    if (problem && problems.every(({ path }) => path !== 'trust.name'))
      problems.push(problemAt(place('trust.name'), problem));
  }
  const { leftOut } = raw;
  const documents: Document[] = [];
  const told: Kind[] = [];
  for (const kind of kindNames) {
    const { list } = kinds[kind];
    const entries: unknown = raw[list];
    if (!Array.isArray(entries)) continue;
    told.push(kind);
    entries.slice(0, maxEntries[kind]).forEach((entry: unknown, i) => {
      if (!isObject(entry)) return;
      const at = `${list}.${i}`;
      const values = whole(kind, entry);
      // A plain number is Mbit/s, which the schema does not know of.
      walk(nodeOf(kind), values, '', (leaf, value, path) => {
        const read = leaf.format === 'rate' && typeof value === 'number' ? rateBps(value) : undefined;
        if (read && 'problem' in read) problems.push(problemAt(place(`${at}.${path}`), read.problem));
      });
      const { id, interface: selector } = values;
      // What is empty is left out later, as if nothing had been meant by it.
      if (kind === 'circuit' && isObject(selector) && Object.keys(selector).length === 0)
        problems.push(problemAt(place(`${at}.interface`), 'must have exactly one of index, name, alias'));
      documents.push({
        kind,
        id: typeof id === 'string' ? id : '',
        values,
        covers: 'all',
        place: (path) => place(path === '' ? at : `${at}.${path}`),
        where: `in line ${file.lines(at)}`,
      });
    });
  }
  return {
    documents,
    problems: inOrder(problems),
    kinds: told,
    whole: true,
    trust: isTrust(trust) ? trust : undefined,
    leftOut: (['prices', 'contacts'] as const).filter((each) => Array.isArray(leftOut) && leftOut.includes(each)),
  };
}

const isTrust = (trust: object | undefined): trust is { id: string; name: string } => {
  const { id, name } = (trust ?? {}) as { id?: unknown; name?: unknown };
  return typeof id === 'string' && typeof name === 'string';
};
