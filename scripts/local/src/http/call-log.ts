export type CallRecord = {
  method: string;
  /** Path and query as the client sent them, not decoded. */
  path: string;
  status: number;
  type?: string;
  milliseconds: number;
  startedAt: number;
  /** The execution that made the call, if its key was used. */
  executionId?: string;
  functionId?: string;
  /** The kind of fault that struck the call; a status of 0 then means that no answer was sent. */
  fault?: string;
};

/** Records every REST call under /v1, so that tests can count the calls of a function. */
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

  /** The calls that functions make while `work` runs. */
  async during(work: () => Promise<unknown>): Promise<CallRecord[]> {
    const before = new Set(this.#records);
    await work();
    return this.#records.filter((record) => record.executionId !== undefined && !before.has(record));
  }

  clear(): void {
    this.#records.length = 0;
  }
}
