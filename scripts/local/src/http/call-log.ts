export type CallRecord = {
  method: string;
  /** Path and query, decoded as little as the client sent it. */
  path: string;
  status: number;
  type?: string;
  milliseconds: number;
  startedAt: number;
  /** The function execution whose key made the call, when one did. */
  executionId?: string;
  functionId?: string;
  /** What was made to go wrong; then a status of 0 means that nothing was answered. */
  fault?: string;
};

/** Every REST call under /v1, so that tests can count what a function asks of Appwrite. */
export class CallLog {
  readonly #records: CallRecord[] = [];
  readonly #kept: number;

  constructor(kept = 100_000) {
    this.#kept = kept;
  }

  add(record: CallRecord): void {
    if (this.#records.length >= this.#kept) this.#records.splice(0, this.#kept / 2);
    this.#records.push(record);
  }

  all(): readonly CallRecord[] {
    return this.#records;
  }

  of(executionId: string): CallRecord[] {
    return this.#records.filter((record) => record.executionId === executionId);
  }

  /** The calls that functions make while the work goes on. */
  async during(work: () => Promise<unknown>): Promise<CallRecord[]> {
    const before = new Set(this.#records);
    await work();
    return this.#records.filter((record) => record.executionId !== undefined && !before.has(record));
  }

  clear(): void {
    this.#records.length = 0;
  }
}
