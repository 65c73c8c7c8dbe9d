import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { clientTypes } from './openapi/client-types.ts';
import { openApiDocument } from './openapi/document.ts';
import { lint } from './openapi/lint.ts';

const folder = fileURLToPath(new URL('./openapi/dist', import.meta.url));
const document = openApiDocument();
const problems = await lint(document);
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/openapi.json`, `${JSON.stringify(document, null, 2)}\n`);
writeFileSync(`${folder}/api.ts`, await clientTypes(document));

for (const problem of problems) console.error(problem);
console.log(`OpenAPI: ${Object.keys(document.paths ?? {}).length} paths, ${problems.length} problems, ${folder}`);
if (problems.length > 0) process.exitCode = 1;
