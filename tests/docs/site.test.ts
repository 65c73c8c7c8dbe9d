import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSite } from '#functions/docs/site.ts';
import { openApiDocument } from '#scripts/openapi/document.ts';
import { lint } from '#scripts/openapi/lint.ts';
import { readDocsConfig } from '#shared/config.ts';
import { type Service, sharedService, startService } from '../support/harness.ts';

let service: Service;
beforeAll(async () => {
  service = await sharedService();
});
afterAll(() => service.close());

const FILES = [
  ['/', 'text/html'],
  ['/openapi.json', 'application/json'],
  ['/explorer.js', 'text/javascript'],
  ['/swagger-ui.js', 'text/javascript'],
  ['/explorer.css', 'text/css'],
] as const;

describe.each(FILES)('%s', (path, type) => {
  it('is served at the root of the local server, and answered 304 to clients that have it', async () => {
    const first = await service.send('GET', path);
    expect(first.status).toBe(200);
    expect(first.headers['content-type']).toContain(type);
    const again = await service.send('GET', path, { headers: { 'if-none-match': String(first.headers.etag) } });
    expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' });
  });

  it('is far smaller than the largest text that Appwrite returns', async () => {
    const { text } = await service.send('GET', path);
    expect(Buffer.byteLength(text)).toBeLessThan(3_000_000);
  });
});

it('serves a document without linter errors, with this origin as the server of every path', async () => {
  const { text } = await service.send('GET', '/openapi.json');
  const document = JSON.parse(text);
  expect(await lint(document)).toEqual([]);
  expect(document.paths['/login'].servers).toEqual([{ url: '/', description: 'The function auth' }]);
});

it('has the domain of each function in API_ORIGINS', () => {
  const document = openApiDocument() as never;
  const config = readDocsConfig({ API_ORIGINS: 'auth=https://a.example, users=https://u.example' });
  const { pages } = buildSite({ document, script: '', library: '', style: '' }, config);
  const served = JSON.parse(pages.find(({ path }) => path === '/openapi.json')?.body ?? '');
  expect(served.paths['/login'].servers).toMatchObject([{ url: 'https://a.example' }]);
  expect(served.paths['/user/role'].servers).toMatchObject([{ url: 'https://u.example' }]);
  const policy = pages.find(({ path }) => path === '/')?.headers['content-security-policy'];
  expect(policy).toContain("connect-src 'self' https://a.example https://u.example;");
});

it('has the function api and this origin for every path in the layout compact', () => {
  const document = openApiDocument() as never;
  const { pages } = buildSite({ document, script: '', library: '', style: '' }, readDocsConfig({}), {
    servedBy: 'api',
  });
  const served: { paths: Record<string, unknown> } = JSON.parse(
    pages.find(({ path }) => path === '/openapi.json')?.body ?? '',
  );
  for (const item of Object.values(served.paths)) {
    expect(item).toMatchObject({
      servers: [{ url: '/', description: 'The function api' }],
      'x-appwrite-function': 'api',
    });
  }
});

it('is served by the function api together with all other paths in the layout compact', async () => {
  const compact = await startService({}, { layout: 'compact' });
  expect((await compact.send('GET', '/')).headers['content-type']).toContain('text/html');
  const document = await compact.send('GET', '/openapi.json');
  expect(JSON.parse(document.text).paths['/login'].servers).toMatchObject([{ url: '/' }]);
  expect((await compact.send('GET', '/nowhere')).problem(404).detail).toContain('/complain/stats');
  expect((await compact.send('GET', '/login')).problem(405).detail).toBe('This path answers POST, OPTIONS.');
  await compact.close();
});

it('allows pictures from the origin where they are stored', () => {
  const policyWith = (settings: Record<string, string>) => {
    const { pages } = buildSite(
      { document: { paths: {} }, script: '', library: '', style: '' },
      readDocsConfig(settings),
    );
    return pages.find(({ path }) => path === '/')?.headers['content-security-policy'];
  };
  const inside = { APPWRITE_FUNCTION_API_ENDPOINT: 'http://appwrite/v1' };
  expect(policyWith(inside)).toContain("img-src 'self' data: blob: http://appwrite;");
  const outside = policyWith({ ...inside, PUBLIC_ENDPOINT: 'https://cloud.example.com/v1' });
  expect(outside).toContain("img-src 'self' data: blob: https://cloud.example.com;");
});

it.each([
  'auth',
  'auth=',
  'auth=a.example',
  'auth=https://a.example/',
  'auth=javascript:alert(1)',
  '=https://a.example',
])('refuses the API_ORIGINS %s', (API_ORIGINS) => {
  expect(() => readDocsConfig({ API_ORIGINS })).toThrow('API_ORIGINS must be a list');
});

it('allows the page only its own files, and no site to frame it', async () => {
  const { headers, text } = await service.send('GET', '/');
  const policy = headers['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'; script-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(text).not.toMatch(/<(script|link|img)[^>]+(src|href)="(https?:)?\/\//);
});

it('refuses other methods, and lists the allowed ones', async () => {
  const answer = await service.send('DELETE', '/openapi.json');
  expect(answer.problem(405)).toMatchObject({ code: 'method_not_allowed' });
  expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS');
});
