import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Fields } from '../http/call.ts';
import { ApiError } from '../http/errors.ts';
import type { Definitions } from '../project/definitions.ts';
import type { FunctionSpec } from '../project/types.ts';
import { type Caller, guest, keyScopes } from './caller.ts';
import { signJwt, verifyJwt } from './jwt.ts';
import { projectScopes } from './scopes.ts';

type Secrets = { apiKey: string; signing: string };
type Parts = { dataDir: string; projectId: string; clock: Clock; definitions: Definitions };

/** The largest number of verified execution keys to remember. */
const keptKeys = 1_000;

/** The project's API keys: the one of this data directory, those created by calls, and those of executions. */
export class Keys {
  readonly apiKey: string;
  readonly signingSecret: string;
  readonly #parts: Parts;
  /** Payloads by verified token. Kept since an execution sends the same key with each call. */
  readonly #payloads = new Map<string, Fields>();

  constructor(parts: Parts) {
    const secrets = loadSecrets(join(parts.dataDir, 'secrets.json'));
    this.apiKey = secrets.apiKey;
    this.signingSecret = secrets.signing;
    this.#parts = parts;
  }

  /** The key for one execution; it expires a minute after the function's timeout. */
  forExecution(spec: FunctionSpec, executionId: string): string {
    const issued = Math.floor(this.#parts.clock.now() / 1000);
    const payload = {
      projectId: this.#parts.projectId,
      scopes: spec.scopes,
      functionId: spec.id,
      executionId,
      iat: issued,
      exp: issued + spec.timeout + 60,
    };
    return `ephemeral_${signJwt(payload, this.signingSecret)}`;
  }

  /** Throws for a standard key that does not exist. A caller with a malformed or expired execution key is a guest. */
  identify(key: string | undefined): Caller {
    if (!key) return guest;
    if (key === this.apiKey) return { kind: 'key', scopes: [...projectScopes, ...keyScopes] };
    const [prefix, token] = splitOnce(key, '_');
    if (prefix === 'ephemeral' || prefix === 'dynamic') return this.#identifyExecution(token);
    const made = this.#parts.definitions.list('key').find(({ secret }) => secret === key);
    if (!made) throw new ApiError('user_unauthorized');
    return { kind: 'key', scopes: [...strings(made.scopes), ...keyScopes] };
  }

  #identifyExecution(token: string): Caller {
    const payload = this.#payloadOf(token);
    if (!payload || Number(payload.exp) * 1000 < this.#parts.clock.now()) return guest;
    return {
      kind: 'key',
      scopes: [...strings(payload.scopes), ...keyScopes],
      executionId: String(payload.executionId),
      functionId: String(payload.functionId),
    };
  }

  #payloadOf(token: string): Fields | undefined {
    const known = this.#payloads.get(token);
    if (known) return known;
    const payload = verifyJwt(token, this.signingSecret);
    if (!payload) return undefined;
    if (this.#payloads.size >= keptKeys) this.#payloads.clear();
    this.#payloads.set(token, payload);
    return payload;
  }
}

/** A random key, as long as a real one. */
export function newSecret(): string {
  return `standard_${randomBytes(128).toString('hex')}`;
}

function loadSecrets(file: string): Secrets {
  if (!existsSync(file)) {
    const secrets = { apiKey: newSecret(), signing: randomBytes(32).toString('hex') };
    writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  }
  const { apiKey, signing } = JSON.parse(readFileSync(file, 'utf8'));
  return { apiKey: String(apiKey), signing: String(signing) };
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
