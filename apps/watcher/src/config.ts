import { type Static, Type } from 'typebox';

const whole = (minimum: number, maximum: number, value: number, description: string) =>
  Type.Integer({ minimum, maximum, default: value, description });
const number = (minimum: number, maximum: number, value: number, description: string) =>
  Type.Number({ minimum, maximum, default: value, description });

export const WatcherConfig = Type.Object(
  {
    holdDownSeconds: whole(
      0,
      86_400,
      120,
      'How long a line has to be back before its incident is resolved; down again within it is the same incident.',
    ),
    confirm: whole(1, 10, 2, 'Failed probes, or polls without an answer, in a row that make a line down.'),
    blindSeconds: whole(
      5,
      3600,
      30,
      'Longest between two heartbeats of a collector; over more, its lines are unknown for all of it.',
    ),
    leastHoldSeconds: whole(
      1,
      86_400,
      120,
      'Least that an "up" speaks for, where 2.5 times the spacing of what says it is less.',
    ),
    mostHoldSeconds: whole(1, 86_400, 900, 'Most that an "up" speaks for; of traps and traffic, always.'),
    degradedMinutes: number(0, 1440, 5, 'A line that is degraded for so long is an incident.'),
    blindMinutes: number(0, 1440, 15, 'A line that cannot be seen for so long is an incident.'),
    lossPercent: number(0, 100, 5, 'Loss from which a line is degraded, where its contract has no limit.'),
    latencyMs: Type.Optional(
      Type.Number({ minimum: 0, description: 'Round trip from which it is; without it, only by contract.' }),
    ),
    jitterMs: Type.Optional(Type.Number({ minimum: 0, description: 'Jitter from which it is.' })),
    gapPercent: number(1, 1000, 10, 'Flows and counters of a line that differ by more are a doubt about its data.'),
    gapMinutes: number(15, 1440, 60, 'For how long they have to differ; they are compared by quarters of an hour.'),
    gapLeastBps: number(0, 1e12, 1_000_000, 'Mean rate below which they are not compared, bit/s.'),
    together: Type.Object(
      {
        seconds: whole(1, 3600, 120, 'Lines that go down within so long may have gone down together.'),
        providerCircuits: whole(2, 1000, 3, 'So many of one supplier are one incident,'),
        providerAcademies: whole(1, 1000, 2, 'when they are of so many academies.'),
      },
      { additionalProperties: false, default: {} },
    ),
    commitSeconds: whole(1, 300, 10, 'How often it is kept how far the watcher has come; changes are kept at once.'),
  },
  { additionalProperties: false, default: {} },
);
export type WatcherConfig = Static<typeof WatcherConfig>;
