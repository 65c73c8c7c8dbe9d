import * as z from 'zod/mini';
import { FIELD_TEXTS, PARAMETER_TEXTS } from '#shared/contract/openapi/field-texts.ts';
import type { Example, OperationText } from '#shared/contract/openapi/operation.ts';
import type { Json } from './json.ts';
import { type Served, textOf } from './operations.ts';
import { askedIn, refusalResponses } from './refusals.ts';
import { replyReference, requestName, shapeOf, textSchema } from './schemas.ts';

type Shown = readonly (readonly [string, { summary: string; value: unknown }])[];
const examplesMember = (shown: Shown): Json => (shown.length > 0 ? { examples: Object.fromEntries(shown) } : {});
const entriesOf = ({ examples }: OperationText): [string, Example][] => Object.entries(examples);
/** A request that breaks its schema is told by its answer alone: an example of a schema must fit it. */
const fitting = (text: OperationText) =>
  entriesOf(text).filter(([, { answer }]) => !('code' in answer && answer.code === 'invalid_fields'));

function queryParameters(route: Served): Json[] {
  return shapeOf(route.query).map(([name, field]) => {
    const schema = textSchema(field);
    const list: Json = schema.type === 'array' ? { style: 'form', explode: false } : {};
    const description = PARAMETER_TEXTS[`${route.id}.${name}`] ?? FIELD_TEXTS[name];
    const required = !(field instanceof z.ZodMiniOptional);
    return { name, in: 'query', required, description, ...list, schema };
  });
}

function requestBody(route: Served): Json {
  const { body, id } = route;
  if (!body) return {};
  const examples = fitting(textOf(id));
  const json = examples.flatMap(([key, { summary, json: value }]) =>
    value === undefined ? [] : [[key, { summary, value }] as const],
  );
  const forms = examples.flatMap(([key, { summary, form }]) => {
    const texts = Object.entries(form ?? {}).filter(([name]) => !name.startsWith('image'));
    const value = Object.fromEntries(
      texts.map(([name, text]) => [name, name === 'anonymous' ? text === 'true' : text]),
    );
    return form ? [[key, { summary, value }] as const] : [];
  });
  const schema = { $ref: `#/components/schemas/${requestName(id)}` };
  const content: Json = { 'application/json': { schema, ...examplesMember(json) } };
  if (body.form) {
    const pictures = Object.fromEntries(
      ['image1', 'image2', 'image3'].map((name) => [name, { contentType: 'image/jpeg, image/png, image/webp' }]),
    );
    const form = { $ref: `#/components/schemas/${requestName(id)}Form` };
    content['multipart/form-data'] = { schema: form, encoding: pictures, ...examplesMember(forms) };
  }
  const required = shapeOf(body.json).some(([, field]) => !(field instanceof z.ZodMiniOptional));
  return { requestBody: { required, content } };
}

function answerResponses(route: Served): Json {
  const { answers, ...text } = textOf(route.id);
  const responses = Object.entries(answers).map(([status, { description, schema, headers = [], type }]) => {
    const names = ['X-Request-Id', ...headers];
    const refs = Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
    if (!schema) return [status, { description, headers: refs }] as const;
    const shown = entriesOf({ answers, ...text }).flatMap(([key, example]) => {
      const { answer } = example;
      const fits = 'status' in answer && String(answer.status) === status && answer.body !== undefined;
      return fits ? [[key, { summary: askedIn(route, example), value: answer.body }] as const] : [];
    });
    const content = { [type ?? 'application/json']: { schema: replyReference(schema), ...examplesMember(shown) } };
    return [status, { description, headers: refs, content }] as const;
  });
  return Object.fromEntries(responses);
}

function securityOf({ access, needsUsername }: Served): Json[] {
  if (access === 'public') return [];
  const token = needsUsername ? { TOKEN: [], USERNAME: [] } : { TOKEN: [] };
  return access === 'optional' ? [{}, token] : [token];
}

/** One operation of the document: the route and its text, joined. */
export function operationOf(route: Served): Json {
  const text = textOf(route.id);
  const headers = (text.sends ?? []).map((name) => ({ $ref: `#/components/parameters/${name}` }));
  const parameters = [...queryParameters(route), ...headers];
  return {
    operationId: route.id,
    tags: [text.tag],
    summary: text.summary,
    description: text.description,
    security: securityOf(route),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...requestBody(route),
    responses: { ...answerResponses(route), ...refusalResponses(route) },
  };
}
