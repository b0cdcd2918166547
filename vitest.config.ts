import { defineConfig } from 'vitest/config';
import { InOrder } from './scripts/order.ts';

const house = ['test/house/**/*.test.ts'];
/** What keeps a processor busy: browsers, loads of bytes, a network with slow lines. No more of these at once than processors. */
const busy = ['test/journey/**/*.test.ts', 'test/bench/scan.test.ts', 'test/faults/fuzz.test.ts', 'test/imports/kill.test.ts'];
/** What measures, or sees how much the machine can bear: each of these has it to itself. */
const alone = [
  'test/bench/{chat,crowds,ingest,kit}.test.ts',
  'test/doors/exports.test.ts',
  'test/faults/{crowds,kill,reader-that-never-reads}.test.ts',
  'test/imports/large.test.ts',
];
/** Real machines with Debian, Docker, nginx and the like, which take a processor each while they are made. */
const deploy = ['test/deploy/**/*.test.ts'];
const globalSetup = 'packages/nester/test/postgres.ts';
const quick = { testTimeout: 20_000, hookTimeout: 30_000 };
const slow = { testTimeout: 120_000, hookTimeout: 120_000 };

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  test: {
    maxWorkers: 2,
    sequence: { sequencer: InOrder },
    // Groups, one after the other. A new suite of the whole product is among those that wait, unless it is named above.
    projects: [
      { test: { name: 'house', include: house, ...quick, sequence: { groupOrder: 0 } } },
      {
        test: { name: 'unit', globalSetup, include: ['packages/*/{src,test}/**/*.test.{ts,tsx}'], ...quick, sequence: { groupOrder: 0 } },
      },
      {
        // Mostly waiting, for what happens once a second or a minute: more of them than there are processors.
        test: {
          name: 'waiting',
          globalSetup,
          include: ['test/**/*.test.ts'],
          exclude: [...house, ...busy, ...alone, ...deploy],
          ...slow,
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { name: 'busy', include: busy, ...slow, sequence: { groupOrder: 2 } } },
      { test: { name: 'deploy', globalSetup, include: deploy, ...slow, sequence: { groupOrder: 2 } } },
      { test: { name: 'alone', include: alone, ...slow, fileParallelism: false, sequence: { groupOrder: 3 } } },
    ],
  },
});
