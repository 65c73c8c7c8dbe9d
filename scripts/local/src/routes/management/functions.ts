import { Cron } from 'croner';
import { isOtherEvent, isRowEvent } from '../../events/match.ts';
import { type Call, type Fields, param, type Reply, type Route } from '../../http/call.ts';
import { ApiError, invalidParam } from '../../http/errors.ts';
import type { Platform } from '../../platform.ts';
import type { Definition } from '../../project/definitions.ts';
import {
  allParameters,
  booleanParameter,
  idParameter,
  numberParameter,
  scopesParameter,
  textParameter,
  textsParameter,
} from './fields.ts';
import { listing } from './listing.ts';
import { refuseDeclared } from './naming.ts';

type Parts = Pick<Platform, 'management' | 'clock' | 'hosts'>;

/** Sizes are shown as they were requested; they limit nothing here. */
const sizeNames = ['s-0.5vcpu-512mb', 's-1vcpu-512mb', 's-1vcpu-1gb', 's-2vcpu-2gb', 's-2vcpu-4gb'].concat([
  's-4vcpu-4gb',
  's-4vcpu-8gb',
  's-8vcpu-4gb',
  's-8vcpu-8gb',
]);
const defaultSize = 's-8vcpu-8gb';
const rolePattern = /^(any|guests|users(\/(un)?verified)?|(user|team|member|label):[^"]+)$/;
const listed = [
  ...['name', 'enabled', 'runtime', 'deploymentId', 'schedule', 'scheduleNext', 'schedulePrevious', 'timeout'],
  ...['entrypoint', 'commands', 'installationId'],
];
const noRepository = {
  installationId: '',
  providerRepositoryId: '',
  providerBranch: '',
  providerRootDirectory: '',
  providerSilentMode: false,
  providerBranches: [],
  providerPaths: [],
};

const runtimes = /^node-(18\.0|19\.0|20\.0|21\.0|22|23|24|25)$/;

export function functionRoutes(parts: Parts): Route[] {
  const { management } = parts;
  const all = '/v1/functions';
  const one = `${all}/:functionId`;
  const read = ['functions.read'];
  const write = ['functions.write'];
  const list = (call: Call) =>
    listing(call, management.definitions.list('function'), {
      name: 'functions',
      attributes: listed,
      show: (item) => showFunction(management, call, item),
    });
  const get = (call: Call) => ({
    status: 200,
    body: showFunction(management, call, requireFunction(management, call)),
  });
  return [
    { method: 'GET', path: all, scopes: read, handle: list },
    { method: 'GET', path: `${all}/specifications`, scopes: read, handle: specifications },
    { method: 'POST', path: all, scopes: write, handle: (call) => create(parts, call) },
    { method: 'GET', path: one, scopes: read, handle: get },
    { method: 'PUT', path: one, scopes: write, handle: (call) => update(parts, call) },
    { method: 'DELETE', path: one, scopes: write, handle: (call) => remove(parts, call) },
  ];
}

function readSettings(call: Call) {
  const schedule = textParameter(call, 'schedule', { fallback: '', max: 100 });
  if (schedule !== '' && !isCron(schedule)) throw invalidParam('schedule', 'Invalid cron expression');
  return {
    name: textParameter(call, 'name', { max: 128 }),
    execute: rolesParameter(call),
    events: eventsParameter(call),
    schedule,
    timeout: numberParameter(call, 'timeout', { fallback: 15, min: 1, max: 900 }),
    enabled: booleanParameter(call, 'enabled', true),
    logging: booleanParameter(call, 'logging', true),
    commands: textParameter(call, 'commands', { fallback: '', max: 8192 }),
    scopes: scopesParameter(call, []),
    deploymentRetention: numberParameter(call, 'deploymentRetention', { fallback: 0, min: 0, max: 365 }),
  };
}

function rolesParameter(call: Call): string[] {
  const roles = textsParameter(call, 'execute', []);
  if (roles.every((role) => rolePattern.test(role))) return roles;
  throw invalidParam('execute', 'Value must be an array of roles');
}

function eventsParameter(call: Call): string[] {
  const events = textsParameter(call, 'events', []);
  for (const event of events) {
    if (isRowEvent(event)) continue;
    if (!isOtherEvent(event)) throw invalidParam('events', `Event ${event} is not known`);
    throw new ApiError('general_not_implemented_locally', `The local Appwrite does not send events like ${event}.`);
  }
  return events;
}

/** The sizes for building and for running. Clients older than 1.9 send one for both, as `specification`. */
function sizes(call: Call, old: Fields): Fields {
  const { specification, ...asked } = allParameters(call);
  const both = isOlder(call) ? specification : undefined;
  const sizeOf = (name: string) => {
    const size = asked[name] ?? both ?? old[name] ?? defaultSize;
    if (typeof size === 'string' && sizeNames.includes(size)) return size;
    throw invalidParam(name, `Value must be one of (${sizeNames.join(', ')})`);
  };
  return {
    buildSpecification: sizeOf('buildSpecification'),
    runtimeSpecification: sizeOf('runtimeSpecification'),
  };
}

function specifications(): Reply {
  const all = sizeNames.map((slug) => {
    const [, cpus = 1, memory = 512, unit = 'mb'] = /^s-([\d.]+)vcpu-(\d+)(mb|gb)$/.exec(slug) ?? [];
    return { memory: Number(memory) * (unit === 'gb' ? 1024 : 1), cpus: Number(cpus), enabled: true, slug };
  });
  return { status: 200, body: { total: all.length, specifications: all } };
}

function create({ management, clock }: Parts, call: Call): Reply {
  const { definitions, catalogue } = management;
  refuseDeclared(definitions);
  const $id = idParameter(call, 'functionId', clock.now());
  const runtime = textParameter(call, 'runtime', { max: 100 });
  if (!runtimes.test(runtime)) throw invalidParam('runtime', 'Value must be one of the known runtimes');
  const settings = readSettings(call);
  if (definitions.find('function', $id)) throw new ApiError('function_already_exists');
  const entrypoint = textParameter(call, 'entrypoint', { fallback: '', max: 1028 });
  const found = definitions.create('function', $id, {
    $id,
    ...settings,
    ...sizes(call, {}),
    ...{ runtime, entrypoint, live: true, deploymentId: '', deploymentCreatedAt: '', version: 'v5' },
    ...{ latestDeploymentId: '', latestDeploymentCreatedAt: '', latestDeploymentStatus: '' },
  });
  catalogue.function($id);
  return { status: 201, body: showFunction(management, call, found) };
}

/**
 * Settings that are not sent get their defaults; runtime, entrypoint and sizes keep their values. `live` becomes true
 * if name, entrypoint, commands and runtime stay the same.
 */
function update(parts: Parts, call: Call): Reply {
  const { management } = parts;
  refuseDeclared(management.definitions);
  const old = requireFunction(management, call);
  const next: Fields = {
    ...readSettings(call),
    ...sizes(call, old),
    runtime: textParameter(call, 'runtime', { fallback: '', max: 100 }) || old.runtime,
    entrypoint: textParameter(call, 'entrypoint', { fallback: '', max: 1028 }) || old.entrypoint,
  };
  next.live = ['name', 'entrypoint', 'commands', 'runtime'].every((key) => next[key] === old[key]);
  const found = management.definitions.change('function', old.$id, next);
  management.catalogue.function(old.$id);
  return { status: 200, body: showFunction(management, call, found) };
}

function remove({ management, hosts }: Parts, call: Call): Reply {
  refuseDeclared(management.definitions);
  const { $id } = requireFunction(management, call);
  management.definitions.remove('function', $id);
  management.definitions.removeBelow('variable', $id);
  management.definitions.removeBelow('deployment', $id);
  management.catalogue.function($id);
  hosts.discard($id);
  return { status: 204 };
}

export function requireFunction({ definitions }: Parts['management'], call: Call): Definition {
  const found = definitions.find('function', param(call, 'functionId'));
  if (!found) throw new ApiError('function_not_found');
  return found;
}

/** The function in the client's response format: before 1.9 there was one size. */
export function showFunction({ definitions }: Parts['management'], call: Call, found: Definition): Fields {
  const vars = definitions.list('variable', found.$id).map(showVariable);
  const whole = { ...found, vars, ...noRepository };
  if (!isOlder(call)) return whole;
  const { buildSpecification, runtimeSpecification: _, ...rest } = whole as Fields;
  return { ...rest, specification: buildSpecification };
}

function isOlder({ headers }: Call): boolean {
  return /^1\.[0-8]\./.test(String(headers['x-appwrite-response-format'] ?? ''));
}

/** Hides the value of a secret variable. */
export function showVariable(variable: Definition): Fields {
  return variable.secret === true ? { ...variable, value: '' } : variable;
}

/** Whether it is a valid cron expression of five fields, without seconds. */
function isCron(schedule: string): boolean {
  try {
    return schedule.trim().split(/\s+/).length === 5 && new Cron(schedule, { paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}
