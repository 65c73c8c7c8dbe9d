import { createConfig, lintFromString } from '@redocly/openapi-core';

/** The problems that Redocly's strict rules find in a document, one a line. */
export async function lint(document: unknown): Promise<string[]> {
  const config = await createConfig({ extends: ['recommended-strict'] });
  const source = JSON.stringify(document);
  const problems = await lintFromString({ source, absoluteRef: 'openapi.json', config });
  return problems.map(({ ruleId, message, location: [place] }) => `${ruleId}: ${message} (${place?.pointer ?? '#/'})`);
}
