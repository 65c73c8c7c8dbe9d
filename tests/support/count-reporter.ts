import type { Reporter, TestCase } from 'vitest/node';

/** Ends a run with one plain line that any CI understands. */
export class CountReporter implements Reporter {
  #passed = 0;
  #failed = 0;

  onTestCaseResult(testCase: TestCase): void {
    const { state } = testCase.result();
    if (state === 'passed') this.#passed += 1;
    if (state === 'failed') this.#failed += 1;
  }

  onTestRunEnd(): void {
    process.stdout.write(`\n${this.#passed} passed, ${this.#failed} failed\n`);
  }
}
