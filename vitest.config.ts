import { defineConfig } from 'vitest/config';

const report = process.env['LINEWATCH_TEST_REPORT'];

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
            'bench/**/*.test.ts',
          ],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          // Each of these starts the whole system: one at a time on a small machine.
          fileParallelism: false,
        },
      },
    ],
  },
});
