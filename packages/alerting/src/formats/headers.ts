/** Headers that people set. */
export interface SetHeader {
  readonly name: string;
  readonly value: string;
}

/** By name, in lower case; the last of a name counts. */
export const headersOf = (
  headers: readonly SetHeader[],
  value: (text: string) => string = (text) => text,
): Record<string, string> =>
  Object.fromEntries(headers.map((header) => [header.name.toLowerCase(), value(header.value)]));
