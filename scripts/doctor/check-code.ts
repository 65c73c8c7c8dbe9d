import { DAY } from '#shared/domain/clock.ts';
import type { Planning } from '../deploy/change.ts';
import type { LiveFunction } from '../deploy/live.ts';
import { verifyFunctions } from '../deploy/verify.ts';
import { type Finding, failure, good, warning } from './finding.ts';

const OLD_DAYS = 180;

/** Checks the deployments and the answer of each function. */
export async function checkCode(planning: Planning): Promise<Finding[]> {
  const deployments = planning.live.functions.map(checkDeployment);
  const results = await verifyFunctions(planning, 1);
  const answers = results.map(({ functionId, serves, text }) =>
    serves ? good('domain', `domain of ${functionId}`, text) : failure('domain', `domain of ${functionId}`, text),
  );
  return [...deployments, ...answers];
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
  const days = Math.floor((Date.now() - since) / DAY);
  const age = days === 0 ? 'deployed today' : `deployed ${days} ${days === 1 ? 'day' : 'days'} ago`;
  return days > OLD_DAYS ? warning('code', subject, age) : good('code', subject, age);
}
