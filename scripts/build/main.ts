import { buildFunctions } from './functions.ts';

try {
  await buildFunctions();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
