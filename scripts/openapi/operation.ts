import type { Docs, Example } from '#shared/contract/docs.ts';
import { shapeOf } from '#shared/contract/schema.ts';
import type { Json } from './json.ts';
import { exampleTitle, refusalResponses } from './refusals.ts';
import { inputSchema, isOptional, replyReference, requestName } from './schemas.ts';
import type { ServedRoute } from './served.ts';

type NamedExamples = readonly (readonly [string, { summary: string; value: unknown }])[];
const examplesMember = (shown: NamedExamples): Json =>
  shown.length > 0 ? { examples: Object.fromEntries(shown) } : {};
const entriesOf = ({ examples }: Docs): [string, Example][] => Object.entries(examples);

/** The examples that fit the request's schema. One that does not is represented by its answer only. */
const fitting = (docs: Docs) =>
  entriesOf(docs).filter(([, { answer }]) => !('code' in answer && answer.code === 'invalid_fields'));

function queryParameters({ query, emptyCounts = [] }: ServedRoute): Json[] {
  return [...shapeOf(query)].map(([name, field]) => {
    const { description, ...schema } = inputSchema(field);
    const list: Json = schema.type === 'array' ? { style: 'form', explode: false } : {};
    const empty: Json = emptyCounts.includes(name) ? { allowEmptyValue: true } : {};
    return { name, in: 'query', required: !isOptional(field), description, ...empty, ...list, schema };
  });
}

/** The text fields of an example's form, without its pictures. */
function formValue(form: Readonly<Record<string, string>>, files: readonly string[]): Json {
  const texts = Object.entries(form).filter(([name]) => !files.includes(name));
  const values = texts.map(([name, text]) => [name, text === 'true' || text === 'false' ? text === 'true' : text]);
  return Object.fromEntries(values);
}

function requestBody({ body, id, docs }: ServedRoute): Json {
  if (!body) return {};
  const examples = fitting(docs);
  const json = examples.flatMap(([key, { summary, json: value }]) =>
    value === undefined ? [] : [[key, { summary, value }] as const],
  );
  const schema = { $ref: `#/components/schemas/${requestName(id)}` };
  const content: Json = { 'application/json': { schema, ...examplesMember(json) } };
  if (body.form) {
    const { files } = body.form;
    const forms = examples.flatMap(([key, { summary, form }]) =>
      form ? [[key, { summary, value: formValue(form, files) }] as const] : [],
    );
    const encoding = Object.fromEntries(
      files.map((name) => [name, { contentType: 'image/jpeg, image/png, image/webp' }]),
    );
    const form = { $ref: `#/components/schemas/${requestName(id)}Form` };
    content['multipart/form-data'] = { schema: form, encoding, ...examplesMember(forms) };
  }
  const required = [...shapeOf(body.json).values()].some((field) => !isOptional(field));
  return { requestBody: { required, content } };
}

function answerResponses(route: ServedRoute): Json {
  const { docs } = route;
  const responses = Object.entries(docs.answers).map(([status, { description, schema, headers = [], type }]) => {
    const names = ['X-Request-Id', ...headers];
    const refs = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
    if (!schema) return [status, { description, headers: refs }] as const;
    const shown = entriesOf(docs).flatMap(([key, example]) => {
      const { answer } = example;
      const fits = 'status' in answer && String(answer.status) === status && answer.body !== undefined;
      return fits ? [[key, { summary: exampleTitle(route, example), value: answer.body }] as const] : [];
    });
    const content = { [type ?? 'application/json']: { schema: replyReference(schema), ...examplesMember(shown) } };
    return [status, { description, headers: refs, content }] as const;
  });
  return Object.fromEntries(responses);
}

function securityOf({ access, needsUsername }: ServedRoute): Json[] {
  if (access === 'public') return [];
  const token = needsUsername ? { TOKEN: [], USERNAME: [] } : { TOKEN: [] };
  return access === 'optional' ? [{}, token] : [token];
}

/** The OpenAPI operation of a route. */
export function operationOf(route: ServedRoute): Json {
  const { docs } = route;
  const headers = (docs.sends ?? []).map((name) => ({ $ref: `#/components/parameters/${name}` }));
  const parameters = [...queryParameters(route), ...headers];
  return {
    operationId: route.id,
    tags: [docs.tag],
    summary: docs.summary,
    description: docs.description,
    security: securityOf(route),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...requestBody(route),
    responses: { ...answerResponses(route), ...refusalResponses(route) },
  };
}
