/** An entry for the estate file that maps an interface which sends data and which no circuit names yet. */

export interface UnmappedInterface {
  readonly exporter: string;
  /** ifIndex. */
  readonly interface: number;
  /** ifName as the exporter told it, or empty. It comes from the network: it may hold anything. */
  readonly name: string;
  readonly inBps: number;
  readonly outBps: number;
}

/** YAML for the `circuits` list; the two ids are left for the reader to fill in. */
export function estateSnippet(of: UnmappedInterface): string {
  // A name stays when a device renumbers its interfaces at a restart; an index may not.
  const selector = isPlainText(of.name) ? `{ name: ${quote(of.name)} }` : `{ index: ${of.interface} }`;
  const download = of.outBps > of.inBps ? 'out' : 'in';
  return [
    'circuits:',
    `  - id: ${idOf(`${of.exporter} ${of.interface}`)}`,
    '    academy: ACADEMY-ID    # an id from the academies of this file',
    '    provider: PROVIDER-ID  # an id from its providers',
    '    # committed: { down: 1G, up: 1G }  # as contracted',
    `    exporter: ${quote(of.exporter)}`,
    `    interface: ${selector}`,
    `    download: ${download}  # the side that is busier now`,
    '',
  ].join('\n');
}

/** What an estate file takes as an interface's name. */
function isPlainText(name: string): boolean {
  return name.length > 0 && name.length <= 200 && name.trim() === name && !/\p{C}/u.test(name);
}

/** A double-quoted YAML string; JSON's is one. */
function quote(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u{10ffff}]/gu, escapeUnseen);
}

/** What does not show, or changes how other text shows, is written as its code. */
function escapeUnseen(character: string): string {
  if (!/[\p{C}\p{Z}]/u.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Lower-case letters, digits and hyphens, beginning with a letter: digits alone would be a number in YAML. */
function idOf(text: string): string {
  const plain = text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return `line-${plain}`.replace(/-{2,}/g, '-').slice(0, 60).replace(/-+$/, '');
}
