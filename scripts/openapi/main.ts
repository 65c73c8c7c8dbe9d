import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { clientTypes } from './client-types.ts';
import { openApiDocument } from './document.ts';
import { lint } from './lint.ts';

const folder = fileURLToPath(new URL('./dist', import.meta.url));
const document = openApiDocument();
const problems = await lint(document);
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/openapi.json`, `${JSON.stringify(document, null, 2)}\n`);
writeFileSync(`${folder}/api.ts`, await clientTypes(document));

for (const problem of problems) console.error(problem);
console.log(`OpenAPI: ${Object.keys(document.paths ?? {}).length} paths, ${problems.length} problems, ${folder}`);
if (problems.length > 0) process.exitCode = 1;
