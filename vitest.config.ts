import { defineConfig } from 'vitest/config';

const report = process.env['LINEWATCH_TEST_REPORT'];

/** Tests that mostly wait, for a broker, a database or an outage to end: several go at once. */
const engines = [
  'access',
  'attacks',
  'dlq',
  'estate',
  'exactly-once',
  'files',
  'import',
  'kafka',
  'kafka-contract',
  'kafka-others',
  'kafka-producer',
  'oidc',
  'onboarding',
  'outage',
  'records',
  'remote',
  'roles',
  'sla',
  'store',
  'watch-month',
  'watch-pages',
  'watch-records',
  'store-months',
].map((name) => `test/system/${name}.test.ts`);

export default defineConfig({
  test: {
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
