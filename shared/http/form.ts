import type * as z from 'zod/mini';
import { invalidField, Refusal } from '#shared/domain/problems.ts';
import { type Body, type FormReader, parseFields } from './body.ts';
import type { MultipartForm } from './multipart.ts';
import type { Incoming } from './runtime.ts';

type FormSpec<B> = { fields: z.ZodMiniType<B>; files: readonly string[] };

async function readForm(incoming: Incoming): Promise<MultipartForm> {
  const { MultipartError, readMultipart } = await import('./multipart.ts');
  try {
    return await readMultipart(incoming.body, incoming.headers['content-type'] ?? '');
  } catch (error) {
    if (!(error instanceof MultipartError)) throw error;
    if (error.code === 'duplicate_field') throw invalidField(error.field ?? 'body', 'conflicting', 'was sent twice');
    if (error.code === 'too_many_parts') throw invalidField(error.field ?? 'body', 'too_many', error.message);
    const code = error.code === 'malformed' ? 'malformed_form' : 'body_too_large';
    throw new Refusal(error.code === 'file_too_large' ? 'image_too_large' : code, error.message, { cause: error });
  }
}

async function parseForm<B>(incoming: Incoming, spec: FormSpec<B>): Promise<Body<B>> {
  const form = await readForm(incoming);
  const stray = form.files.find((file) => !spec.files.includes(file.name));
  if (stray) {
    const message = `is not a file of this request; files are ${spec.files.join(', ')}`;
    throw invalidField(/^[\w.$ -]{1,64}$/.test(stray.name) ? stray.name : 'body', 'unknown_field', message);
  }
  // What a browser sends for an input left empty is no value at all.
  const filled = [...form.fields].filter(([, text]) => text !== '');
  const value = parseFields(spec.fields, Object.fromEntries(filled));
  const ordered = spec.files.flatMap((name) => form.files.filter((file) => file.name === name));
  return {
    value,
    uploads: ordered.map((file) => ({ field: file.name, named: file.filename !== '', content: file.bytes })),
  };
}

/** Reads multipart/form-data: text fields through their schema, files in the order they are declared in. */
export function formReader<B>(spec: FormSpec<B>): FormReader<B> {
  return (incoming) => parseForm(incoming, spec);
}
