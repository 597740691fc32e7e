/**
 * The parts that the records of the estate are made of. What a plain schema cannot say is in keywords of our own, which
 * whoever reads a schema may use: `ref` (the id of a record of that kind), `format` (how the text is read and shown), `unit`,
 * `sensitive` (who may see it), `title` (a label for people).
 */
import { type TOptional, type TSchema, type TSchemaOptions, Type } from 'typebox';

/**
 * - `day`: `2026-09-01`, a calendar day. `moment`: a day (its midnight in London) or a time with its offset.
 * - `rate`: `512k`, `100M`, `1G`, bit/s. `money`: pounds and pence, `1234.50`. `clock`: `08:30`. `month-day`: `09-01`.
 * - `address`: an IP address. `network`: CIDR. `postcode`, `email`, `phone`, `url`.
 */
export type FieldFormat =
  | 'day'
  | 'moment'
  | 'rate'
  | 'money'
  | 'clock'
  | 'address'
  | 'network'
  | 'postcode'
  | 'email'
  | 'phone'
  | 'url'
  | 'long-text';

/** Who may see a field, beyond those who may see the record: see `permissions`. */
export type Sensitivity = 'prices' | 'secrets' | 'contacts';

export interface FieldOptions extends TSchemaOptions {
  readonly title?: string;
  readonly description?: string;
  readonly expects?: string;
  readonly ref?: string;
  readonly format?: FieldFormat;
  readonly sensitive?: Sensitivity;
}

export const closed = { additionalProperties: false } as const;

export const slugPattern = '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$';

export const Slug = (options: FieldOptions = {}) =>
  Type.String({
    pattern: slugPattern,
    expects: 'up to 64 lower-case letters, digits and hyphens, with a letter or digit at both ends',
    ...options,
  });

/** One line. Checked further: no control characters, no blanks at the ends. */
export const Text = (title: string, options: FieldOptions = {}) =>
  Type.String({ minLength: 1, maxLength: 200, expects: 'text of 1 to 200 characters', title, ...options });

export const LongText = (title: string, options: FieldOptions = {}) =>
  Type.String({
    minLength: 1,
    maxLength: 4000,
    expects: 'text of 1 to 4000 characters',
    title,
    format: 'long-text',
    ...options,
  });

const formatted =
  (format: FieldFormat, maxLength: number, expects: string) =>
  (title: string, options: FieldOptions = {}) =>
    Type.String({ minLength: 1, maxLength, title, format, expects, ...options });

export const Day = formatted('day', 10, 'a date such as 2026-09-01');
export const Moment = formatted(
  'moment',
  40,
  'a date such as 2026-09-01 (from midnight in London), or a time such as 2026-09-01T18:00+01:00',
);
export const Rate = formatted('rate', 30, 'a rate such as 512k, 100M or 1G');
export const Money = formatted('money', 14, 'an amount in pounds such as 1234.50');
export const Clock = formatted('clock', 5, 'a time of the day such as 08:30');
export const Address = formatted('address', 45, 'an IPv4 or IPv6 address');
export const Network = formatted('network', 50, 'a network such as 10.20.0.0/16');
export const Postcode = formatted('postcode', 8, 'a postcode such as "LS1 4AP"');
export const Email = formatted('email', 254, 'an e-mail address');
export const Phone = formatted('phone', 40, 'a telephone number');
export const Url = formatted('url', 500, 'an address that begins with https:// or http://');

/** The id of a record of another kind. */
export const Ref = (kind: string, title: string, options: FieldOptions = {}) => Slug({ ref: kind, title, ...options });

export const OneOf = <const V extends string>(values: readonly V[], title: string, options: FieldOptions = {}) =>
  Type.Unsafe<V>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      { title, ...options },
    ),
  );

export const Tags = Type.Array(Slug(), { maxItems: 20, uniqueItems: true, title: 'Tags' });

/** Every property may be left out. */
export const optional = <P extends Record<string, TSchema>>(properties: P) =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, Type.Optional(schema)])) as {
    [K in keyof P]: TOptional<P[K]>;
  };
