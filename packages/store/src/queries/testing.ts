/** Just enough of SQL to see, in a statement's text, which tables each SELECT reads and under what conditions. */

/** Words, numbers, signs, `{name:Type}` parameters; text between quotes is `''`. Comments are gone. */
type Token = string | readonly Token[];

const lexeme =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\.|'')*'|`[^`]*`|"[^"]*"|\{\w+:[^}]*\}|[A-Za-z_][\w.]*|[\d.]+|\s+|[()[\]]|[^\s\w]/g;

/** Round brackets are lists within the list. */
function parse(sql: string): Token[] {
  const stack: Token[][] = [[]];
  for (const [text] of sql.matchAll(lexeme)) {
    if (/^\s|^--|^\/\*/.test(text)) continue;
    if (text === '(') stack.push([]);
    else if (text === ')') {
      const inner = stack.pop()!;
      if (stack.length === 0) throw new Error('more brackets are closed than opened');
      stack.at(-1)!.push(inner);
    } else stack.at(-1)!.push(text.startsWith("'") ? "''" : text);
  }
  if (stack.length !== 1) throw new Error('a bracket is not closed');
  return stack[0]!;
}

const textOf = (tokens: readonly Token[]): string =>
  tokens.map((token) => (typeof token === 'string' ? token : `(${textOf(token)})`)).join(' ');

const isWord = (token: Token | undefined, ...words: readonly string[]): boolean =>
  typeof token === 'string' && words.includes(token.toUpperCase());

function split(tokens: readonly Token[], isSeparator: (token: Token) => boolean): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of tokens) {
    if (isSeparator(token)) parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}

/** What follows a clause's words, up to the next clause. */
function clause(tokens: readonly Token[], first: string): Token[] {
  const at = tokens.findIndex((token) => isWord(token, first));
  if (at < 0) return [];
  const rest = tokens.slice(at + 1);
  const end = rest.findIndex((token) =>
    isWord(token, 'WHERE', 'PREWHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT', 'SETTINGS', 'WINDOW', 'QUALIFY'),
  );
  return end < 0 ? rest : rest.slice(0, end);
}

/** A SELECT that reads tables itself, not only what a SELECT within it gives; a comma among them joins them too. */
interface Read {
  readonly tables: readonly string[];
  /** What is demanded of every row: the parts of WHERE between its ANDs; none where an OR weakens it. */
  readonly conditions: readonly string[];
  readonly groupBy: string;
}

/** A look-up in a dictionary. */
interface LookUp {
  readonly key: string;
}

function walk(tokens: readonly Token[], reads: Read[], lookUps: LookUp[]): void {
  for (const select of split(tokens, (token) => isWord(token, 'UNION', 'EXCEPT', 'INTERSECT'))) {
    const from = clause(select, 'FROM');
    const tables = from.filter(
      (token, i): token is string =>
        typeof token === 'string' && (i === 0 || token === ',' || isWord(from[i - 1], 'JOIN')),
    );
    if (tables.length > 0) {
      const where = clause(select, 'WHERE');
      const weakened = where.some((token) => isWord(token, 'OR', 'XOR', '?'));
      const conditions = weakened ? [] : split(where, (token) => isWord(token, 'AND')).map(textOf);
      reads.push({ tables, conditions, groupBy: textOf(clause(select, 'GROUP').slice(1)) });
    }
    select.forEach((token, i) => {
      if (typeof token === 'string') return;
      const name = select[i - 1];
      if (typeof name === 'string' && /^dictGet/i.test(name)) {
        const [, , key = []] = split(token, (each) => each === ',');
        lookUps.push({ key: textOf(key) });
      }
      walk(token, reads, lookUps);
    });
  }
}

/** Everything that a statement reads, at any depth. */
export function readsOf(sql: string): { readonly reads: readonly Read[]; readonly lookUps: readonly LookUp[] } {
  const reads: Read[] = [];
  const lookUps: LookUp[] = [];
  walk(parse(sql), reads, lookUps);
  return { reads, lookUps };
}
