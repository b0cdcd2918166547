import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take long though they are short: without a record of an earlier run, they would begin last and be waited for. */
export const first = [
  'test/doors/golden.test.ts',
  'test/faults/half-open.test.ts',
  'test/lab/rights.test.ts',
  'test/lab/away.test.ts',
  'test/faults/incidents.test.ts',
  'test/lab/scope.test.ts',
];

/** The usual order of files, those that are known to take longest before the others of their group. */
export class InOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isFirst = ({ moduleId }: TestSpecification) => first.some(file => moduleId.endsWith(file));
    return [...sorted.filter(isFirst), ...sorted.filter(file => !isFirst(file))];
  }
}
