export type PictureErrorCode =
  | 'invalid_format'
  | 'unsupported_image'
  | 'image_damaged'
  | 'image_too_large'
  | 'too_many_pixels'
  | 'image_empty';

/** The message is for the person who sent the picture. */
export class PictureError extends Error {
  readonly code: PictureErrorCode;

  constructor(code: PictureErrorCode, message: string) {
    super(message);
    this.name = 'PictureError';
    this.code = code;
  }
}

/** `what` completes the sentence "This picture is damaged: …". */
export function damaged(what: string): PictureError {
  return new PictureError(
    'image_damaged',
    `This picture is damaged: ${what}. Open it in a photo app, save it again and send the new file.`,
  );
}

export function truncated(): PictureError {
  return damaged('it stops before the picture is complete');
}

/** A kind of JPEG, PNG or WebP that is not accepted. `what` completes the sentence "This is …". */
export function unsupportedKind(what: string): PictureError {
  const remedy = 'Open it in a photo app, save it as an ordinary JPEG, PNG or WebP picture and send the new file.';
  return new PictureError('unsupported_image', `This is ${what}. ${remedy}`);
}

/** `what` completes the sentence "This is …". */
export function unsupported(what: string): PictureError {
  return new PictureError('unsupported_image', `This is ${what}. Send a JPEG, PNG or WebP picture instead.`);
}
