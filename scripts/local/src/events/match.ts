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
