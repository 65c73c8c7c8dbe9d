import { type Call, param, type Reply, type Route } from '../../http/call.ts';
import { ApiError } from '../../http/errors.ts';
import { uniqueId } from '../../ids.ts';
import type { Platform } from '../../platform.ts';
import type { Definition } from '../../project/definitions.ts';
import { functionsHost } from '../../project/types.ts';
import { textParameter } from './fields.ts';
import { listing } from './listing.ts';
import { refuseDeclared } from './naming.ts';

type Parts = Pick<Platform, 'management' | 'clock'>;

const listed = [
  ...['domain', 'type', 'trigger', 'deploymentResourceType', 'deploymentResourceId', 'deploymentId'],
  ...['deploymentVcsProviderBranch'],
];
/** A domain that the recorded installation refused (domains-026). */
const refusedDomain = 'example.com';

export function ruleRoutes(parts: Parts): Route[] {
  const { definitions } = parts.management;
  const all = '/v1/proxy/rules';
  const one = `${all}/:ruleId`;
  const read = ['rules.read'];
  const write = ['rules.write'];
  return [
    {
      method: 'GET',
      path: all,
      scopes: read,
      handle: (call) => listing(call, definitions.list('rule'), { name: 'rules', attributes: listed }),
    },
    { method: 'POST', path: `${all}/function`, scopes: write, handle: (call) => create(parts, call) },
    { method: 'GET', path: one, scopes: read, handle: (call) => ({ status: 200, body: requireRule(parts, call) }) },
    { method: 'DELETE', path: one, scopes: write, handle: (call) => remove(parts, call) },
  ];
}

/**
 * A name one level below the installation's own host is verified at once; deeper names are refused. The answer has a
 * `renewAt`, the stored rule has none.
 */
function create({ management, clock }: Parts, call: Call): Reply {
  const { definitions } = management;
  refuseDeclared(definitions);
  const domain = textParameter(call, 'domain', { max: 253 });
  const own = domain.endsWith(functionsHost);
  const tooDeep = own && domain.split('.').length !== functionsHost.split('.').length + 1;
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(domain) || tooDeep || domain === refusedDomain) {
    throw new ApiError('general_argument_invalid', 'This domain name is not allowed. Please use a different domain.');
  }
  const owner = definitions.find('function', textParameter(call, 'functionId', { max: 36 }));
  if (!owner) throw new ApiError('rule_resource_not_found');
  if (definitions.list('rule').some((rule) => rule.domain === domain)) throw new ApiError('rule_already_exists');
  const $id = uniqueId(clock.now());
  const rule = definitions.create('rule', $id, {
    $id,
    domain,
    ...{ type: 'deployment', trigger: 'manual', redirectUrl: '', redirectStatusCode: 301 },
    deploymentId: owner.deploymentId,
    deploymentResourceType: 'function',
    deploymentResourceId: owner.$id,
    deploymentVcsProviderBranch: '',
    status: own ? 'verified' : 'unverified',
    logs: own ? '' : 'Domain verification failed.',
    renewAt: '',
  });
  return { status: 201, body: { ...rule, renewAt: rule.$createdAt } };
}

function remove(parts: Parts, call: Call): Reply {
  refuseDeclared(parts.management.definitions);
  parts.management.definitions.remove('rule', requireRule(parts, call).$id);
  return { status: 204 };
}

function requireRule({ management }: Parts, call: Call): Definition {
  const found = management.definitions.find('rule', param(call, 'ruleId'));
  if (!found) throw new ApiError('rule_not_found');
  return found;
}
