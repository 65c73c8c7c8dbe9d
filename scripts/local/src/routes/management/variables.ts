import { bodyOrQueryParameter, type Call, param, type Reply, type Route } from '../../http/call.ts';
import { ApiError } from '../../http/errors.ts';
import type { Platform } from '../../platform.ts';
import type { Definition } from '../../project/definitions.ts';
import { booleanParameter, idParameter, textParameter } from './fields.ts';
import { requireFunction, showVariable } from './functions.ts';
import { listing } from './listing.ts';
import { refuseDeclared } from './naming.ts';

type Parts = Pick<Platform, 'management' | 'clock'>;

/**
 * The longest value in characters. A value of exactly this length is 500 on a real Appwrite (recorded: functions-039).
 */
const longestValue = 8192;

export function variableRoutes(parts: Parts): Route[] {
  const { management } = parts;
  const all = '/v1/functions/:functionId/variables';
  const one = `${all}/:variableId`;
  const read = ['functions.read'];
  const write = ['functions.write'];
  const list = (call: Call) => {
    const { $id } = requireFunction(management, call);
    return listing(call, management.definitions.list('variable', $id), {
      name: 'variables',
      show: showVariable,
      attributes: ['key', 'secret', 'resourceType', 'resourceId'],
    });
  };
  const get = (call: Call) => ({ status: 200, body: showVariable(requireVariable(parts, call)) });
  return [
    { method: 'GET', path: all, scopes: read, handle: list },
    { method: 'POST', path: all, scopes: write, handle: (call) => create(parts, call) },
    { method: 'GET', path: one, scopes: read, handle: get },
    { method: 'PUT', path: one, scopes: write, handle: (call) => update(parts, call) },
    { method: 'DELETE', path: one, scopes: write, handle: (call) => remove(parts, call) },
  ];
}

function create({ management, clock }: Parts, call: Call): Reply {
  const { definitions } = management;
  refuseDeclared(definitions);
  const { $id: functionId } = requireFunction(management, call);
  const $id = idParameter(call, 'variableId', clock.now());
  const key = textParameter(call, 'key', { max: 255 });
  const value = textParameter(call, 'value', { fallback: '', max: longestValue });
  const secret = booleanParameter(call, 'secret', true);
  if (value.length === longestValue) throw new ApiError('general_unknown', 'Server Error');
  const taken = definitions.list('variable').some((known) => known.$id === $id);
  if (taken || definitions.list('variable', functionId).some((known) => known.key === key)) {
    throw new ApiError('variable_already_exists');
  }
  const about = { resourceType: 'function', resourceId: functionId };
  const variable = definitions.create('variable', `${functionId}/${$id}`, { $id, key, value, secret, ...about });
  management.variablesChanged(functionId);
  return { status: 201, body: showVariable(variable) };
}

function update(parts: Parts, call: Call): Reply {
  const { management } = parts;
  refuseDeclared(management.definitions);
  const { $id, resourceId, ...old } = requireVariable(parts, call);
  if (['key', 'value', 'secret'].every((name) => bodyOrQueryParameter(call, name) === undefined)) {
    throw new ApiError('general_argument_invalid', 'Nothing to change.');
  }
  if (old.secret === true && bodyOrQueryParameter(call, 'secret') === false)
    throw new ApiError('variable_cannot_unset_secret');
  const key = textParameter(call, 'key', { fallback: String(old.key), max: 255 });
  const others = management.definitions.list('variable', String(resourceId)).filter((known) => known.$id !== $id);
  if (others.some((known) => known.key === key)) throw new ApiError('variable_already_exists');
  const variable = management.definitions.change('variable', `${resourceId}/${$id}`, {
    key,
    value: textParameter(call, 'value', { fallback: String(old.value), max: longestValue }),
    secret: booleanParameter(call, 'secret', old.secret === true),
  });
  management.variablesChanged(String(resourceId));
  return { status: 200, body: showVariable(variable) };
}

function remove(parts: Parts, call: Call): Reply {
  const { management } = parts;
  refuseDeclared(management.definitions);
  const { $id, resourceId } = requireVariable(parts, call);
  management.definitions.remove('variable', `${resourceId}/${$id}`);
  management.variablesChanged(String(resourceId));
  return { status: 204 };
}

function requireVariable({ management }: Parts, call: Call): Definition {
  const { $id } = requireFunction(management, call);
  const found = management.definitions.find('variable', `${$id}/${param(call, 'variableId')}`);
  if (!found) throw new ApiError('variable_not_found');
  return found;
}
