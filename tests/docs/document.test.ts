import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundle } from '#scripts/build/bundle.ts';
import { openApiDocument } from '#scripts/openapi/document.ts';
import { isJson, type Json } from '#scripts/openapi/json.ts';
import { lint } from '#scripts/openapi/lint.ts';
import { codesOf } from '#scripts/openapi/refusals.ts';
import { servedRoutes } from '#scripts/openapi/served.ts';
import { ROUTES } from '#scripts/project/routes.ts';
import { PROBLEMS, type ProblemCode } from '#shared/domain/problems.ts';

const document = openApiDocument();
const METHODS = ['get', 'post', 'put', 'delete'];
const operations = Object.entries(document.paths as Record<string, Json>).flatMap(([path, item]) =>
  METHODS.filter((method) => isJson(item[method])).map((method) => ({ path, method, operation: item[method] as Json })),
);
const ALL_CODES = Object.keys(PROBLEMS) as ProblemCode[];

it('passes the strict rules of the linter', async () => {
  expect(await lint(document)).toEqual([]);
});

it('shows exactly the routes of all functions', () => {
  const routes = servedRoutes().map(({ method, path, id }) => `${method} ${path} ${id}`);
  const shown = operations.map(
    ({ path, method, operation }) => `${method.toUpperCase()} ${path} ${operation.operationId}`,
  );
  expect(shown.sort()).toEqual(routes.sort());
});

it('tells which public values internal work changes: version, ETag, updatedAt, orders by it, numbers', () => {
  const { version, updatedAt, reference } =
    (document.components as Json & { schemas: Record<string, { properties: Record<string, { description: string }> }> })
      .schemas.Complaint?.properties ?? {};
  expect(version?.description).toMatch(/ETag.*[Ii]nternal changes count too/);
  expect(updatedAt?.description).toContain('by an internal change too');
  expect(reference?.description).toContain('there are gaps');
  expect(JSON.stringify(document.paths)).toContain('Internal changes move a complaint in the orders by `updatedAt`');
});

it('names the function of every path', () => {
  const paths = document.paths as Record<string, Json>;
  for (const [functionId, routes] of Object.entries(ROUTES)) {
    for (const { path } of routes) expect(paths[path]).toHaveProperty('x-appwrite-function', functionId);
  }
});

it('requires the same headers as the code: TOKEN where one is needed, USERNAME where it must match', () => {
  for (const { access, needsUsername = false, id } of servedRoutes()) {
    const security = operations.find(({ operation }) => operation.operationId === id)?.operation.security;
    const token = needsUsername ? { TOKEN: [], USERNAME: [] } : { TOKEN: [] };
    expect(security).toEqual({ public: [], optional: [{}, token], account: [token] }[access]);
  }
});

it('describes every field and every parameter', () => {
  const silent: string[] = [];
  const schemas = (document.components as Json).schemas as Record<string, Json>;
  const visit = (name: string, value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(name, item);
    if (!isJson(value)) return;
    for (const [field, schema] of Object.entries(isJson(value.properties) ? value.properties : {})) {
      if (!isJson(schema) || !schema.description) silent.push(`${name}.${field}`);
      visit(name, schema);
    }
    // The names under `properties` are fields, one of which may itself be called `properties`.
    for (const [key, member] of Object.entries(value)) if (key !== 'properties') visit(name, member);
  };
  for (const [name, schema] of Object.entries(schemas)) visit(name, schema);
  for (const { operation } of operations) {
    const parameters = (operation.parameters ?? []) as Json[];
    for (const { name, description, $ref } of parameters) {
      if (!description && !$ref) silent.push(`${String(operation.operationId)}?${String(name)}`);
    }
  }
  expect(silent).toEqual([]);
});

it('has the whole list of codes, and each code at some operation', () => {
  const schemas = (document.components as Json).schemas;
  expect(schemas).toHaveProperty('Problem.properties.code.enum', ALL_CODES);
  const somewhere = new Set(servedRoutes().flatMap(codesOf));
  expect(ALL_CODES.filter((code) => !somewhere.has(code))).toEqual([]);
});

it.each(Object.keys(ROUTES))('shows for %s exactly the codes that its sources contain', async (functionId) => {
  const folder = await mkdtemp(join(tmpdir(), 'codes-'));
  const [{ inputs } = { inputs: [] }] = await bundle([functionId], folder);
  await rm(folder, { recursive: true });
  const routes = servedRoutes().filter((route) => route.functionId === functionId);
  const takesForms = routes.some(({ body }) => body?.form);
  const sources = [...inputs].filter(
    (path) =>
      /^(shared|functions)\//.test(path) && !LISTS.test(path) && (takesForms || path !== 'shared/http/multipart.ts'),
  );
  const named = new Set(sources.flatMap(codesIn));
  const shown = new Set(routes.flatMap(codesOf));
  expect([...shown].sort()).toEqual([...named].sort());
});

/** Left out: the closed list, decisions that are no answers, and role checks, which the document reads from routes. */
const LISTS = /^shared\/(domain\/\w+|contract\/responses|http\/handler)\.ts$/;
/** Left out: the docs of routes, which are compared here, and comments. */
const DOCS = /^ {2}docs: \{$[\s\S]*?^ {2}\},$|^\/\*\*$[\s\S]*?^ \*\/$/gm;

function codesIn(path: string): ProblemCode[] {
  const text = readFileSync(path, 'utf8').replace(DOCS, '');
  return ALL_CODES.filter((code) => text.includes(`'${code}'`));
}
