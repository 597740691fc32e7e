import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const report = process.env['LINEWATCH_TEST_REPORT'];

/** The longest, longest first: one that begins last is waited for alone. */
const longest = [
  'soak',
  'exactly-once',
  'kafka-producer',
  'outage',
  'access',
  'kafka',
  'remote',
  'estate',
  'crash',
  'dlq',
  'onboarding',
  'traps',
  'import',
  'captures',
  'polling',
].map((name) => `/test/system/${name}.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((name) => moduleId.endsWith(name));
      return at < 0 ? longest.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

/** Tests that mostly wait, for a server to start, a poll or an outage to end: several go at once. */
const engines = [
  'access',
  'access-pages',
  'alert-api',
  'alert-pages',
  'alert-records',
  'alert-soak',
  'alerts',
  'attacks',
  'captures',
  'conditions',
  'crash',
  'dlq',
  'estate',
  'estate-pages',
  'exactly-once',
  'exporters',
  'files',
  'import',
  'kafka',
  'kafka-contract',
  'kafka-others',
  'kafka-producer',
  'kafka-spine',
  'oidc',
  'onboarding',
  'onboarding-pages',
  'outage',
  'polling',
  'records',
  'remote',
  'roles',
  'sla',
  'soak',
  'store',
  'store-months',
  'traps',
  'trusts',
  'watch-month',
  'watch-pages',
  'watch-records',
  'watcher',
  'workers',
].map((name) => `test/system/${name}.test.ts`);

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report && { outputFile: { json: report } }),
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/**/*.test.ts',
            'apps/**/*.test.ts',
            'test/architecture.test.ts',
            'test/helpdesks/**/*.test.ts',
            'test/soak/**/*.test.ts',
            'test/simulation/**/*.test.ts',
            'bench/**/*.test.ts',
          ],
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'engines',
          include: engines,
          testTimeout: 240_000,
          hookTimeout: 240_000,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          exclude: engines,
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // Each of these starts the whole system: one at a time on a small machine.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
