/** Whether a subscription hears an event. Tables and collections are two spellings of one thing. */
export function subscribes(pattern: string, event: string): boolean {
  const wanted = mirrored(pattern).split('.');
  const actual = mirrored(event).split('.');
  const whole = wanted.length === actual.length || wanted.length === actual.length - 1;
  return whole && wanted.every((part, index) => part === '*' || part === actual[index]);
}

function mirrored(event: string): string {
  return event.replace('.tables.', '.collections.').replace('.rows.', '.documents.');
}

const inTable = String.raw`databases\.[^.]+\.(tables|collections)\.[^.]+\.(rows|documents)\.`;
const rowEvent = new RegExp(`^${inTable}[^.]+(\\.(create|update|upsert|delete))?$`);
const otherEvent = new RegExp(`^(?!${inTable})(databases|buckets|users|teams)\\.`);

/** Whether a subscription is to events of rows, which are those that are sent here. */
export function isRowEvent(pattern: string): boolean {
  return rowEvent.test(pattern);
}

/** Whether the real Appwrite has such events and this one has not. */
export function isOtherEvent(pattern: string): boolean {
  return otherEvent.test(pattern);
}
