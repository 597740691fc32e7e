/** What reading a text gives: its value, or what is wrong with it. */
export type Converted<T> = { readonly value: T } | { readonly problem: string };
