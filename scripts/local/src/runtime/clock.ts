const RealDate = Date;
let offset = 0;

class ShiftedDate extends RealDate {
  constructor(...values: unknown[]) {
    super(...((values.length === 0 ? [RealDate.now() + offset] : values) as [number]));
  }

  static override now(): number {
    return RealDate.now() + offset;
  }
}

/** Moves the function's clock with the platform's. `Date` is replaced only once time has been moved. */
export function shiftTime(milliseconds: number): void {
  offset = milliseconds;
  if (offset !== 0) globalThis.Date = ShiftedDate as unknown as DateConstructor;
}
