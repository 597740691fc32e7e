/**
 * `/api/v1/inbox` and `/api/v1/estate/onboard`: what is heard and not known yet, and how it becomes known.
 *
 * - `GET inbox` → Inbox
 * - `POST inbox/map` MapBody → MapResult · `POST estate/onboard` OnboardBody → MapResult
 * - `POST inbox/ignore` IgnoreBody → ChangeResult: makes rules with `ignore`; undone like any batch
 * - `POST inbox/rules/try` TryRuleBody → TryRuleResult
 * - `GET estate/proposals` → ProposalList · `POST estate/proposals` ProposalBody → ChangeResult
 */
import { type Static, Type } from 'typebox';
import { ChangeResult } from './api.ts';
import { Address, OneOf, Ref, Slug, Text, closed, optional } from './fields.ts';
import { kinds } from './kinds.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** Most rows of each list in one answer. */
export const maxInbox = 1000;
/** Most interfaces that are mapped, or ignored, in one request. */
export const maxMapped = 200;

/**
 * Why an academy or a circuit is suggested, strongest first. `rule`: a mapping rule fits. `reference`: the interface's
 * description holds the supplier's reference of a circuit. `exporter`: the estate has the exporter at that academy.
 * `network`: its address is in the academy's networks. `device`: another interface of it carries a circuit of the academy.
 * `name`: what it calls itself resembles the academy's name.
 */
export const suggestionReasons = ['rule', 'reference', 'exporter', 'network', 'device', 'name'] as const;
export type SuggestionReason = (typeof suggestionReasons)[number];

export const Suggestion = Type.Object(
  {
    reason: OneOf(suggestionReasons, 'Reason'),
    text: Type.String({ description: 'The reason in words.' }),
    academy: Nullable(Type.String({ description: 'Its id; null = none that there is.' })),
    academyName: Type.String(),
    circuit: Nullable(
      Type.String({ description: "Id of a circuit without an interface that it may be; null = a new one's." }),
    ),
    circuitName: Type.String(),
    rule: Nullable(Type.String({ description: 'Id of the rule that fits.' })),
    problem: Type.String({ description: 'Why this cannot be done as it is; empty = it can.' }),
  },
  { $id: 'Suggestion' },
);
export type Suggestion = Static<typeof Suggestion>;

const Heard = {
  collector: Type.String({ description: 'Label.' }),
  exporter: Type.String({ description: 'Address.' }),
  sysName: Type.String({ description: 'What the device calls itself; empty = not known.' }),
  awaiting: Type.Boolean({ description: 'Nothing of it is read until someone approves it.' }),
  inBps: Type.Number({ description: 'Into the interface, bit/s, mean of the last 60 s.' }),
  outBps: Type.Number(),
  firstSeenMs: Nullable(Type.Number({ description: 'Unix ms; null = not known. Of stored data, to the hour.' })),
  lastSeenMs: Nullable(Type.Number()),
  suggestions: Type.Array(Suggestion, { description: 'Best first; 3 at most.' }),
};

/** One that the estate does not have. */
export const InboxExporter = Type.Object(
  {
    ...Heard,
    flows: Type.Number({ description: 'Read since its collector started.' }),
    flowsPerS: Type.Number(),
    interfaces: Type.Integer({ description: 'How many of it are in the inbox.' }),
    versions: Type.Array(Type.String(), { description: 'What it speaks, e.g. IPFIX.' }),
  },
  { $id: 'InboxExporter' },
);
export type InboxExporter = Static<typeof InboxExporter>;

/** One that no circuit of now is on. */
export const InboxInterface = Type.Object(
  {
    ...Heard,
    index: Type.Integer({ description: 'ifIndex.' }),
    name: Type.String({ description: 'ifName; empty = not known.' }),
    alias: Type.String({ description: 'ifAlias; empty = not known.' }),
    speedBps: Nullable(Type.Number({ description: 'Of the interface (ifHighSpeed); null = not known.' })),
    exporterId: Nullable(Type.String({ description: 'Id of the exporter in the estate; null = not there.' })),
    inside: Type.Boolean({
      description:
        'Another interface of the exporter carries a circuit: this one is likely the inside of the same device.',
    }),
  },
  { $id: 'InboxInterface' },
);
export type InboxInterface = Static<typeof InboxInterface>;

/** Said to be not ours: not shown, not mapped by a rule. Ends with its rule (`remove` of kind `rule`). */
export const InboxIgnored = Type.Object({
  rule: Type.String({ description: 'Id of the rule that says so.' }),
  name: Type.String(),
  collector: Nullable(Type.String()),
  exporters: Nullable(Type.String({ description: 'Network, or one address.' })),
  index: Nullable(Type.Integer({ description: 'ifIndex; null = any.' })),
  heard: Type.Integer({ description: 'Interfaces heard now that it hides.' }),
});
export type InboxIgnored = Static<typeof InboxIgnored>;

