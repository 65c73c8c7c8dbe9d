import { createConfig, lintFromString } from '@redocly/openapi-core';

/** What Redocly's strict rules find wrong with a document, a line each. */
export async function lint(document: unknown): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const source = JSON.stringify(document);
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  return problems.map(({ ruleId, message, location: [place] }) => `${ruleId}: ${message} (${place?.pointer ?? '#/'})`);
}
