type Part = Uint8Array | ArrayBuffer | string;

/** The little of the web's File that node-appwrite needs, holding the bytes it is given instead of copying them. */
export class File {
  readonly parts: readonly Uint8Array[];
  readonly name: string;
  readonly type: string;

  constructor(parts: readonly Part[], name: string, options: { type?: string } = {}) {
    this.parts = parts.map(viewOf);
    this.name = name;
    this.type = options.type ?? '';
  }
}

function viewOf(part: Part): Uint8Array {
  if (typeof part === 'string') return Buffer.from(part);
  return part instanceof ArrayBuffer ? new Uint8Array(part) : part;
}

export interface EncodedForm {
  contentType: string;
  length: number;
  chunks: Uint8Array[];
}

/** Fields and files in order, encoded once, with file bytes passed on as they are. */
export class FormData {
  readonly #entries: { name: string; value: string | File; filename: string | undefined }[] = [];

  append(name: string, value: unknown, filename?: string): void {
    if (value instanceof File) {
      this.#entries.push({ name, value, filename: filename ?? value.name });
    } else {
      this.#entries.push({ name, value: String(value), filename: undefined });
    }
  }

  encode(): EncodedForm {
    const boundary = `form-${crypto.randomUUID()}`;
    const chunks: Uint8Array[] = [];
    let text = '';
    for (const { name, value, filename } of this.#entries) {
      text += `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`;
      if (value instanceof File) {
        text += `; filename="${quoted(filename ?? '')}"\r\nContent-Type: ${mediaType(value)}\r\n\r\n`;
        chunks.push(Buffer.from(text), ...value.parts);
        text = '\r\n';
      } else {
        text += `\r\n\r\n${withCrlf(value)}\r\n`;
      }
    }
    chunks.push(Buffer.from(`${text}--${boundary}--\r\n`));
    const length = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    return { contentType: `multipart/form-data; boundary=${boundary}`, length, chunks };
  }
}

function mediaType(file: File): string {
  return /^[\x21-\x7e]+$/.test(file.type) ? file.type : 'application/octet-stream';
}

function withCrlf(text: string): string {
  return text.replace(/\r\n?|\n/g, '\r\n');
}

function quoted(text: string): string {
  return text.replace(/[\r\n"]/g, (character) => encodeURIComponent(character));
}
