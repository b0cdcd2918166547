import { defineConfig } from 'vitest/config';

const house = ['test/house/**/*.test.ts'];
const globalSetup = 'packages/nester/test/postgres.ts';

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    maxWorkers: 2,
    // Two groups, one after the other: suites that start servers, browsers and loads measure time, and must have the machine to themselves.
    projects: [
      {
        test: { name: 'house', include: house, testTimeout: 20_000, hookTimeout: 30_000, sequence: { groupOrder: 0 } },
      },
      {
        test: {
          name: 'unit',
          globalSetup,
          include: ['packages/*/{src,test}/**/*.test.{ts,tsx}'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'whole',
          globalSetup,
          include: ['test/**/*.test.ts'],
          exclude: house,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
