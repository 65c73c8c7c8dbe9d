import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';

/**
 * Prints the numbers of passed and failed tests as the last line of a run, without colours, for CI to read. A file or
 * suite that fails outside of its tests, such as in a hook, counts as one failure, and so does an unhandled error.
 */
export class CountReporter implements Reporter {
  #passed = 0;
  #failed = 0;

  onTestCaseResult(testCase: TestCase): void {
    const { state } = testCase.result();
    if (state === 'passed') this.#passed += 1;
    if (state === 'failed') this.#failed += 1;
  }

  onTestSuiteResult(suite: TestSuite): void {
    this.#failed += suite.errors().length > 0 ? 1 : 0;
  }

  onTestModuleEnd(file: TestModule): void {
    this.#failed += file.errors().length > 0 ? 1 : 0;
  }

  onTestRunEnd(_files: readonly TestModule[], errors: readonly unknown[]): void {
    this.#failed += errors.length;
    process.stdout.write(`\n${this.#passed} passed, ${this.#failed} failed\n`);
  }
}
