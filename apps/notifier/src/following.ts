/** Subjects, live: read at first, and again whenever the estate has changed. */
import type { EstateRecord } from '@linewatch/contract';
import type { Estate, Watch } from '@linewatch/estate';
import { Subjects } from './subjects.ts';

export type EstateReader = Pick<Estate, 'snapshot' | 'watch' | 'records'>;

async function readSubjects(estate: EstateReader): Promise<Subjects> {
  const snapshot = await estate.snapshot();
  const records = new Map<string, readonly EstateRecord[]>();
  for (const { label } of snapshot.trusts) records.set(label, (await estate.records.all(label)).records);
  return new Subjects({ snapshot, records });
}

export interface Following {
  readonly subjects: Subjects;
  stop(): Promise<void>;
}

/** Resolves when all is known once. @throws EstateError when it cannot be read at first. */
export async function followEstate(estate: EstateReader, onChange: (subjects: Subjects) => void): Promise<Following> {
  let subjects = await readSubjects(estate);
  const watch: Watch = estate.watch(async (version) => {
    if (version === subjects.snapshot.version) return;
    subjects = await readSubjects(estate);
    onChange(subjects);
  });
  return {
    get subjects() {
      return subjects;
    },
    stop: () => watch.stop(),
  };
}
