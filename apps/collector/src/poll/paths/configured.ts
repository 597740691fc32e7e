/** Tables of paths that the configuration names: devices that are not among those known here. */
import { type Static, Type } from 'typebox';
import { type PathReading, type PathTable, type Row, number, percent, scaled, stateIn, text } from './table.ts';

const closed = { additionalProperties: false } as const;
const Oid = (description: string) =>
  Type.String({ pattern: '^1\\.3(\\.\\d{1,10}){2,60}$', maxLength: 400, description });
const Measure = (description: string) =>
  Type.Object(
    {
      oid: Oid('Its column.'),
      scale: Type.Number({ exclusiveMinimum: 0, maximum: 1e6, default: 1, description: 'What it is multiplied by.' }),
    },
    { ...closed, description },
  );
const Numbers = (description: string) =>
  Type.Array(Type.Integer({ minimum: 0, maximum: 2_147_483_647 }), { minItems: 1, maxItems: 32, description });

export const PathTableConfig = Type.Object(
  {
    source: Type.String({
      pattern: '^[a-z0-9][a-z0-9.-]{0,40}$',
      description: 'Stands before the names of its paths: the tunnel of a circuit is NAME or SOURCE:NAME.',
    }),
    name: Oid('Column of the names.'),
    state: Type.Object(
      { oid: Oid('Its column.'), up: Numbers('Values that are up.'), down: Numbers('Values that are down.') },
      closed,
    ),
    rttMs: Type.Optional(Measure('Round trip, ms once it is scaled.')),
    jitterMs: Type.Optional(Measure('Jitter, ms once it is scaled.')),
    lossPercent: Type.Optional(Measure('Loss, percent once it is scaled.')),
    mos: Type.Optional(Measure('Mean opinion score once it is scaled.')),
    ifIndex: Type.Optional(Oid('Column of the ifIndex of its interface.')),
  },
  closed,
);
export type PathTableConfig = Static<typeof PathTableConfig>;

const measures = ['rttMs', 'jitterMs', 'lossPercent', 'mos'] as const;

export function configuredTable(config: PathTableConfig): PathTable {
  const { source, name, state, ifIndex } = config;
  const columns: Record<string, string> = { state: state.oid, name };
  for (const measure of measures) if (config[measure]) columns[measure] = config[measure].oid;
  if (ifIndex !== undefined) columns['ifIndex'] = ifIndex;
  const measured = (row: Row, measure: (typeof measures)[number]): number | undefined =>
    scaled(row[measure], config[measure]?.scale ?? 1);
  return {
    source,
    columns,
    read: (rows) =>
      [...rows].map(([index, row]): PathReading => {
        const up = stateIn(row['state'], state.up, state.down);
        const ofUp = (measure: (typeof measures)[number]): number | undefined =>
          up === true ? measured(row, measure) : undefined;
        return {
          name: text(row['name']) ?? index,
          up,
          rttMs: ofUp('rttMs'),
          jitterMs: ofUp('jitterMs'),
          lossPercent: percent(measured(row, 'lossPercent')),
          mos: ofUp('mos'),
          ifIndex: number(row['ifIndex']),
        };
      }),
  };
}
