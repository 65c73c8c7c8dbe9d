import * as z from 'zod/mini';
import type { Docs } from '#shared/contract/docs.ts';

export type Part = 'page' | 'document' | 'script' | 'library' | 'style';
type Shown = { method: 'GET'; path: string; part: Part; type: string; id?: string; docs?: Docs };

/** The pages of the function: each path and its embedded file. Those with `docs` are in the OpenAPI document. */
export const pages: readonly Shown[] = [
  {
    method: 'GET',
    path: '/',
    part: 'page',
    type: 'text/html; charset=utf-8',
    id: 'getExplorer',
    docs: {
      tag: 'Documentation',
      summary: 'Open the explorer',
      description: 'A page to read this document on, to log in and to send every call.',
      answers: { 200: { description: 'The page', type: 'text/html', schema: z.string() } },
      refusals: [],
      examples: {},
    },
  },
  {
    method: 'GET',
    path: '/openapi.json',
    part: 'document',
    type: 'application/json; charset=utf-8',
    id: 'getDocument',
    docs: {
      tag: 'Documentation',
      summary: 'Read this document',
      description: 'OpenAPI 3.1 as JSON, with the servers of this deployment.',
      answers: {
        200: {
          description: 'The document',
          schema: z.looseObject({ openapi: z.string().check(z.describe('The version of OpenAPI.')) }),
        },
      },
      refusals: [],
      examples: {},
    },
  },
  { method: 'GET', path: '/explorer.js', part: 'script', type: 'text/javascript; charset=utf-8' },
  { method: 'GET', path: '/swagger-ui.js', part: 'library', type: 'text/javascript; charset=utf-8' },
  { method: 'GET', path: '/explorer.css', part: 'style', type: 'text/css; charset=utf-8' },
];
