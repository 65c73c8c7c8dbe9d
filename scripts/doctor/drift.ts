import type { Change, Planning } from '../deploy/change.ts';
import { planProject } from '../deploy/plan.ts';
import { type Finding, failure, good, warning } from './finding.ts';

const areas = ['database', 'grants', 'bucket', 'function', 'domain', 'variable'] as const;

/** Reports what a deployment would change; both use the same plan. */
export async function checkDrift(planning: Planning): Promise<Finding[]> {
  const changes = await planProject(planning);
  const findings = changes.map(toFinding);
  const untouched = areas.filter((area) => !findings.some((finding) => finding.area === area));
  return [...findings, ...untouched.map((area) => good(area, area, 'as declared'))];
}

function toFinding({ area, action, subject, why }: Change): Finding {
  const harmless = action === 'keep' || area === 'data';
  return harmless ? warning(area, subject, why) : failure(area, subject, why);
}
