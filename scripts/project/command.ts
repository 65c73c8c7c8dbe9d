import { type ParseArgsConfig, parseArgs } from 'node:util';
import { AppwriteException } from 'node-appwrite';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>['values'];

/** A wrong command line: its message and the usage are printed, and the exit code is 2. */
export class UsageError extends Error {}

type Command<O extends Options> = {
  /** How to call the command, and what each option means. */
  usage: string;
  options: O;
  /** The greatest number of arguments besides options; none by default. */
  maxArguments?: number;
  run(values: Values<O>, positionals: string[]): Promise<unknown>;
};

/**
 * Runs a script: parses its arguments, answers `--help`, and prints an error as one sentence. The exit code is 0 after
 * success, 1 after a failure (or the number that `run` returns), and 2 for a wrong command line or setting.
 */
export async function runCommand<O extends Options>(command: Command<O>): Promise<void> {
  try {
    const result = await parseAndRun(command);
    process.exitCode = typeof result === 'number' ? result : 0;
  } catch (error) {
    const wrongCall = error instanceof UsageError;
    console.error(wrongCall ? `${error.message}\n\n${command.usage}` : explain(error));
    process.exitCode = wrongCall ? 2 : 1;
  }
}

async function parseAndRun<O extends Options>({ usage, options, maxArguments = 0, run }: Command<O>) {
  const { values, positionals } = parse({ ...options, help: { type: 'boolean', short: 'h' } });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const [surplus] = positionals.slice(maxArguments);
  if (surplus !== undefined) throw new UsageError(`Unexpected argument: ${surplus}`);
  return run(values as Values<O>, positionals);
}

function parse(options: Options) {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Reads a whole number from an option; throws UsageError. */
export function wholeNumber(name: string, text: string, range: { min: number; max: number }): number {
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= range.min && value <= range.max) return value;
  throw new UsageError(`${name} must be a whole number from ${range.min} to ${range.max}, not "${text}"`);
}

/** The message of an error for the person at the terminal, who has the key and may read Appwrite's message. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const network = networkFailure(error);
  if (network !== undefined) return network;
  const cause = error.cause instanceof Error ? ` (${explain(error.cause)})` : '';
  return `${error.message}${cause}`;
}

/** Escapes control and format characters for the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** A message with the address and advice for a network error, which has neither; undefined for other errors. */
function networkFailure(error: Error): string | undefined {
  const endpoint = process.env.APPWRITE_ENDPOINT ?? 'the local Appwrite';
  const cause = error.cause instanceof Error ? error.cause : error;
  const code = 'code' in cause ? String(cause.code) : '';
  if (
    /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|UND_ERR_\w+|CERT_\w+|\w*SELF_SIGNED\w*)$/.test(
      code,
    )
  ) {
    return `No Appwrite answers at ${endpoint} (${code}). APPWRITE_ENDPOINT must be an address such as https://appwrite.example.org/v1.`;
  }
  if (error instanceof AppwriteException && error.type === '' && error.code >= 300) {
    return `${endpoint} answered ${error.code}, but not as Appwrite does. APPWRITE_ENDPOINT must be an address such as https://appwrite.example.org/v1.`;
  }
  return undefined;
}
