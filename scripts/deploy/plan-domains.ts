import { AppwriteException } from 'node-appwrite';
import type { Change, Planning } from './change.ts';
import { isPublic } from './declaration.ts';
import type { LiveRule } from './live.ts';

/** The domain rule of a function, preferably a verified one, since an unverified domain does not work. */
export function ruleOf(rules: readonly LiveRule[], functionId: string): LiveRule | undefined {
  const own = rules.filter((rule) => rule.deploymentResourceId === functionId && rule.type === 'deployment');
  return own.find(({ status }) => status === 'verified') ?? own[0];
}

/** The domain with the endpoint's protocol and port, since rules contain hosts only. */
export function originOf(endpoint: string, domain: string): string {
  const { protocol, port } = new URL(endpoint);
  return `${protocol}//${domain}${port === '' ? '' : `:${port}`}`;
}

export function planDomains(planning: Planning): Change[] {
  const { declared, live } = planning;
  const lacking = declared.functions.filter((fn) => isPublic(fn) && !ruleOf(live.rules, fn.$id));
  return lacking.map(({ $id }) => ({
    area: 'domain',
    action: 'create',
    subject: `domain of ${$id}`,
    why: 'is missing',
    apply: () => createDomain(planning, $id),
  }));
}

/** Possible hosts of function domains: the given one only, or those of other rules and guessed ones. */
export function candidateHosts({ request, live, remote }: Planning): string[] {
  if (request.functionsHost) return [request.functionsHost];
  const { hostname } = new URL(remote.target.endpoint);
  const verifiedHosts = live.rules
    .filter(({ status }) => status === 'verified')
    .map(({ domain }) => domain.replace(/^[^.]+\./, ''));
  const cloud = /^(?:([a-z0-9-]+)\.)?cloud\.appwrite\.io$/.exec(hostname);
  if (cloud) return [...new Set([...verifiedHosts, cloud[1] ? `${cloud[1]}.appwrite.run` : 'appwrite.global'])];
  const numeric = /^[\d.]+$/.test(hostname) || hostname.includes(':');
  return [...new Set([...verifiedHosts, ...(numeric ? [] : [`functions.${hostname}`]), 'functions.localhost'])];
}

/** Domains are unique in an installation. If another project has the short one, the project's id is put in front. */
async function createDomain(planning: Planning, functionId: string): Promise<void> {
  const hosts = candidateHosts(planning);
  const names = [functionId, `${planning.remote.target.projectId}-${functionId}`];
  for (const host of hosts) {
    for (const name of names) {
      const rule = await tryRule(planning, `${name}.${host}`, functionId);
      if (rule === 'made') return;
      if (rule === 'refused') break;
    }
  }
  throw new Error(
    `No function domain was verified at once below ${hosts.join(', ')}. Set APPWRITE_FUNCTIONS_DOMAIN to the installation's _APP_DOMAIN_FUNCTIONS.`,
  );
}

/** Removes the rule of a guessed host if it is not verified at once. A given host may be verified later. */
async function tryRule(
  { remote: { rules }, request }: Planning,
  domain: string,
  functionId: string,
): Promise<'made' | 'refused' | 'taken'> {
  try {
    const rule = await rules.createFunctionRule({ domain, functionId });
    if (String(rule.status) === 'verified' || request.functionsHost) return 'made';
    await rules.deleteRule({ ruleId: rule.$id });
    return 'refused';
  } catch (error) {
    if (error instanceof AppwriteException && error.code === 409) return 'taken';
    if (error instanceof AppwriteException && error.code === 400) return 'refused';
    throw error;
  }
}
