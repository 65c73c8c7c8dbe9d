import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runCommand } from '#scripts/project/command.ts';
import { clientTypes } from './client-types.ts';
import { openApiDocument } from './document.ts';
import { lint } from './lint.ts';

const USAGE = `Usage: npm run openapi
  Writes the OpenAPI document and the typed client's types into scripts/openapi/dist and checks the document.`;

await runCommand({
  usage: USAGE,
  options: {},
  async run() {
    const folder = fileURLToPath(new URL('./dist', import.meta.url));
    const document = openApiDocument();
    const problems = await lint(document);
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/openapi.json`, `${JSON.stringify(document, null, 2)}\n`);
    writeFileSync(`${folder}/api.ts`, await clientTypes(document));
    for (const problem of problems) console.error(problem);
    console.log(`OpenAPI: ${Object.keys(document.paths ?? {}).length} paths, ${problems.length} problems, ${folder}`);
    return problems.length > 0 ? 1 : 0;
  },
});
