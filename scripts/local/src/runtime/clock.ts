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

/** Lets the function live in the moved time of the platform; untouched as long as nothing was moved. */
export function shiftTime(milliseconds: number): void {
  offset = milliseconds;
  if (offset !== 0) globalThis.Date = ShiftedDate as unknown as DateConstructor;
}
