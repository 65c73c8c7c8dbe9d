import type { Planning } from '../deploy/change.ts';
import { isPublic } from '../deploy/declaration.ts';
import type { LiveFunction } from '../deploy/live.ts';
import { originOf, ruleOf } from '../deploy/plan-domains.ts';
import { reach } from '../smoke/reach.ts';
import { type Finding, failure, good, warning } from './finding.ts';

const OLD_DAYS = 180;
const DAY_MS = 86_400_000;

/** What runs: deployments, and what each function answers on its own domain. */
export async function checkCode(planning: Planning): Promise<Finding[]> {
  const deployments = planning.live.functions.map(checkDeployment);
  return [...deployments, ...(await Promise.all(probesOf(planning).map((probe) => checkAnswer(planning, probe))))];
}

function checkDeployment({ $id, deployment, live, variables }: LiveFunction): Finding {
  const subject = `code of ${$id}`;
  if (!deployment) return failure('code', subject, 'has no active deployment');
  if (deployment.status !== 'ready') return failure('code', subject, `is ${deployment.status}`);
  const since = Date.parse(deployment.$createdAt);
  const later = variables.filter(({ $updatedAt }) => Date.parse($updatedAt) > since).map(({ key }) => key);
  if (later.length > 0)
    return failure('code', subject, `was deployed before ${later.join(', ')} changed: deploy again`);
  if (!live) return failure('code', subject, 'was deployed before its settings changed: deploy again');
  const days = Math.floor((Date.now() - since) / DAY_MS);
  const age = days === 0 ? 'deployed today' : `deployed ${days} ${days === 1 ? 'day' : 'days'} ago`;
  return days > OLD_DAYS ? warning('code', subject, age) : good('code', subject, age);
}

type Probe = { functionId: string; path: string; method: string; expected: number };

/** Requests that change nothing, and what a well configured function says to them. */
function probesOf({ declared }: Planning): Probe[] {
  const probes: Probe[] = [
    { functionId: 'auth', method: 'GET', path: '/login', expected: 405 },
    { functionId: 'users', method: 'GET', path: '/user', expected: 401 },
    { functionId: 'complaints', method: 'GET', path: '/complain/categories', expected: 200 },
    { functionId: 'docs', method: 'GET', path: '/openapi.json', expected: 200 },
  ];
  const served = declared.functions.filter(isPublic).map(({ $id }) => $id);
  return probes.filter(({ functionId }) => served.includes(functionId));
}

async function checkAnswer({ live, remote }: Planning, probe: Probe): Promise<Finding> {
  const { functionId, method, path, expected } = probe;
  const { endpoint } = remote.target;
  const subject = `domain of ${functionId}`;
  const rule = ruleOf(live.rules, functionId);
  if (!rule) return failure('domain', subject, 'cannot be asked: there is none');
  if (rule.status !== 'verified') return failure('domain', subject, `${rule.domain} is ${rule.status}`);
  const url = `${originOf(endpoint, rule.domain)}${path}`;
  try {
    const { status, body } = await reach(endpoint, url, { method });
    if (status === expected) return good('domain', subject, `${rule.domain} answers`);
    return failure('domain', subject, `${method} ${url} answers ${status}: ${body.toString('utf8').slice(0, 200)}`);
  } catch (error) {
    return failure('domain', subject, error instanceof Error ? error.message : String(error));
  }
}
