import type { Reporter, TestCase } from 'vitest/node';

/** Prints the numbers of passed and failed tests as the last line of a run, without colours, for CI to read. */
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
