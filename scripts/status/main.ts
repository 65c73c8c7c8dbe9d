import { readFileSync, writeFileSync } from 'node:fs';
import { withStatusTable } from './table.ts';

const file = new URL('../../README.md', import.meta.url);
const readme = readFileSync(file, 'utf8');
const renewed = withStatusTable(readme);
if (renewed !== readme) writeFileSync(file, renewed);
console.log(
  renewed === readme ? 'README.md shows the status table as it is.' : 'README.md has the status table of now.',
);
