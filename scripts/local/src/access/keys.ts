import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { ApiError } from '../http/errors.ts';
import type { FunctionSpec } from '../project/types.ts';
import { type Caller, guest } from './caller.ts';
import { signJwt, verifyJwt } from './jwt.ts';

type Secrets = { apiKey: string; signing: string };

/** The one static key of this data directory, and the short-lived keys that executions get. */
export class Keys {
  readonly apiKey: string;
  readonly signingSecret: string;
  readonly #clock: Clock;
  readonly #projectId: string;

  constructor(dataDir: string, projectId: string, clock: Clock) {
    const secrets = loadSecrets(join(dataDir, 'secrets.json'));
    this.apiKey = secrets.apiKey;
    this.signingSecret = secrets.signing;
    this.#projectId = projectId;
    this.#clock = clock;
  }

  /** Lives a minute longer than the function may run; knows its execution, which the real one does not tell. */
  forExecution(spec: FunctionSpec, executionId: string): string {
    const issued = Math.floor(this.#clock.now() / 1000);
    const payload = {
      projectId: this.#projectId,
      scopes: spec.scopes,
      functionId: spec.id,
      executionId,
      iat: issued,
      exp: issued + spec.timeout + 60,
    };
    return `ephemeral_${signJwt(payload, this.signingSecret)}`;
  }

  identify(key: string | undefined): Caller {
    if (!key) return guest;
    if (key === this.apiKey) return { kind: 'key', scopes: ['*'] };
    const [prefix, token] = splitOnce(key, '_');
    if (prefix === 'ephemeral' || prefix === 'dynamic') return this.#identifyExecution(token);
    throw new ApiError('user_unauthorized');
  }

  #identifyExecution(token: string): Caller {
    const payload = verifyJwt(token, this.signingSecret);
    if (!payload || Number(payload.exp) * 1000 < this.#clock.now()) throw new ApiError('user_unauthorized');
    const scopes = Array.isArray(payload.scopes) ? payload.scopes.map(String) : [];
    return { kind: 'key', scopes, executionId: String(payload.executionId), functionId: String(payload.functionId) };
  }
}

function loadSecrets(file: string): Secrets {
  if (!existsSync(file)) {
    const secrets = {
      apiKey: `standard_${randomBytes(128).toString('hex')}`,
      signing: randomBytes(32).toString('hex'),
    };
    writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  }
  const { apiKey, signing } = JSON.parse(readFileSync(file, 'utf8'));
  return { apiKey: String(apiKey), signing: String(signing) };
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
