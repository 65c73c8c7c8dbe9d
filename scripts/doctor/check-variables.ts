import { weaknessOf } from '#shared/security/tokens.ts';
import type { Planning } from '../deploy/change.ts';
import type { LiveFunction, LiveVariable } from '../deploy/live.ts';
import { needsSecret, SECRET } from '../deploy/plan-variables.ts';
import { type Finding, failure, warning } from './finding.ts';

const AREA = 'variable';

/** Checks the values of variables. checkDrift reports missing ones. */
export function checkVariables(planning: Planning): Finding[] {
  const { declared, live, remote } = planning;
  return live.functions.flatMap((fn) => {
    const settings = declared.functions.find(({ $id }) => $id === fn.$id);
    const findings = fn.variables.flatMap((variable) => variableFindings(fn, variable, remote.target.endpoint));
    const needless = settings && !needsSecret(settings) && fn.variables.some(({ key }) => key === SECRET);
    if (needless) findings.push(warning(AREA, `${fn.$id}.${SECRET}`, 'is set where nothing needs it'));
    return findings;
  });
}

function variableFindings({ $id }: LiveFunction, variable: LiveVariable, endpoint: string): Finding[] {
  const { key, value, secret, $updatedAt } = variable;
  const subject = `${$id}.${key}`;
  switch (key) {
    case SECRET:
    case `${SECRET}_PREVIOUS`:
      return [...secretFindings(subject, variable), ...(key === SECRET ? [] : [rotationWarning(subject, $updatedAt)])];
    case 'PUBLIC_ENDPOINT':
      return value === endpoint || secret ? [] : [warning(AREA, subject, `is ${value}, and you speak to ${endpoint}`)];
    case 'CORS_ORIGINS':
      return value.split(',').some((origin) => origin.trim() === '*')
        ? [warning(AREA, subject, 'allows every site')]
        : [];
    default:
      return [];
  }
}

/** The value of a secret variable cannot be read here; the function itself refuses a weak one. */
function secretFindings(subject: string, { value, secret }: LiveVariable): Finding[] {
  if (secret) return [];
  const readable = warning(AREA, subject, 'is no secret variable: whoever may see the function can read it');
  const weakness = weaknessOf(value);
  return weakness ? [readable, failure(AREA, subject, weakness)] : [readable];
}

function rotationWarning(subject: string, since: string): Finding {
  const text = `is set since ${since.slice(0, 10)}: take it away once tokens of that time have run out, and deploy`;
  return warning(AREA, subject, text);
}
