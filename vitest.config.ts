import { defineConfig } from 'vitest/config';

const wholeProduct = ['test/**/*.test.ts'];
const house = ['test/house/**/*.test.ts'];

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    // Two groups, one after the other: suites that start servers, browsers and loads measure time, and must have the machine to themselves.
    projects: [
      {
        test: {
          name: 'unit',
          globalSetup: 'packages/nester/test/postgres.ts',
          include: ['packages/*/src/**/*.test.ts', ...house],
          testTimeout: 20_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'whole',
          globalSetup: 'packages/nester/test/postgres.ts',
          include: wholeProduct,
          exclude: house,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    maxWorkers: 2,
  },
});
