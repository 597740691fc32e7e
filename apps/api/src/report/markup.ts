/** HTML in pieces: text is escaped wherever it goes in, and what is made of pieces is not escaped again. */

export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string =>
  text
    .replaceAll(/[&<>"']/g, (character) => entities[character]!)
    // Neither is allowed in HTML; the second turns the reading direction of what follows.
    .replaceAll(/(?![\t\n\r])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');

type Piece = Markup | string | number | readonly Markup[];

function htmlOf(piece: Piece): string {
  if (piece instanceof Markup) return piece.html;
  if (typeof piece === 'string' || typeof piece === 'number') return escaped(String(piece));
  return piece.map((each) => each.html).join('');
}

/** A template whose values are escaped. */
export const html = (strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup =>
  new Markup(strings.map((text, i) => (i === 0 ? '' : htmlOf(pieces[i - 1]!)) + text).join(''));

export const nothing = new Markup('');

/** A table with a caption; the first cell of each row is its heading. Numbers of columns are aligned by class. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly (Markup | string)[])[],
): Markup {
  if (rows.length === 0) return nothing;
  return html`<table>
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        ${columns.map((name) => html`<th scope="col">${name}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([first, ...rest]) =>
          html`<tr>
            <th scope="row">${first ?? ''}</th>
            ${rest.map((cell) => html`<td>${cell}</td>`)}
          </tr> `,
      )}
    </tbody>
  </table> `;
}

export const list = (items: readonly string[]): Markup =>
  items.length === 0
    ? nothing
    : html`<ul>
        ${items.map((item) => html`<li>${item}</li> `)}
      </ul> `;
