import { ExecutionMethod } from 'node-appwrite';
import { SECOND } from '#shared/domain/clock.ts';
import { functionFor } from '../project/routes.ts';
import { sendRequest } from '../smoke/send-request.ts';
import type { Planning } from './change.ts';
import { type DeclaredFunction, isPublic } from './declaration.ts';
import { originOf, ruleOf } from './plan-domains.ts';
import { type Remote, until } from './remote.ts';

/** The answer of a function, and whether it shows that the function serves. */
export type Verification = { functionId: string; serves: boolean; text: string };

/** Requests without effect, and the status that a working function answers. */
const PROBES = [
  { path: '/login', status: 405 },
  { path: '/user', status: 401 },
  { path: '/complain/categories', status: 200 },
  { path: '/openapi.json', status: 200 },
] as const;

const TRIES = 3;
const PAUSE_MS = SECOND;
/** Somewhat longer than the timeout of functions without clients. */
const RUN_SECONDS = 150;

/**
 * Checks that every function of the layout serves: those with a domain by a request, the others by an execution with
 * the key. Tries again after a server error, since a function may be starting.
 */
export async function verifyFunctions(planning: Planning, tries = TRIES): Promise<Verification[]> {
  return Promise.all(planning.declared.functions.map((fn) => verifyWithRetries(planning, fn, tries)));
}

async function verifyWithRetries(planning: Planning, fn: DeclaredFunction, tries: number): Promise<Verification> {
  for (let tried = 1; ; tried += 1) {
    const result = await (isPublic(fn) ? probeByDomain(planning, fn) : probeByExecution(planning.remote, fn)).catch(
      (error: unknown): Verification => ({
        functionId: fn.$id,
        serves: false,
        text: error instanceof Error ? error.message : String(error),
      }),
    );
    if (result.serves || tried >= tries || result.text.includes('misconfigured')) return result;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function probeByDomain(
  { declared, live, remote }: Planning,
  { $id: functionId }: DeclaredFunction,
): Promise<Verification> {
  const rule = ruleOf(live.rules, functionId);
  if (!rule) return { functionId, serves: false, text: 'has no domain' };
  if (rule.status !== 'verified') return { functionId, serves: false, text: `${rule.domain} is ${rule.status}` };
  const { endpoint } = remote.target;
  for (const { path, status: expected } of PROBES.filter(
    ({ path }) => functionFor(declared.layout, path) === functionId,
  )) {
    const url = `${originOf(endpoint, rule.domain)}${path}`;
    const { status, body, headers } = await sendRequest(endpoint, url, { method: 'GET' });
    if (status === expected) continue;
    const log = await logOf(remote, functionId, headers['x-appwrite-execution-id']);
    return { functionId, serves: false, text: `GET ${url} answers ${status}: ${short(body.toString('utf8'))}${log}` };
  }
  return { functionId, serves: true, text: `${rule.domain} answers` };
}

/** Calls a function by an execution with the key, since functions without clients have no domain. */
async function probeByExecution({ functions }: Remote, { $id: functionId }: DeclaredFunction): Promise<Verification> {
  const { status, responseStatusCode, responseBody, errors } = await functions.createExecution({
    functionId,
    xpath: '/',
    method: ExecutionMethod.GET,
  });
  if (String(status) === 'completed' && responseStatusCode === 200) {
    return { functionId, serves: true, text: 'answers an execution' };
  }
  const text = `an execution is ${status} with ${responseStatusCode}: ${short(responseBody)} ${short(errors)}`;
  return { functionId, serves: false, text: text.trim() };
}

/** Does the work of a schedule once and reads its log. */
export async function verifySchedule({ functions }: Remote, functionId: string): Promise<Verification> {
  const started = await functions.createExecution({
    functionId,
    async: true,
    xpath: '/',
    method: ExecutionMethod.POST,
  });
  const ended = await until(
    async () => {
      const execution = await functions.getExecution({ functionId, executionId: started.$id });
      return ['completed', 'failed'].includes(String(execution.status)) ? execution : undefined;
    },
    { seconds: RUN_SECONDS, what: `the run of ${functionId}` },
  );
  const serves = String(ended.status) === 'completed' && ended.responseStatusCode === 200;
  const log = short(`${ended.logs}${ended.errors}`, 600);
  return {
    functionId,
    serves,
    text: `its schedule was run once: ${ended.status} with ${ended.responseStatusCode}: ${log}`,
  };
}

/** The function's log line of a refusal, which names a wrong setting; '' when it cannot be read. */
async function logOf(
  { functions }: Remote,
  functionId: string,
  executionId: string | string[] | undefined,
): Promise<string> {
  if (typeof executionId !== 'string') return '';
  const execution = await functions.getExecution({ functionId, executionId }).catch(() => undefined);
  const log = `${execution?.logs ?? ''}${execution?.errors ?? ''}`.trim();
  return log === '' ? '' : `\n  its log: ${short(log, 600)}`;
}

const short = (text: string, most = 300) => text.trim().slice(0, most);
