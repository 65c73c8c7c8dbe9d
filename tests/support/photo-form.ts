/** A form that files a complaint with these pictures. */
export function photoForm(pictures: readonly Uint8Array[], fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  const all = { title: 'Pothole in Mill Lane', description: 'Deep enough to lose a wheel in.', ...fields };
  for (const [name, value] of Object.entries(all)) form.set(name, value);
  for (const [index, bytes] of pictures.entries()) {
    form.set(`image${index + 1}`, new Blob([new Uint8Array(bytes)]), `photo${index}.jpg`);
  }
  return form;
}