export const InboxQuery = Type.Object({
  inside: Type.Optional(
    Type.Union([Type.Literal('true'), Type.Literal('false')], {
      description:
        'true: also interfaces of devices that carry a circuit already, which are left out unless something points at an academy.',
    }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxInbox, description: 'Of each list; 200 without it.' })),
});

export const Inbox = Type.Object({
  nowMs: Type.Number(),
  /** Of the estate that it was compared with. */
  version: Type.Number(),
  exporters: Type.Array(InboxExporter, { description: 'Busiest first.' }),
  interfaces: Type.Array(InboxInterface, { description: 'Busiest first.' }),
  ignored: Type.Array(InboxIgnored),
  counts: Type.Object({
    exporters: Type.Integer({ description: 'All, listed or not.' }),
    interfaces: Type.Integer(),
    inside: Type.Integer({ description: 'Interfaces that `inside` would add.' }),
    ignored: Type.Integer({ description: 'Interfaces that are ignored.' }),
  }),
  circuits: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Type.String(),
      academy: Type.String(),
      academyName: Type.String(),
      provider: Type.String({ description: 'Id.' }),
      role: Type.String(),
    }),
    { description: 'Circuits of the estate that have no interface yet; 1,000 at most.' },
  ),
});
export type Inbox = Static<typeof Inbox>;

const circuitFields = kinds.circuit.schema.properties;
const academyFields = kinds.academy.schema.properties;

/** What is taken of a circuit; id and name are made from the academy's where they are left out. */
export const NewCircuit = Type.Object(
  {
    ...circuitFields,
    ...optional({
      id: Slug({ title: 'Id' }),
      name: Text('Name'),
      academy: Ref('academy', 'Academy'),
      provider: Ref('provider', 'Supplier'),
      role: OneOf(['primary', 'backup'], 'Role'),
    }),
  },
  { ...closed, title: 'New circuit' },
);
export type NewCircuit = Static<typeof NewCircuit>;

/** An academy as its kind says; the id is made from the name where it is left out. */
export const NewAcademy = Type.Object(
  { ...academyFields, id: Type.Optional(Slug({ title: 'Id' })) },
  { ...closed, title: 'New academy' },
);
export type NewAcademy = Static<typeof NewAcademy>;

/** A supplier that the same request adds: those that are there already are left as they are. */
export const NewProvider = Type.Object({ id: Slug({ title: 'Id' }), name: Text('Name') }, closed);
export type NewProvider = Static<typeof NewProvider>;
const newProviders = Type.Array(NewProvider, { maxItems: 20 });

const Collector = Slug({ title: 'Collector', description: 'Label; main without it.' });

/**
 * One interface: which it is, and what it becomes. Either `circuit` (one that has no interface yet) or `newCircuit`, with
 * `academy` or `newAcademy`. Several items may name one `newAcademy` by giving it the same id.
 */
export const MapItem = Type.Object(
  {
    exporter: Address('Exporter'),
    interface: Type.Integer({ minimum: 1, maximum: 4_294_967_295, title: 'ifIndex' }),
    ...optional({
      collector: Collector,
      by: OneOf(['index', 'name', 'alias'], 'Recognised by', {
        description:
          'How the circuit names the interface. Without it by ifName, which outlives that the device numbers anew, where it is told and unique; else by ifIndex.',
      }),
      circuit: Ref('circuit', 'Circuit'),
      newCircuit: NewCircuit,
      academy: Ref('academy', 'Academy'),
      newAcademy: NewAcademy,
      approve: Type.Boolean({ title: 'Approve the exporter', description: 'Where it awaits that.' }),
    }),
  },
  closed,
);
export type MapItem = Static<typeof MapItem>;

const common = {
  providers: Type.Optional(newProviders),
  dryRun: Type.Optional(Type.Boolean()),
  title: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'For the audit log.' })),
};

export const MapBody = Type.Object(
  { items: Type.Array(MapItem, { minItems: 1, maxItems: maxMapped }), ...common },
  closed,
);
export type MapBody = Static<typeof MapBody>;

/** One batch, then the approvals. `index` of a problem is that of the item (of the circuit, for on-boarding); -1 = none of them. */
export const MapResult = Type.Object({
  ...ChangeResult.properties,
  approvals: Type.Array(
    Type.Object({
      collector: Type.String(),
      exporter: Type.String(),
      approved: Type.Boolean(),
      message: Type.String({ description: 'Why not; empty = approved, and read from now on.' }),
    }),
  ),
});
export type MapResult = Static<typeof MapResult>;

