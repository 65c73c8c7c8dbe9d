import { readFileSync, writeFileSync } from 'node:fs';
import { withPolicy } from './readme.ts';
import { policyTables } from './table.ts';

const file = new URL('../../README.md', import.meta.url);
const readme = readFileSync(file, 'utf8');
const renewed = withPolicy(readme, policyTables());
if (renewed !== readme) writeFileSync(file, renewed);
console.log(renewed === readme ? 'README.md tells the policy as it is.' : 'README.md has the policy of now.');
