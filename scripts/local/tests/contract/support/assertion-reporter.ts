import type { Reporter, TestCase } from 'vitest/node';

type Counted = { contract?: { assertions: number } };

/** Prints the number of contract assertions, and the Appwrite that they tested. */
export class AssertionReporter implements Reporter {
  #assertions = 0;
  #tests = 0;

  onTestCaseResult(testCase: TestCase): void {
    const { contract } = testCase.meta() as Counted;
    if (!contract) return;
    this.#assertions += contract.assertions;
    this.#tests += 1;
  }

  onTestRunEnd(): void {
    if (this.#tests === 0) return;
    const about = process.env.APPWRITE_ENDPOINT ?? 'the local Appwrite';
    process.stdout.write(`Contract: ${this.#assertions} assertions in ${this.#tests} tests about ${about}\n`);
  }
}