/** A circuit as its kind says. With `exporter` and `interface` it is mapped at once; both may be left out and come later. */
export const OnboardCircuit = Type.Object(
  {
    ...NewCircuit.properties,
    approve: Type.Optional(Type.Boolean({ title: 'Approve the exporter' })),
  },
  { ...closed, title: 'Circuit' },
);
export type OnboardCircuit = Static<typeof OnboardCircuit>;

/**
 * A new academy with its lines, or with `existing` the lines of one that there is: it keeps what it has, and gets of the
 * template what it lacks. Without `circuits` it gets those of the template; with them, those and no others.
 */
export const OnboardBody = Type.Object(
  {
    academy: NewAcademy,
    ...optional({
      existing: Type.Boolean({ title: 'There already', description: 'The estate has an academy of this id.' }),
      template: Ref('template', 'Template'),
      circuits: Type.Array(OnboardCircuit, { maxItems: 20 }),
    }),
    ...common,
  },
  closed,
);
export type OnboardBody = Static<typeof OnboardBody>;

export const IgnoreBody = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          exporter: Address('Exporter'),
          ...optional({
            collector: Collector,
            interface: Type.Integer({
              minimum: 1,
              maximum: 4_294_967_295,
              title: 'ifIndex',
              description: 'Without it: the whole device.',
            }),
          }),
        },
        closed,
      ),
      { minItems: 1, maxItems: maxMapped },
    ),
    note: Type.Optional(Text('Why')),
  },
  closed,
);
export type IgnoreBody = Static<typeof IgnoreBody>;

/** A rule before it is saved: its id may be left out. With the id of one that is there, it is tried in its place. */
export const TryRuleBody = Type.Object(
  {
    rule: Type.Object(
      {
        ...kinds.rule.schema.properties,
        ...optional({ id: Slug({ title: 'Id' }), name: Text('Name') }),
      },
      closed,
    ),
  },
  closed,
);
export type TryRuleBody = Static<typeof TryRuleBody>;

/**
 * - `circuit`: a circuit of the estate gets this interface. `new`: a circuit is made. `ignored`: it is hidden.
 * - `taken`: an earlier rule fits first. `mapped`: it carries a circuit already. `problem`: it fits, and cannot be done.
 */
export const ruleOutcomes = ['circuit', 'new', 'ignored', 'taken', 'mapped', 'problem'] as const;

export const TryRuleResult = Type.Object({
  problems: Type.Array(Type.Object({ path: Type.String(), message: Type.String() }), {
    description: 'What is wrong with the rule itself.',
  }),
  looked: Type.Integer({ description: 'Interfaces heard now that it was tried on.' }),
  fits: Type.Integer(),
  matches: Type.Array(
    Type.Object({
      collector: Type.String(),
      exporter: Type.String(),
      sysName: Type.String(),
      index: Type.Integer(),
      name: Type.String(),
      alias: Type.String(),
      outcome: OneOf(ruleOutcomes, 'Outcome'),
      academy: Nullable(Type.String()),
      circuit: Nullable(Type.String({ description: 'That gets the interface, or that would be made.' })),
      text: Type.String({ description: 'What would happen, in words.' }),
    }),
    { description: '200 at most.' },
  ),
});
export type TryRuleResult = Static<typeof TryRuleResult>;

/** What an estate can begin with: created in a click, and edited like any other afterwards. */
export const Proposal = Type.Object({
  id: Type.String(),
  name: Type.String(),
  about: Type.String(),
  exists: Type.Boolean({ description: 'The estate has a template of this id.' }),
  phase: Type.String(),
  profile: Type.String({ description: 'Name of the standards profile that comes with it.' }),
  circuits: Type.Array(
    Type.Object({
      role: Type.String(),
      supplier: Type.String({ description: '`fixed` or `mobile`: see ProposalBody.' }),
      kind: Type.String(),
      access: Type.String(),
      committed: Nullable(Type.Object({ down: Type.String(), up: Type.String() })),
    }),
  ),
});
export type Proposal = Static<typeof Proposal>;
export const ProposalList = Type.Object({ proposals: Type.Array(Proposal) });
export type ProposalList = Static<typeof ProposalList>;

/** Suppliers of the estate to put into them; without one, a supplier is made that stands in until its name is known. */
export const ProposalBody = Type.Object(
  {
    proposals: Type.Array(Slug(), { minItems: 1, maxItems: 20, uniqueItems: true }),
    ...optional({
      fixed: Ref('provider', 'Supplier of fixed lines'),
      mobile: Ref('provider', 'Supplier of mobile lines'),
    }),
    dryRun: Type.Optional(Type.Boolean()),
  },
  closed,
);
export type ProposalBody = Static<typeof ProposalBody>;
