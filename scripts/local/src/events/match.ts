/**
 * Whether a pattern matches an event. Tables and collections count as the same; a pattern without the action matches
 * any.
 */
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

/** Whether a pattern subscribes to events of rows, the only events that are sent here. */
export function isRowEvent(pattern: string): boolean {
  return rowEvent.test(pattern);
}

/** Whether a pattern subscribes to events that a real Appwrite sends and this one does not. */
export function isOtherEvent(pattern: string): boolean {
  return otherEvent.test(pattern);
}
