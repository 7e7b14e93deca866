/** Runs the tests beside the sources before the others: what kills a mutant should come first. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

export class OwnTestsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number =>
      moduleId.includes('/src/') ? 0 : moduleId.includes('/known-answers') ? 2 : 1;
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}
