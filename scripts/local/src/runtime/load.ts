import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Logger } from './logger.ts';

type UserFunction = (context: unknown) => unknown;

/** Loads the entrypoint at the first request; retries at the next one if that fails. */
export async function loadFunction(logger: Logger): Promise<UserFunction | undefined> {
  const entrypoint = process.env.OPEN_RUNTIMES_ENTRYPOINT ?? '';
  const file = join(process.cwd(), entrypoint);
  if (!existsSync(file)) {
    logger.error(`Failed to load entrypoint, file ${entrypoint} does not exist.`);
    return undefined;
  }
  try {
    const loaded = await loadModule(file);
    const main = hasDefault(loaded) ? loaded.default : loaded;
    if (typeof main !== 'function') {
      throw new TypeError("Function signature invalid. Did you forget to export a 'main' function?");
    }
    return main as UserFunction;
  } catch (error) {
    logger.error(explain(entrypoint, error));
    return undefined;
  }
}

async function loadModule(file: string): Promise<unknown> {
  try {
    return createRequire(file)(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_REQUIRE_ESM')
      return import(pathToFileURL(file).href);
    throw error;
  }
}

function hasDefault(value: unknown): value is { default: unknown } {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    'default' in value &&
    Boolean(value.default)
  );
}

function explain(entrypoint: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof SyntaxError) return `Syntax error in ${entrypoint}: ${message}`;
  return error instanceof TypeError ? message : `Failed to load module: ${message}`;
}
