/** The estate file: `linewatch import FILE`. An example with comments is `deploy/estate.example.yaml`. */
import { Type } from 'typebox';
import { circuitKinds, phases } from './model.ts';

/** Most entries of `academies` and of `circuits`. */
export const maxEntries = 10_000;
export const maxProviders = 1000;
/** Most networks of an academy. */
export const maxNetworks = 100;

const closed = { additionalProperties: false } as const;
const oneOf = <const V extends string>(values: readonly V[]) => Type.Union(values.map((value) => Type.Literal(value)));

const Slug = Type.String({
  pattern: '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$',
  expects: 'up to 64 lower-case letters, digits and hyphens, with a letter or digit at both ends',
});
/** Checked further: no control characters, no blanks at the ends. */
const Text = Type.String({ minLength: 1, maxLength: 200, expects: 'text of 1 to 200 characters' });
const Rate = Type.Union([Type.Number(), Type.String({ maxLength: 30 })], {
  expects: 'a number of Mbit/s, or text such as "512k", "100M" or "1G"',
});
const When = Type.String({
  maxLength: 40,
  expects: 'a date such as 2026-09-01 (from midnight in London), or a time such as 2026-09-01T18:00+01:00',
});

export const estateFile = Type.Object(
  {
    trust: Type.Object(
      {
        id: Type.With(Slug, {
          default: 'main',
          description: "The label that the collectors' configuration gives as its trust.",
        }),
        name: Text,
      },
      closed,
    ),
    providers: Type.Array(Type.Object({ id: Slug, name: Text }, closed), { maxItems: maxProviders, default: [] }),
    academies: Type.Array(
      Type.Object(
        {
          id: Slug,
          name: Text,
          phase: Type.Optional(oneOf(phases)),
          pupils: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
          urn: Type.Optional(
            Type.Integer({
              minimum: 100_000,
              maximum: 999_999,
              expects: 'the six-digit number of the school register',
            }),
          ),
          postcode: Type.Optional(
            Type.String({
              pattern: '^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$',
              expects: 'a postcode such as "LS1 4AP"',
            }),
          ),
          networks: Type.Array(Type.String({ maxLength: 50, expects: 'a network such as 10.20.0.0/16' }), {
            maxItems: maxNetworks,
            default: [],
            description: 'Networks inside the academy.',
          }),
        },
        closed,
      ),
      { maxItems: maxEntries, default: [] },
    ),
    circuits: Type.Array(
      Type.Object(
        {
          id: Slug,
          name: Type.Optional(Text),
          academy: Type.String({ description: 'Id of an academy of this file.' }),
          provider: Type.String({ description: 'Id of a provider of this file.' }),
          role: Type.With(oneOf(['primary', 'backup']), { default: 'primary' }),
          kind: Type.Optional(oneOf(circuitKinds)),
          committed: Type.Optional(Type.Object({ down: Type.Optional(Rate), up: Type.Optional(Rate) }, closed)),
          exporter: Type.String({
            maxLength: 60,
            expects: 'an IPv4 or IPv6 address',
            description: 'Address that the telemetry comes from.',
          }),
          collector: Type.With(Slug, {
            default: 'main',
            description: 'Label of the collector that the exporter sends to.',
          }),
          interface: Type.Object(
            {
              index: Type.Optional(Type.Integer({ minimum: 1, maximum: 4_294_967_295, description: 'ifIndex.' })),
              name: Type.Optional(Type.With(Text, { description: 'ifName.' })),
              alias: Type.Optional(
                Type.With(Text, { description: 'ifAlias: the description configured on the device.' }),
              ),
            },
            { ...closed, description: 'Exactly one of the three.' },
          ),
          download: Type.With(oneOf(['in', 'out']), {
            default: 'in',
            description: 'The side of the interface on which traffic towards the academy is counted.',
          }),
          from: Type.Optional(Type.With(When, { description: 'First moment of the circuit; always was without it.' })),
          to: Type.Optional(Type.With(When, { description: 'First moment after the circuit; goes on without it.' })),
        },
        closed,
      ),
      { maxItems: maxEntries, default: [] },
    ),
  },
  closed,
);
