import { listByRole } from '#shared/appwrite/accounts.ts';
import { composeService } from '#shared/compose.ts';
import { readConfig } from '#shared/config.ts';
import { ROLES } from '#shared/domain/account.ts';
import { issueToken } from '#shared/security/issue-token.ts';
import { connect } from '../project/connect.ts';
import { functionFor } from '../project/routes.ts';
import { sendRequest } from '../smoke/send-request.ts';
import type { Planning } from './change.ts';
import { originOf, ruleOf } from './plan-domains.ts';
import { secretHolders } from './plan-variables.ts';

/** Requests that a function answers with 401 when the token is wrong. */
const PROBES = ['/user', '/complain?pageSize=1'];

/**
 * Whether the running functions use this token secret: sends one of them a token signed with it. Undefined when there
 * is no account yet, no function to call, or another answer than 200 or 401.
 */
export async function isSecretInUse(planning: Planning, secret: string): Promise<boolean | undefined> {
  const { target } = planning.remote;
  const url = probeUrl(planning);
  if (url === undefined) return undefined;
  const [account] = await listByRole(connect(target).store, [...ROLES], 1);
  if (!account) return undefined;
  const { tokens } = composeService(
    readConfig({
      APPWRITE_FUNCTION_API_ENDPOINT: target.endpoint,
      APPWRITE_FUNCTION_PROJECT_ID: target.projectId,
      TOKEN_SECRET: secret,
    }),
  );
  const { token } = await issueToken(tokens, { sub: account.$id, epoch: account.epoch });
  const { status } = await sendRequest(target.endpoint, url, { method: 'GET', headers: { TOKEN: token } });
  if (status === 200) return true;
  return status === 401 ? false : undefined;
}

function probeUrl(planning: Planning): string | undefined {
  const { live, remote } = planning;
  const holders = secretHolders(planning).map(({ $id }) => $id);
  for (const path of PROBES) {
    const [plain = ''] = path.split('?');
    const owners = [functionFor('groups', plain), functionFor('compact', plain)];
    const owner = owners.find((id) => holders.includes(id) && ruleOf(live.rules, id)?.status === 'verified');
    const rule = owner && ruleOf(live.rules, owner);
    if (rule) return `${originOf(remote.target.endpoint, rule.domain)}${path}`;
  }
  return undefined;
}
