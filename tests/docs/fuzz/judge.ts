import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isJson, type Json } from '#scripts/openapi/json.ts';
import type { Operation, Planned } from './requests.ts';

export type Answered = { status: number; headers: Headers; text: string };

const ROOT = 'https://complaints.invalid/openapi.json';
const escaped = (part: string) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

/** Compares answers with the document. */
export class Judge {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: false });
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: Json) {
    // The package is CommonJS: at run time the default export is the plugin itself, in its types it is the module.
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.#ajv);
    this.#ajv.addSchema(document, ROOT);
  }

  #schemaAt(...parts: string[]): ValidateFunction {
    const $ref = `${ROOT}#/${parts.map(escaped).join('/')}`;
    const known = this.#compiled.get($ref) ?? this.#ajv.compile({ $ref });
    this.#compiled.set($ref, known);
    return known;
  }

  /** The first fault of the answer, or undefined. */
  fault(
    { method, path, operation }: Operation,
    planned: Planned,
    { status, headers, text }: Answered,
  ): string | undefined {
    for (const [name, value] of headers) if (!/^[\x20-\x7e]*$/.test(value)) return `the header ${name} is not ASCII`;
    if (!headers.get('x-request-id')) return 'there is no request id';
    if (status >= 500 && !(status === 503 && headers.has('retry-after'))) return `status ${status}`;
    if (status === 429 && !headers.has('retry-after')) return '429 without Retry-After';
    if (planned.method === 'OPTIONS') {
      const unreadable = status === 400 && text.includes('"malformed_request"');
      return status === 204 || status === 404 || unreadable ? undefined : `OPTIONS answers ${status}`;
    }
    const asPlanned = planned.method === method && planned.path.split('?')[0] === path;
    if (!asPlanned) return this.#faultElsewhere(status, text);
    const response = isJson(operation.responses) ? operation.responses[String(status)] : undefined;
    if (!isJson(response)) return `the status ${status} is not in the document`;
    const type = headers.get('content-type')?.split(';')[0] ?? '';
    if (!isJson(response.content)) return text === '' ? undefined : 'a body where the document has none';
    if (!isJson(response.content[type])) return `the content type ${type} is not in the document`;
    const where = ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema'];
    return this.#faultIn(this.#schemaAt(...where), text);
  }

  #faultElsewhere(status: number, text: string): string | undefined {
    return status < 400 ? undefined : this.#faultIn(this.#schemaAt('components', 'schemas', 'Problem'), text);
  }

  #faultIn(validate: ValidateFunction, text: string): string | undefined {
    if (validate(JSON.parse(text))) return undefined;
    return `not as documented: ${this.#ajv.errorsText(validate.errors)}`;
  }
}
