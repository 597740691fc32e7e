import type { ExporterStatus } from '@linewatch/record';

const none = { flows: 0, datagrams: 0, records: 0, samples: 0 };

/** What a collector tells of an exporter that is heard and well. */
export const status = (over: Partial<ExporterStatus> = {}): ExporterStatus => ({
  atMs: Date.now(),
  epoch: Date.now() - 3_600_000,
  lastMs: Date.now(),
  admission: 'open',
  versions: { '9': Date.now() },
  datagrams: { decoded: 100, held: 0, rejected: 0 },
  flows: 2000,
  datagramsPerS: 1.5,
  flowsPerS: 30,
  templates: 2,
  setsHeld: 0,
  sampling: [{ rate: 100, stated: true }],
  lostUpstream: none,
  lastHour: { fromMs: Date.now() - 3_600_000, lost: none, datagrams: 100, flows: 2000 },
  duplicates: 0,
  late: 0,
  lostHere: {},
  skewMs: 0,
  activeTimeoutMs: 60_000,
  unknownElements: [],
  ...over,
});
