import { readPermissions } from '../../access/permissions.ts';
import { projectScopes } from '../../access/scopes.ts';
import { bodyOrQueryParameter, type Call, type Fields } from '../../http/call.ts';
import { invalidParam } from '../../http/errors.ts';
import { idRule, isCustomId, resolveId } from '../../ids.ts';

/** Parameters of management calls, checked as Appwrite's validators do. */

export function textParameter(call: Call, name: string, limits: { fallback?: string; max: number }): string {
  const value = bodyOrQueryParameter(call, name) ?? limits.fallback;
  if (typeof value !== 'string' || [...value].length > limits.max || (limits.fallback === undefined && value === '')) {
    throw invalidParam(
      name,
      `Value must be a valid string and at least 1 chars and no longer than ${limits.max} chars`,
    );
  }
  return value;
}

export function booleanParameter(call: Call, name: string, fallback?: boolean): boolean {
  const value = bodyOrQueryParameter(call, name) ?? fallback;
  if (value === true || value === 'true' || value === 1 || value === '1') return true;
  if (value === false || value === 'false' || value === 0 || value === '0') return false;
  throw invalidParam(name, 'Value must be a valid boolean');
}

export function numberParameter(
  call: Call,
  name: string,
  range: { fallback?: number; min: number; max: number },
): number {
  const value = Number(bodyOrQueryParameter(call, name) ?? range.fallback ?? Number.NaN);
  if (!(value >= range.min && value <= range.max)) {
    throw invalidParam(name, `Value must be a valid range between ${range.min} and ${range.max}`);
  }
  return value;
}

export function textsParameter(call: Call, name: string, fallback?: readonly string[]): string[] {
  const value = bodyOrQueryParameter(call, name) ?? fallback;
  if (!Array.isArray(value) || value.length > 100 || !value.every((item) => typeof item === 'string')) {
    throw invalidParam(name, 'Value must a valid array no longer than 100 items');
  }
  return value.map(String);
}

/** The scopes of a key or a function; throws for unknown ones. */
export function scopesParameter(call: Call, fallback?: readonly string[]): string[] {
  const scopes = textsParameter(call, 'scopes', fallback);
  if (scopes.every((scope) => projectScopes.includes(scope))) return scopes;
  throw invalidParam('scopes', `Value must be one of (${projectScopes.join(', ')})`);
}

export function idParameter(call: Call, name: string, now: number): string {
  const id = bodyOrQueryParameter(call, name);
  if (id !== 'unique()' && !isCustomId(id)) throw invalidParam(name, idRule);
  return resolveId(id, now);
}

/** For tables and buckets, `write` includes `create`. */
export function permissionsParameter(call: Call, fallback: unknown): unknown {
  const given = bodyOrQueryParameter(call, 'permissions');
  const open = Array.isArray(given) ? given.flatMap((one) => withCreate(one)) : given;
  return readPermissions(call.caller, open) ?? fallback;
}

function withCreate(permission: unknown): unknown[] {
  if (typeof permission !== 'string' || !permission.startsWith('write(')) return [permission];
  return [permission.replace('write', 'create'), permission];
}

/** All parameters of the call, from its body and its query string. */
export function allParameters(call: Call): Fields {
  return { ...call.query, ...call.body };
}
