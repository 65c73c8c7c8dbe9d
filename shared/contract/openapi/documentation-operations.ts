import * as z from 'zod/mini';
import type { OperationText } from './operation.ts';

/** The function `docs`. */
export const documentationOperations: Readonly<Record<string, OperationText>> = {
  getExplorer: {
    tag: 'Documentation',
    summary: 'Open the explorer',
    description: 'A page to read this document on, to log in and to send every call.',
    answers: { 200: { description: 'The page', type: 'text/html', schema: z.string() } },
    refusals: [],
    examples: {},
  },
  getDocument: {
    tag: 'Documentation',
    summary: 'Read this document',
    description: 'OpenAPI 3.1 as JSON, with the servers of this deployment.',
    answers: {
      200: {
        description: 'The document',
        type: 'application/json',
        schema: z.looseObject({ openapi: z.string() }),
      },
    },
    refusals: [],
    examples: {},
  },
};
