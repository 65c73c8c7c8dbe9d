export type MultipartErrorCode = 'malformed' | 'too_large' | 'duplicate_field' | 'too_many_parts' | 'file_too_large';

/** The message is for the caller; `field` is the part's name where one part is to blame. */
export class MultipartError extends Error {
  readonly code: MultipartErrorCode;
  readonly field: string | undefined;

  constructor(code: MultipartErrorCode, message: string, field?: string) {
    super(message);
    this.name = 'MultipartError';
    this.code = code;
    this.field = field;
  }
}

/** `what` completes the sentence "The multipart body cannot be read: …". */
export function malformed(what: string, field?: string): MultipartError {
  return new MultipartError('malformed', `The multipart body cannot be read: ${what}.`, field);
}
