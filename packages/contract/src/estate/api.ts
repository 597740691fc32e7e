/** The shapes of `/api/v1/estate/…`. */
import { type Static, Type } from 'typebox';
import { slugPattern } from './fields.ts';
import { type Kind, kindNames } from './kinds.ts';

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** Most changes in one request; an import may have as many as its file has rows. */
export const maxChanges = 1000;

export const KindName = Type.Unsafe<Kind>(Type.Union(kindNames.map((kind) => Type.Literal(kind))));

/** A record as it is stored, with what is known of it. */
export const EstateRecord = Type.Object(
  {
    kind: KindName,
    id: Type.String(),
    revision: Type.Integer({ description: 'Grows with each change of the record.' }),
    ended: Nullable(
      Type.Number({ description: 'Unix ms; null = it goes on. What ended is kept, so that the past keeps its names.' }),
    ),
    managed: Type.Boolean({ description: 'True: comes from the estate file, and is changed there only.' }),
    changedMs: Type.Number(),
    changedBy: Type.String(),
    values: Type.Unknown({ description: 'As the schema of its kind says. What the asker may not see is left out.' }),
    hidden: Type.Array(Type.String(), { description: 'Fields that the asker may not see and that have a value.' }),
  },
  { $id: 'EstateRecord' },
);
export type EstateRecord = Static<typeof EstateRecord>;

export const RecordList = Type.Object({
  version: Type.Number({ description: 'Of the estate.' }),
  records: Type.Array(EstateRecord),
});
export type RecordList = Static<typeof RecordList>;

/**
 * - `create`: `values` is the whole record.
 * - `update`: `values` is an RFC 7396 merge patch; `revision` is the one that was read, and the change is refused when the
 *   record has changed since.
 * - `end`, `restore`: it stops, or goes on. `remove`: only what nothing refers to and telemetry never saw.
 */
export const Change = Type.Object(
  {
    kind: KindName,
    id: Type.String({ pattern: slugPattern }),
    op: Type.Unsafe<'create' | 'update' | 'end' | 'restore' | 'remove'>(
      Type.Union(['create', 'update', 'end', 'restore', 'remove'].map((op) => Type.Literal(op))),
    ),
    values: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    revision: Type.Optional(Type.Integer()),
  },
  { additionalProperties: false },
);
export type Change = Static<typeof Change>;

export const ChangeBody = Type.Object(
  {
    changes: Type.Array(Change, { minItems: 1, maxItems: maxChanges }),
    dryRun: Type.Optional(Type.Boolean()),
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'For the audit log.' })),
  },
  { additionalProperties: false },
);
export type ChangeBody = Static<typeof ChangeBody>;

/** One thing wrong with one change. */
export const ChangeProblem = Type.Object(
  {
    index: Type.Integer({ description: 'Of the change in the request.' }),
    kind: KindName,
    id: Type.String(),
    path: Type.String({ description: 'Of the field, with dots; empty = the record.' }),
    code: Type.Unsafe<
      'invalid' | 'unknown' | 'stale' | 'exists' | 'missing' | 'in-use' | 'managed' | 'overlap' | 'forbidden'
    >(
      Type.Union(
        ['invalid', 'unknown', 'stale', 'exists', 'missing', 'in-use', 'managed', 'overlap', 'forbidden'].map((code) =>
          Type.Literal(code),
        ),
      ),
    ),
    message: Type.String(),
    current: Type.Optional(EstateRecord),
  },
  { $id: 'ChangeProblem' },
);
export type ChangeProblem = Static<typeof ChangeProblem>;

/** All changes were made, or none: then there are problems. */
export const ChangeResult = Type.Object({
  applied: Type.Boolean(),
  version: Type.Number(),
  batch: Nullable(Type.Integer({ description: 'Number of what was done, to undo it by; null = nothing was changed.' })),
  records: Type.Array(EstateRecord, { description: 'As they are now; on a dry run, as they would be.' }),
  problems: Type.Array(ChangeProblem),
});
export type ChangeResult = Static<typeof ChangeResult>;

/** One change of one record, as it was made. */
export const AuditEntry = Type.Object(
  {
    id: Type.Integer(),
    atMs: Type.Number(),
    actor: Type.String({ description: 'Who, by name.' }),
    via: Type.String({ description: 'session, token, command, sync or first-run.' }),
    address: Nullable(Type.String({ description: "The asker's, where there was one." })),
    what: Type.String({ description: 'The kind of the record, or: account, session, token, sign-in, setting.' }),
    record: Type.String({ description: 'Its id.' }),
    op: Type.String(),
    before: Nullable(Type.Unknown()),
    after: Nullable(Type.Unknown()),
    batch: Nullable(Type.Integer()),
  },
  { $id: 'AuditEntry' },
);
export type AuditEntry = Static<typeof AuditEntry>;

export const Batch = Type.Object(
  {
    id: Type.Integer(),
    atMs: Type.Number(),
    actor: Type.String(),
    title: Type.String(),
    changes: Type.Integer(),
    undoneBy: Nullable(Type.Integer({ description: 'Number of the batch that undid it.' })),
  },
  { $id: 'Batch' },
);
export type Batch = Static<typeof Batch>;
